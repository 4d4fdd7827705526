"""Before anybody serves them, applicants take a number, wait, move to another device, leave."""

import asyncio
import re

from playwright.async_api import Page, expect

from tests.stories.people import Person, Town
from tests.support.house import House

TICKET_PATH = re.compile(r"/t/[a-z0-9]+$")
MOVED = "Nomor ini dibuka di perangkat lain"


def number(somebody: Person) -> str:
    return re.sub(r".*/t/", "", somebody.page.url).split("#")[0]


async def label(somebody: Person) -> str:
    """The queue number as the slip says it."""
    text = await somebody.field("number").inner_text()
    found = re.search(r"[A-Z]-\d{3}", text)
    assert found, text
    return found[0]


async def copied_link(somebody: Person) -> str:
    await somebody.context.grant_permissions(["clipboard-read", "clipboard-write"])
    english = somebody.language == "en"
    copy, copied = ("Copy link", "Link copied") if english else ("Salin tautan", "Tautan tersalin")
    await somebody.page.get_by_role("button", name=copy).click()
    await expect(somebody.page.get_by_role("button", name=copied)).to_be_visible()
    link = await somebody.page.evaluate("navigator.clipboard.readText()")
    search = r"\?lang=en" if english else ""
    assert re.fullmatch(rf"http://[^/]+/t/[a-z0-9]+{search}#[\w-]{{43,}}", link), link
    return str(link)


