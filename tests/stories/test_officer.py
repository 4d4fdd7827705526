"""The officer's desk: offers, passing on, picking up, several conversations, keys, and a second tab."""

import re

from playwright.async_api import expect

from tests.stories.desk import offer, panes, shows
from tests.stories.looks import shown
from tests.stories.people import Person, Town
from tests.support.house import House
from tests.support.looking import Finding


async def shows_no_offer(officer: Person) -> None:
    await expect(offer(officer).get_by_text("Ditawarkan")).to_be_hidden()


def duty(house: House, user_name: str) -> dict[str, object]:
    query = "SELECT d.* FROM duty d JOIN person p ON p.id = d.person_id WHERE p.user_name = ?"
    return house.rows(query, user_name)[0]


async def test_an_offer_says_who_and_counts_down_and_its_acceptance_opens_everything_needed(
    town: Town, house: House
) -> None:
    citizen = await town.person()
    await citizen.page.goto(house.urls[0])
    await citizen.fills_in("Ibu Berkas", phone="0812 3456 7890")
    await citizen.field("application").fill("P-2026/77")
    await citizen.button("take").click()
    number = re.sub(r"\D*([A-E]-\d+).*", r"\1", await citizen.field("number").inner_text(), flags=re.S)
    officer = await town.staff("petugas1")
    await expect(offer(officer)).to_contain_text("Belum bertugas")
    await officer.button("ready").click()
    await shows(officer, "Ibu Berkas")
    for words in (number, "Izin Praktik Perawat (SIPP)", "Obrolan (1 unit)", "1 menit", "P-2026/77"):
        await expect(offer(officer)).to_contain_text(words)
    await expect(officer.page).to_have_title(f"(1) Tawaran {number} · Meja Petugas")
    seconds = offer(officer).locator("[data-part=seconds]")
    first = int(await seconds.inner_text())
    assert 20 <= first <= 25
    await expect(seconds).to_have_text(str(first - 2))
    await expect(
        citizen.page.get_by_role("heading", name="Petugas sedang menerima giliran Anda")
    ).to_be_visible()
    focused = await officer.page.evaluate("document.activeElement.closest('#offer') !== null")
    assert not focused, "an offer takes no focus"

    await officer.button("accept").click()
    await citizen.is_served()
    await expect(citizen.page.get_by_text("Petugas 1", exact=True)).to_be_visible()
    await expect(officer.page).to_have_title("Meja Petugas")
    facts = officer.page.get_by_role("complementary", name=f"Data {number}")
    for words in ("Ibu Berkas", "+62", "P-2026/77", "Izin Praktik Perawat (SIPP)", "Obrolan", "1 menit"):
        await expect(facts).to_contain_text(words)
    await expect(facts.get_by_role("listitem")).to_contain_text(
        ["Nomor antrean diambil", "Petugas 1 bergabung"]
    )
    await expect(officer.page.get_by_role("textbox", name=officer.says("write"))).to_be_focused()


async def test_who_passes_is_not_offered_the_same_citizen_who_is_first_for_everybody_else(
    town: Town, house: House
) -> None:
    passed = await town.applicant("Ibu Dilewati")
    behind = await town.applicant("Bapak Belakang")
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await shows(officer, "Ibu Dilewati")
    await officer.button("pass").click()
    await officer.takes("Bapak Belakang")
    await behind.is_served()
    await expect(passed.position).to_contain_text("1")
    await expect(passed.page.get_by_role("heading", name="Giliran Anda berikutnya")).to_be_visible()
    later = await town.applicant("Ibu Kemudian")
    await officer.takes("Ibu Kemudian")
    await later.is_served()
    await expect(passed.position).to_contain_text("1")
    assert duty(house, "petugas1")["state"] == "available", "passing is no miss"

    await officer.button("pause").click()
    await expect(officer.button("pause")).to_have_attribute("aria-pressed", "true")
    newest = await town.applicant("Bapak Terbaru")
    other = await town.staff("petugas2", server=0)
    await other.button("ready").click()
    await other.takes("Ibu Dilewati")
    await passed.is_served()
    await other.takes("Bapak Terbaru")
    await newest.is_served()

    await other.button("pause").click()
    await officer.button("ready").click()
    for name in ("Ibu Satu", "Ibu Dua", "Ibu Tiga"):
        await town.applicant(name)
        await shows(officer, name)
        await officer.button("pass").click()
    await expect(offer(officer)).to_contain_text("Anda beberapa kali melewati tawaran, jadi Anda dijeda.")
    await expect(officer.button("pause")).to_have_attribute("aria-pressed", "true")
    await expect(officer.field("pause_reason")).to_have_value("passed_often")


