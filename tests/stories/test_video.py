"""Calls between two browsers with pretended cameras, each at its own server process; one pair at a time."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.stories.people import Person, Town
from tests.support.browser import DEVICES, chromium
from tests.support.house import House


@pytest.fixture(scope="module")
async def bare_browser() -> AsyncIterator[Browser]:
    """A Chromium on a machine without camera and microphone."""
    async with chromium(devices=()) as running:
        yield running


@pytest.fixture(scope="module")
async def asking_browser() -> AsyncIterator[Browser]:
    """A Chromium that has both and asks before it gives them; nobody is there to say yes."""
    async with chromium(devices=DEVICES[:1]) as running:
        yield running


async def stage_says(somebody: Person, words: str | re.Pattern[str]) -> None:
    stage = somebody.page.get_by_role("region", name=re.compile("^Panggilan dengan"))
    await expect(stage.get_by_text(words)).to_be_visible(timeout=10_000)


async def is_in_no_call(somebody: Person) -> None:
    await expect(somebody.button("hang_up")).to_have_count(0)


async def both_see(citizen: Person, officer: Person) -> None:
    await citizen.sees_moving_pictures()
    await officer.sees_moving_pictures()


async def more_pictures(*people: Person) -> None:
    """Frames are decoded from now on, on every side."""
    frames = "document.querySelector('video[data-part=remote]').getVideoPlaybackQuality().totalVideoFrames"
    seen = [await somebody.page.evaluate(frames) for somebody in people]
    for somebody, before in zip(people, seen, strict=True):
        await somebody.page.wait_for_function(f"() => {frames} > {before} + 20")


async def code_of(somebody: Person) -> str:
    """The digits that both can read aloud, with the sentence that says what they are for."""
    settings = somebody.page.get_by_role("button", name="Pengaturan panggilan")
    await settings.click()
    await expect(somebody.page.get_by_text("Bacakan bersama")).to_be_visible()
    digits = await somebody.page.get_by_text(re.compile(r"^Kode \d\d \d\d \d\d \d\d$")).inner_text()
    await settings.click()
    return digits


async def chat_goes_on(citizen: Person, officer: Person, text: str) -> None:
    await citizen.write(f"pemohon: {text}")
    await officer.reads(f"pemohon: {text}")
    await officer.write(f"petugas: {text}")
    await citizen.reads(f"petugas: {text}")


# Playwright takes the promise of an asynchronous predicate for a yes, so this one is not.
HEARD = """() => {
    const video = document.querySelector("video[data-part=remote]");
    const [track] = video?.srcObject?.getAudioTracks() ?? [];
    if (!track || video.paused || video.muted) return false;
    if (window.ear?.track !== track) {
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 32768;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        window.ear = { track, analyser, samples: new Float32Array(analyser.fftSize) };
    }
    window.ear.analyser.getFloatTimeDomainData(window.ear.samples);
    return window.ear.samples.some((sample) => Math.abs(sample) > 0.05);
}"""


async def hears(somebody: Person) -> None:
    """The other side's beeps arrive here, on the line that this page plays."""
    await somebody.page.wait_for_function(HEARD, timeout=30_000)


async def test_the_applicant_calls_and_both_see_mute_turn_off_and_hang_up(town: Town, house: House) -> None:
    citizen, officer = await town.consultation("Ibu Menelepon")
    await citizen.button("video").click()
    await expect(officer.page.get_by_role("heading", name="Ibu Menelepon menelepon")).to_be_visible()
    await expect(officer.page.get_by_role("heading", name="Ibu Menelepon menelepon")).to_be_focused()
    await expect(officer.page).to_have_title(re.compile(r"^\(1\) B-\d{3} menelepon"))
    await stage_says(citizen, "Menunggu Petugas 1 menjawab.")
    await officer.button("accept_video").click()
    await both_see(citizen, officer)
    assert await code_of(citizen) == await code_of(officer)

    await citizen.button("mute").click()
    await stage_says(officer, "Mikrofonnya mati")
    await expect(citizen.page.get_by_role("button", name="Nyalakan mikrofon")).to_be_visible()
    await citizen.page.get_by_role("button", name="Nyalakan mikrofon").click()
    await expect(officer.page.get_by_text("Mikrofonnya mati")).to_be_hidden()
    await officer.button("camera_off").click()
    await stage_says(citizen, "Kamera Petugas 1 mati. Suara tetap jalan.")
    await citizen.page.wait_for_function("() => document.querySelector('video[data-part=remote]').hidden")
    await officer.page.get_by_role("button", name="Nyalakan kamera").click()
    await citizen.sees_moving_pictures()

    # Said while the other side's line is cut, it is known there once the line is back.
    house.cable.pull()
    await officer.button("mute").click()
    await expect(officer.page.get_by_role("button", name="Nyalakan mikrofon")).to_be_visible()
    await expect(citizen.page.get_by_text("Koneksi terputus.")).to_be_visible()
    house.cable.plug_in()
    await stage_says(citizen, "Mikrofonnya mati")

    await officer.button("hang_up").click()
    await is_in_no_call(officer)
    await is_in_no_call(citizen)
    for side in (citizen, officer):
        await expect(side.log.get_by_text(re.compile("^Panggilan selesai, lamanya"))).to_be_visible()
    await chat_goes_on(citizen, officer, "sesudah panggilan")


