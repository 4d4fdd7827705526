"""The main story: wait behind two others, be served, chat over a cut network, see each other, end."""

import re

from playwright.async_api import expect

from tests.stories.people import Town


async def test_a_number_a_wait_a_chat_over_a_cut_network_a_video_call_and_an_end(town: Town) -> None:
    town.forms_are_filled_in = True
    first = await town.applicant("Ibu Satu", server=1)
    second = await town.applicant("Bapak Dua", server=0)
    third = await town.applicant("Ibu Tiga", server=0)
    await expect(third.position).to_contain_text("3")

    officer = await town.staff("petugas1", server=1)
    await officer.button("ready").click()
    # Whoever is offered has left the line: each place stands until the officer answers.
    await expect(third.position).to_contain_text("2")
    await officer.takes("Ibu Satu")
    await expect(third.position).to_contain_text("1")
    await officer.takes("Bapak Dua")
    for done in (first, second):
        await done.is_served()
        await done.ends()
    await officer.takes("Ibu Tiga")
    await third.is_served()

    for number in range(10):
        if number in (3, 7):
            town.house.cable.pull()
        await third.write(f"dari pemohon {number}")
        await officer.write(f"dari petugas {number}")
        if number in (4, 8):
            town.house.cable.plug_in()
    for number in range(10):
        for reader in (third, officer):
            await reader.reads(f"dari pemohon {number}")
            await reader.reads(f"dari petugas {number}")
    for reader in (third, officer):
        texts = await reader.log.get_by_text(re.compile(r"^dari (pemohon|petugas) \d$")).all_inner_texts()
        assert len(texts) == 20, "nothing twice"
        for side in ("pemohon", "petugas"):
            own = [text for text in texts if side in text]
            assert own == [f"dari {side} {number}" for number in range(10)], "in the order of sending"

    # After the cuts the page may make requests, which carry no call, until it has found a socket again.
    await expect(third.page.locator("#banner")).to_have_text("", use_inner_text=True, timeout=30_000)
    await officer.button("video").click()
    await third.button("accept_video").click()
    await third.sees_moving_pictures()
    await officer.sees_moving_pictures()
    await third.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)

    await officer.write("Kita lanjut lewat obrolan.")
    await third.reads("Kita lanjut lewat obrolan.")
    await officer.ends()
    await expect(third.page.get_by_role("heading", name=re.compile("selesai", re.I))).to_be_visible()


# The scripts that a page has loaded (but for its worker), and those that its HTML names.
MODULES = """() => [
    performance.getEntriesByType("resource").map(({ name }) => new URL(name))
        .map(({ pathname }) => pathname)
        .filter((path) => path.endsWith(".js") && !path.endsWith("/pace.js")),
    [...document.querySelectorAll("link[rel=modulepreload], script[src]")]
        .map((one) => new URL(one.href ?? one.src).pathname),
]"""


async def test_everything_has_its_english_name(town: Town) -> None:
    town.forms_are_filled_in = True
    citizen = await town.applicant("Mrs English", language="en", service="SIPP", channel="video")
    await expect(citizen.field("number")).to_contain_text(re.compile(r"B-\d{3}"))
    await expect(citizen.position).to_contain_text("1")
    await expect(citizen.button("leave")).to_be_visible()
    officer = await town.staff("petugas2", language="en")
    await officer.button("pause").click()
    await officer.button("serve_next").click()
    await citizen.is_served()
    await citizen.write("Good morning")
    await officer.reads("Good morning")
    await citizen.button("video").click()
    await expect(officer.button("accept_audio")).to_be_visible()
    await officer.button("decline").click()
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await citizen.sees_moving_pictures()
    for side in (citizen, officer):
        await expect(side.button("mute")).to_be_visible()
        await expect(side.button("camera_off")).to_be_visible()
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)
    await citizen.ends()
    await expect(citizen.page.get_by_role("heading", name="The consultation has ended")).to_be_visible()
    second = await town.applicant("Mr English", language="en", service="SIPP")
    await officer.button("ready").click()
    await officer.takes("Mr English")
    await second.is_served()
    await expect(officer.button("end").first).to_be_visible()
    for person in (second, officer):
        loaded, named = await person.page.evaluate(MODULES)
        assert len(loaded) == 2, "a page is its script and its texts"
        assert set(loaded) == set(named), "what a page loads, its HTML asks for at once"