async def test_serve_next_picks_up_the_head_of_the_line_while_paused(town: Town) -> None:
    first = await town.applicant("Ibu Kepala", server=1)
    await town.applicant("Bapak Ekor")
    officer = await town.staff("petugas1")
    await officer.button("pause").click()
    await expect(officer.page.get_by_text("2 menunggu")).to_be_visible()
    await officer.button("serve_next").click()
    await first.is_served()
    await expect(panes(officer)).to_have_count(1)
    await expect(panes(officer)).to_contain_text("Ibu Kepala")
    await expect(officer.page.get_by_text("1 menunggu")).to_be_visible()


async def test_three_chats_stand_side_by_side_and_a_fourth_waits_for_a_free_unit(
    town: Town, house: House
) -> None:
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    citizens = []
    for name in ("Ibu Satu", "Ibu Dua", "Ibu Tiga"):
        citizens.append(await town.applicant(name))
        await officer.takes(name)
        await citizens[-1].is_served()
    await expect(panes(officer).locator("visible=true")).to_have_count(3)
    await expect(officer.page.get_by_text("3 dari 3 unit, tidak ada tawaran baru")).to_be_visible()
    fourth = await town.applicant("Ibu Empat")
    await expect(fourth.page.get_by_role("heading", name="Giliran Anda berikutnya")).to_be_visible()
    await expect(officer.page.get_by_text("1 menunggu")).to_be_visible()
    await shows_no_offer(officer)
    await expect(officer.button("serve_next")).to_be_disabled()
    assert house.rows("SELECT stage, attempt FROM ticket WHERE name = 'Ibu Empat'") == [
        {"stage": "waiting", "attempt": 0}
    ]

    for citizen, name in zip(citizens, ("Satu", "Dua", "Tiga"), strict=True):
        await citizen.write(f"Saya {name}")
        await expect(
            panes(officer).filter(has_text=f"Ibu {name}").get_by_text(f"Saya {name}")
        ).to_be_visible()
    middle = panes(officer).filter(has_text="Ibu Dua")
    await middle.get_by_role("textbox").fill("Untuk Ibu Dua saja")
    await middle.get_by_role("button", name="Kirim").click()
    await citizens[1].reads("Untuk Ibu Dua saja")
    for other in (citizens[0], citizens[2]):
        await expect(other.log.get_by_text("Untuk Ibu Dua saja")).to_have_count(0)
    await citizens[0].ends()
    await officer.takes("Ibu Empat")
    await fourth.is_served()


async def test_a_video_ticket_takes_all_units_and_waits_until_they_are_free(town: Town) -> None:
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    chatting = await town.applicant("Ibu Obrolan")
    await officer.takes("Ibu Obrolan")
    video = await town.applicant("Bapak Video", channel="video")
    later = await town.applicant("Ibu Susulan")
    # With one unit taken the call does not fit; who comes after it does.
    await officer.takes("Ibu Susulan")
    await later.is_served()
    for done in (chatting, later):
        await done.ends()
    await shows(officer, "Bapak Video")
    await expect(offer(officer)).to_contain_text("Panggilan video (3 unit)")
    await officer.button("accept").click()
    await video.is_served()
    await expect(officer.page.get_by_text("3 dari 3 unit, tidak ada tawaran baru")).to_be_visible()
    await town.applicant("Ibu Menunggu")
    await expect(officer.page.get_by_text("1 menunggu")).to_be_visible()
    await shows_no_offer(officer)


async def hands_over(officer: Person, to: str, note: str) -> None:
    """Hands the only conversation over to what the list calls `to`."""
    await officer.page.get_by_role("button", name="Pindahkan konsultasi").click()
    form = officer.page.get_by_role("form", name=re.compile("^Pindahkan [A-E]-"))
    option = form.locator("option", has_text=to)
    await form.get_by_label("Kepada").select_option(value=await option.get_attribute("value"))
    await form.get_by_role("button", name="Pindahkan").click()
    await expect(form.get_by_text("Tulis dahulu catatan untuk petugas berikutnya.")).to_be_visible()
    await form.get_by_label("Catatan untuk petugas berikutnya").fill(note)
    await form.get_by_role("button", name="Pindahkan").click()