def everything_asked(page: Page) -> list[str]:
    """Every address this page asks for from now on, with what it says about where it comes from."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    page.on("websocket", lambda socket: asked.append(socket.url))
    return asked


async def test_a_number_is_taken_without_scripts_and_opened_with_them(town: Town, house: House) -> None:
    plain = await town.person(java_script_enabled=False)
    await plain.page.goto(house.urls[0])
    await plain.fills_in("Ibu Tanpa Skrip")
    async with plain.page.expect_response(lambda answer: answer.url.endswith("/tickets")) as posted:
        await plain.button("take").click()
    answer = await posted.value
    assert answer.status == 303
    path, secret = (await answer.header_value("location") or "").split("#")
    assert re.fullmatch(r"/t/[a-z0-9]{16,}", path)
    assert len(secret) >= 43, "256 bits"
    await plain.page.wait_for_url(f"**{path}#{secret}")
    # Chromium does not draw it when only a tool has turned the scripts off.
    assert "Nomor antrean Anda sudah diambil" in await plain.page.content()
    assert plain.page.url == f"{house.urls[0]}{path}#{secret}"

    scripted = await town.person()
    asked = everything_asked(scripted.page)
    await scripted.page.goto(plain.page.url)
    await expect(scripted.position).to_contain_text("1")
    assert scripted.page.url == f"{house.urls[0]}{path}", "the secret leaves the address bar"
    await scripted.page.reload()
    await expect(scripted.position).to_contain_text("1")
    assert any("/socket" in address for address in asked)
    assert not [address for address in asked if secret in address]
    assert secret not in house.said()
    row = house.rows("SELECT * FROM ticket WHERE id = ?", path.removeprefix("/t/"))[0]
    assert secret.encode() not in b"".join(repr(value).encode() for value in row.values())


async def test_a_double_tap_is_one_place(town: Town, house: House) -> None:
    somebody = await town.person()
    await somebody.page.goto(house.urls[0])
    await somebody.fills_in("Bapak Dua Ketuk")
    await somebody.button("take").dblclick(no_wait_after=True)
    await somebody.page.wait_for_url(TICKET_PATH)
    assert len(house.rows("SELECT id FROM ticket WHERE name = 'Bapak Dua Ketuk'")) == 1


async def test_two_posts_at_the_same_moment_are_one_place(town: Town, house: House) -> None:
    somebody = await town.person(java_script_enabled=False)
    await somebody.page.goto(house.urls[1])
    await somebody.fills_in("Ibu Serentak")
    fields = {
        name: await somebody.page.locator(f"#join [name={name}]{more}").input_value()
        for name, more in (
            ("csrf", ""),
            ("service", ""),
            ("name", ""),
            ("phone", ""),
            ("channel", ":checked"),
        )
    } | {"notice": "on", "application_number": ""}

    async def post() -> str:
        answer = await somebody.context.request.post(
            f"{house.urls[1]}/tickets", form=fields, headers={"Origin": house.urls[1]}, max_redirects=0
        )
        assert answer.status == 303
        return answer.headers["location"]

    places = await asyncio.gather(*(post() for _ in range(4)))
    assert len(set(places)) == 1
    assert len(house.rows("SELECT id FROM ticket WHERE name = 'Ibu Serentak'")) == 1


async def test_the_link_brings_place_and_conversation_to_another_device(town: Town, house: House) -> None:
    await town.applicant("Bapak Depan", service="SIPB")
    phone = await town.applicant("Ibu Pindah", server=0, service="SIPB")
    await expect(phone.position).to_contain_text("2")
    laptop = await town.person(width=1280)
    await laptop.page.goto(await copied_link(phone))
    await expect(laptop.position).to_contain_text("2")
    assert await label(laptop) == re.sub(r"^.*?([A-Z]-\d{3}).*$", r"\1", await laptop.page.title())
    assert "#" not in laptop.page.url
    await expect(phone.page.get_by_role("heading", name=MOVED)).to_be_visible()

    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await officer.takes("Bapak Depan")
    await officer.takes("Ibu Pindah")
    await laptop.is_served()
    await laptop.write("dari laptop")
    await officer.page.get_by_role("button", name=re.compile("Ibu Pindah")).click()

    await phone.page.get_by_role("button", name="Lanjutkan di sini").click()
    await phone.is_served()
    await phone.reads("dari laptop")
    await phone.write("dari ponsel")
    await expect(laptop.page.get_by_role("heading", name=MOVED)).to_be_visible()

    await phone.page.get_by_role("button", name="Lainnya").click()
    tablet = await town.person(width=768)
    await tablet.page.goto(await copied_link(phone))
    for text in ("dari laptop", "dari ponsel"):
        await tablet.reads(text)
    await expect(phone.page.get_by_role("heading", name=MOVED)).to_be_visible()


async def test_a_link_copied_in_english_opens_in_english(town: Town) -> None:
    phone = await town.applicant("Ibu Perjalanan", language="en")
    number = await label(phone)
    laptop = await town.person("en")
    await laptop.page.goto(await copied_link(phone))
    await expect(laptop.position).to_contain_text("1")
    assert await label(laptop) == number


async def test_number_and_pin_open_the_place_on_another_phone(town: Town, house: House) -> None:
    first = await town.applicant("Ibu Ganti Ponsel")
    told = await first.page.get_by_text(re.compile(r"PIN \d{3}\s\d{3}")).inner_text()
    pin = re.search(r"PIN (\d{3})\s(\d{3})", told)
    assert pin
    other = await town.person()
    await other.page.goto(f"{house.urls[1]}/")
    await other.page.get_by_role("link", name="Lanjutkan di ponsel ini").click()
    wrong = "000 000" if pin[1] != "000" else "111 111"
    typed = (await label(first)).replace("-", " ").lower()
    await other.field("number").fill(typed)
    await other.page.get_by_label("PIN 6 angka").fill(wrong)
    await other.page.get_by_role("button", name="Lanjutkan di sini").click()
    await expect(other.page.locator("#faults")).to_contain_text("tidak cocok")
    await expect(other.field("number")).to_have_value(typed)
    await other.page.get_by_label("PIN 6 angka").fill(f"{pin[1]} {pin[2]}")
    await other.page.get_by_role("button", name="Lanjutkan di sini").click()
    await other.page.wait_for_url(TICKET_PATH)
    await expect(other.position).to_contain_text("1")
    assert number(other) == number(first)
    await expect(first.page.get_by_role("heading", name=MOVED)).to_be_visible()


async def test_not_me_starts_a_second_person_on_a_shared_phone(town: Town, house: House) -> None:
    shared = await town.applicant("Ibu Pertama")
    first, link = await label(shared), await copied_link(shared)
    await shared.page.goto(house.urls[0])
    await expect(shared.page.get_by_text(f"Anda sudah punya nomor {first}.")).to_be_visible()
    await shared.page.get_by_role("link", name="Buka nomor saya").click()
    await expect(shared.field("number")).to_contain_text(first)

    await shared.page.get_by_role("button", name="Bukan saya").click()
    await shared.page.get_by_role("button", name="Ya, lupakan di sini").click()
    await shared.page.wait_for_url(f"{house.urls[0]}/")
    await expect(shared.page.get_by_text("Anda sudah punya nomor")).to_have_count(0)
    await town.takes_number(shared, "Bapak Kedua")
    assert await label(shared) != first
    await expect(shared.position).to_contain_text("2")
    await shared.page.goto(link.split("#")[0])
    await expect(
        shared.page.get_by_role("heading", name="Nomor ini tidak bisa dibuka di sini")
    ).to_be_visible()

    back = await town.person()
    await back.page.goto(link)
    await expect(back.field("number")).to_contain_text(first)
    await expect(back.position).to_contain_text("1")


async def test_the_position_is_live_and_the_next_one_is_told(town: Town, house: House) -> None:
    first = await town.applicant("Ibu Muka", service="IUJK")
    nobody = "Belum ada petugas untuk layanan ini yang bertugas."
    await expect(first.page.get_by_text(nobody).first).to_be_visible()
    await expect(first.page.get_by_text("Giliran Anda berikutnya")).to_have_count(0)
    english = await town.applicant("Mr Second", service="IUJK", language="en", server=1)
    await expect(
        english.page.get_by_text("No officer for this service is on duty yet.").first
    ).to_be_visible()
    await expect(english.position).to_contain_text("2")
    await expect(english.page.get_by_text("Construction Services Licence (IUJK)")).to_be_visible()

    officer = await town.staff("petugas2")
    await officer.button("pause").click()
    next_one = first.page.get_by_role("heading", name="Giliran Anda berikutnya")
    await expect(next_one).to_be_visible()
    await expect(first.page.get_by_role("main").get_by_text(nobody)).to_be_hidden()
    await expect(english.page.get_by_role("heading", name="You are next")).to_have_count(0)

    await first.button("leave").click()
    await expect(
        first.page.get_by_text("Keluar dari antrean? Tempat Anda tidak bisa dikembalikan.")
    ).to_be_visible()
    await first.page.get_by_role("button", name="Tetap antre").click()
    await expect(next_one).to_be_visible()
    await first.button("leave").click()
    await first.page.get_by_role("button", name="Ya, keluar").click()
    await expect(first.page.get_by_role("heading", name="Nomor antrean berakhir")).to_be_visible()
    await expect(english.page.get_by_role("heading", name="You are next")).to_be_visible()
    await expect(english.position).to_contain_text("1")
    stages = house.rows("SELECT stage, ended_reason FROM ticket WHERE name = 'Ibu Muka'")
    assert stages == [{"stage": "ended", "ended_reason": "left"}]
    await first.page.get_by_role("link", name="Ambil nomor baru").click()
    await expect(first.button("take")).to_be_visible()