async def test_the_officer_calls_and_is_answered_with_sound_only_declined_and_cancelled(town: Town) -> None:
    citizen, officer = await town.consultation("Bapak Suara")
    await officer.button("video").click()
    await expect(citizen.page.get_by_role("heading", name="Petugas 1 menelepon")).to_be_visible()
    await expect(citizen.page.get_by_text("Kamera Anda masih mati")).to_be_visible()
    await citizen.button("accept_audio").click()
    await hears(citizen)
    await hears(officer)
    for side in (citizen, officer):
        sent = "document.querySelector('video[data-part=self]').srcObject?.getVideoTracks().length ?? 0"
        assert await side.page.evaluate(sent) == 0, "who asked for sound only gets no camera"
    await citizen.button("hang_up").click()
    await is_in_no_call(officer)

    await officer.button("video").click()
    await citizen.button("decline").click()
    await expect(officer.log.get_by_text(re.compile("^Panggilan ditolak"))).to_be_visible()
    await is_in_no_call(officer)
    await officer.button("video").click()
    await expect(citizen.button("decline")).to_be_visible()
    await officer.button("hang_up").click()
    await expect(citizen.button("decline")).to_have_count(0)
    await expect(citizen.log.get_by_text(re.compile("^Panggilan dibatalkan"))).to_be_visible()
    await chat_goes_on(citizen, officer, "tanpa panggilan")


async def sees_and_hears_without(town: Town, browser: Browser, name: str, words: str) -> None:
    citizen = await town.person(browser=browser, permissions=[])
    await town.takes_number(citizen, name)
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await officer.takes(name)
    await citizen.is_served()
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await citizen.sees_moving_pictures()
    await hears(citizen)
    await stage_says(citizen, words)
    await stage_says(officer, f"Kamera {name} mati.")
    await stage_says(officer, "Mikrofonnya mati")
    await officer.button("hang_up").click()
    await is_in_no_call(citizen)


async def test_who_has_no_camera_and_microphone_still_sees_and_hears(
    town: Town, bare_browser: Browser
) -> None:
    await sees_and_hears_without(town, bare_browser, "Ibu Tanpa", "Kamera dan mikrofon tidak ditemukan.")


async def test_who_allows_no_camera_and_microphone_still_sees_and_hears(
    town: Town, asking_browser: Browser
) -> None:
    words = "Peramban tidak mengizinkan kamera dan mikrofon."
    await sees_and_hears_without(town, asking_browser, "Ibu Menolak", words)


async def test_a_reload_in_a_call_comes_back_into_it(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Muat Ulang")
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await both_see(citizen, officer)
    for side in (citizen, officer):
        await side.page.reload()
        await both_see(citizen, officer)
    await citizen.button("hang_up").click()
    await is_in_no_call(officer)


async def test_media_goes_on_while_a_killed_server_is_away_and_signalling_resumes(
    town: Town, house: House
) -> None:
    citizen, officer = await town.consultation("Ibu Peladen")
    # Wide enough for video and chat side by side.
    await citizen.page.set_viewport_size({"width": 1024, "height": 740})
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await both_see(citizen, officer)
    await house.kill(1)
    try:
        await citizen.write("selagi peladen mati")
        await expect(officer.page.get_by_text("Koneksi terputus.")).to_be_visible()
        await officer.write("ditulis saat terputus")
        await more_pictures(citizen, officer)
    finally:
        await house.serve_again(1)
    await officer.reads("selagi peladen mati")
    await citizen.reads("ditulis saat terputus")
    await both_see(citizen, officer)
    await officer.button("mute").click()
    await stage_says(citizen, "Mikrofonnya mati")
    await citizen.button("hang_up").click()
    await is_in_no_call(officer)
    await expect(officer.log.get_by_text(re.compile("^Panggilan selesai, lamanya"))).to_be_visible()