async def test_who_is_handed_over_keeps_number_and_conversation_and_the_note_goes_along(town: Town) -> None:
    findings: list[Finding] = []
    citizen, officer = await town.consultation("Ibu Pindah")
    number = await panes(officer).locator("[data-part=label]").inner_text()
    await citizen.write("Apakah denah lama masih berlaku?")
    other = await town.staff("petugas2", server=0)
    await other.button("pause").click()
    await expect(other.button("pause")).to_have_attribute("aria-pressed", "true")
    await officer.page.get_by_role("button", name="Pindahkan konsultasi").click()
    await expect(officer.page.get_by_label("Kepada").locator("option", has_text="Petugas 2")).to_be_attached()
    eye = await shown(officer, "transfer", findings)
    for width in (320, 1366):
        await eye.asks_axe(width, "light", whole=False)
    await officer.page.keyboard.press("Escape")
    await hands_over(officer, "Reklame (1 petugas bertugas)", "Denah 2019, perlu dicek.")
    await expect(offer(officer).get_by_text(re.compile(f"^{number} dipindahkan"))).to_be_visible()
    await expect(panes(officer)).to_have_count(0)
    await expect(citizen.page.get_by_text("Anda dipindahkan ke layanan")).to_be_visible()
    await expect(citizen.page.get_by_text("Izin Penyelenggaraan Reklame, lewat obrolan")).to_be_visible()
    await expect(citizen.position).to_contain_text("1")
    await (await shown(citizen, "transferred", findings)).asks_axe(320, "light", whole=True)

    await other.button("serve_next").click()
    await citizen.is_served()
    await expect(panes(other)).to_contain_text(number)
    await expect(other.page.get_by_text("Denah 2019, perlu dicek.")).to_be_visible()
    await other.reads("Apakah denah lama masih berlaku?")
    await expect(citizen.log).to_contain_text("Anda dipindahkan ke layanan Izin Penyelenggaraan Reklame")
    await expect(citizen.page.get_by_text("Denah 2019")).to_have_count(0)
    eye = await shown(other, "transfer-note", findings)
    for width in (320, 1366):
        await eye.asks_axe(width, "light", whole=False)

    await hands_over(other, "Petugas 1", "Denah sudah cocok.")
    await expect(citizen.page.get_by_text("Anda dipindahkan ke petugas lain.")).to_be_visible()
    await officer.takes("Ibu Pindah")
    await citizen.is_served()
    await expect(officer.page.get_by_text("Denah sudah cocok.")).to_be_visible()
    assert not findings, "\n".join(map(str, findings))


async def test_a_second_tab_and_a_reload_change_no_state(town: Town, house: House) -> None:
    citizen = await town.applicant("Ibu Dua Tab")
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await shows(officer, "Ibu Dua Tab")
    before = duty(house, "petugas1")
    second = await town.tab(officer.context)
    await second.page.set_viewport_size({"width": 1366, "height": 768})
    await second.page.goto(f"{house.urls[1]}/officer")
    await shows(second, "Ibu Dua Tab")
    await officer.page.reload()
    await shows(officer, "Ibu Dua Tab")
    await expect(officer.button("ready")).to_have_attribute("aria-pressed", "true")
    after = duty(house, "petugas1")
    assert {**after, "seen_at": 0} == {**before, "seen_at": 0}

    await second.button("accept").click()
    await citizen.is_served()
    await shows_no_offer(officer)
    for tab in (officer, second):
        await expect(panes(tab)).to_contain_text("Ibu Dua Tab")
    await officer.write("dari tab pertama")
    await second.reads("dari tab pertama")
    await second.page.close()
    await citizen.write("masih terhubung")
    await officer.reads("masih terhubung")
    assert duty(house, "petugas1")["state"] == "available"
    # The second tab is not there any more, and the account still works here.
    await officer.button("pause").click()
    await expect(officer.button("pause")).to_have_attribute("aria-pressed", "true")


async def test_who_serves_is_asked_before_signing_out_and_whom_they_served_is_served_on(
    town: Town, house: House
) -> None:
    citizen = await town.applicant("Ibu Dilanjutkan")
    officer = await town.staff("petugas3")
    await officer.button("ready").click()
    await officer.takes("Ibu Dilanjutkan")
    await citizen.is_served()
    await citizen.write("Nomor berkas saya 77")
    await officer.reads("Nomor berkas saya 77")
    question = officer.page.get_by_role("dialog", name="Keluar sekarang?")

    async def sign_out() -> None:
        await officer.page.locator(".menu summary").click()
        await officer.page.get_by_role("button", name="Keluar", exact=True).click()
        await expect(question).to_contain_text("Anda masih melayani 1 orang.")

    await sign_out()
    await question.get_by_role("button", name="Tetap melayani").click()
    await officer.write("Saya masih di sini")
    await citizen.reads("Saya masih di sini")
    assert duty(house, "petugas3")["state"] == "available"

    await sign_out()
    await question.get_by_role("button", name="Ya, keluar").click()
    await expect(officer.page).to_have_url(re.compile("/sign-in$"))
    await expect(citizen.position).to_contain_text("1")
    assert (duty(house, "petugas3")["state"], duty(house, "petugas3")["load"]) == ("offline", 0)
    other = await town.staff("petugas2", server=0)
    await other.button("ready").click()
    await other.takes("Ibu Dilanjutkan")
    await citizen.is_served()
    await other.reads("Nomor berkas saya 77")
