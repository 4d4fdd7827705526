"""A call on a thin purse and with stubborn devices: saving data, other devices, a camera that is busy."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.stories.people import Person, Town
from tests.support.browser import DEVICES, chromium


@pytest.fixture(scope="module")
async def three_cameras() -> AsyncIterator[Browser]:
    """The second of Chromium's pretended cameras gives depth, which no call carries; the third is usual."""
    devices = ("--use-fake-device-for-media-stream=device-count=3", DEVICES[1])
    async with chromium(devices=devices) as running:
        yield running


async def served(town: Town, citizen: Person, name: str) -> Person:
    await town.takes_number(citizen, name)
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await officer.takes(name)
    await citizen.is_served()
    return officer


async def both_see(citizen: Person, officer: Person) -> None:
    await citizen.sees_moving_pictures()
    await officer.sees_moving_pictures()


async def receives_small_pictures(somebody: Person) -> None:
    await somebody.page.wait_for_function(
        "() => document.querySelector('video[data-part=remote]').videoWidth <= 160", timeout=30_000
    )


async def opens_settings(somebody: Person) -> None:
    await somebody.page.get_by_role("button", name="Pengaturan panggilan").click()


async def test_who_saves_data_gets_small_pictures_both_ways_and_both_are_told(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Hemat")
    # Wide enough for video and chat side by side.
    await citizen.page.set_viewport_size({"width": 1024, "height": 740})
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await both_see(citizen, officer)
    await opens_settings(citizen)
    group = citizen.page.get_by_role("group", name="Pengaturan panggilan")
    await expect(group.get_by_text(re.compile(r"\d,\d MB terpakai"))).to_be_visible()
    await citizen.page.get_by_role("checkbox", name="Hemat kuota").check(force=True)
    await receives_small_pictures(officer)
    await receives_small_pictures(citizen)
    words = "menghemat kuota. Video dibuat kecil, suara tetap jelas."
    await expect(citizen.log.get_by_text(f"Anda {words}")).to_have_count(1)
    await expect(officer.log.get_by_text(f"Ibu Hemat {words}")).to_be_visible()
    await citizen.page.get_by_role("checkbox", name="Hemat kuota").uncheck(force=True)
    await expect(officer.log.get_by_text("Ibu Hemat tidak menghemat kuota lagi")).to_be_visible()
    for side in (citizen, officer):
        await side.page.wait_for_function(
            "() => document.querySelector('video[data-part=remote]').videoWidth > 160", timeout=30_000
        )
    await citizen.page.keyboard.press("Escape")
    await expect(group).to_be_hidden()
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)


async def test_another_camera_and_microphone_in_a_call(town: Town, three_cameras: Browser) -> None:
    citizen = await town.person(browser=three_cameras)
    officer = await served(town, citizen, "Ibu Tiga Kamera")
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await both_see(citizen, officer)
    await opens_settings(citizen)
    for label, kind in (("Kamera", "Video"), ("Mikrofon", "Audio")):
        pick = citizen.page.get_by_label(label, exact=True)
        await expect(pick.locator("option").nth(1)).to_be_attached()
        used = f"document.querySelector('video[data-part=self]').srcObject.get{kind}Tracks()[0]"
        before = await citizen.page.evaluate(f"{used}?.getSettings().deviceId")
        values = await pick.locator("option").evaluate_all("(all) => all.map(({ value }) => value)")
        assert await pick.input_value() == before
        other = values[-1]
        assert other != before
        await pick.select_option(other)
        await citizen.page.wait_for_function(f"(id) => {used}?.getSettings().deviceId === id", arg=other)
        await expect(pick).to_have_value(other)
    seen = "document.querySelector('video[data-part=remote]').getVideoPlaybackQuality().totalVideoFrames"
    frames = await officer.page.evaluate(seen)
    await officer.page.wait_for_function(f"() => {seen} > {frames} + 10")
    await expect(citizen.page.get_by_label("Pengeras suara", exact=True)).to_be_visible()
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)


BUSY = """
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.cameraIsBusy = true;
    navigator.mediaDevices.getUserMedia = async (wishes) => {
        window.asked = [...(window.asked ?? []), wishes];
        if (wishes.video && window.cameraIsBusy) throw new DOMException("in use", "NotReadableError");
        return real(wishes);
    };
"""


VOICE = "() => document.querySelector('video[data-part=self]').srcObject.getAudioTracks()[0]"
MUTED_BY_BROWSER = """(track, on) => {
    Object.defineProperty(track, "muted", { get: () => on, configurable: true });
    track.dispatchEvent(new Event(on ? "mute" : "unmute"));
}"""
SOUNDS = """
    const start = OscillatorNode.prototype.start;
    window.notes = [];
    OscillatorNode.prototype.start = function (...when) {
        window.notes.push(Math.round(this.frequency.value));
        return start.apply(this, when);
    };
"""


async def hears_note(somebody: Person, hertz: int) -> None:
    await somebody.page.wait_for_function("(hertz) => window.notes.includes(hertz)", arg=hertz)


async def test_ringing_joining_and_ending_have_a_sound(town: Town) -> None:
    citizen = await town.person()
    await citizen.page.add_init_script(SOUNDS)
    officer = await served(town, citizen, "Ibu Mendengar")
    await citizen.page.evaluate("window.notes = []")
    await officer.button("video").click()
    await hears_note(citizen, 659)
    await citizen.button("accept_audio").click()
    await hears_note(citizen, 523)
    await officer.button("hang_up").click()
    await hears_note(citizen, 587)
    await citizen.button("video").click()
    await hears_note(citizen, 440)
    await citizen.button("hang_up").click()
    await expect(officer.button("decline")).to_have_count(0)


async def test_a_camera_that_another_program_uses_leaves_the_sound_and_can_be_tried_again(town: Town) -> None:
    citizen = await town.person()
    await citizen.page.add_init_script(BUSY)
    officer = await served(town, citizen, "Ibu Sibuk")
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await citizen.sees_moving_pictures()
    stage = citizen.page.get_by_role("region", name=re.compile("^Panggilan dengan"))
    await expect(stage.get_by_text("Kamera dipakai aplikasi lain. Suara tetap jalan.")).to_be_visible()
    await expect(officer.page.get_by_text("Kamera Ibu Sibuk mati. Suara tetap jalan.")).to_be_visible()
    wishes = await citizen.page.evaluate("window.asked.at(-1).audio")
    assert wishes["echoCancellation"] and wishes["noiseSuppression"]
    await citizen.page.evaluate("window.cameraIsBusy = false")
    await stage.get_by_role("button", name="Coba lagi").click()
    await officer.sees_moving_pictures()
    await expect(stage.get_by_text("Kamera dipakai aplikasi lain")).to_be_hidden()
    # A telephone call takes the microphone: the browser says so of the track, as of no pretended device.
    taken = await citizen.page.evaluate_handle(VOICE)
    await taken.evaluate(MUTED_BY_BROWSER, True)
    await expect(stage.get_by_text("Mikrofon terputus")).to_be_visible()
    await expect(officer.page.get_by_text("Mikrofonnya mati")).to_be_visible()
    await taken.evaluate(MUTED_BY_BROWSER, False)
    await expect(stage.get_by_text("Mikrofon terputus")).to_be_hidden()
    await expect(officer.page.get_by_text("Mikrofonnya mati")).to_be_hidden()
    await citizen.page.wait_for_function(f"(taken) => ({VOICE})() !== taken", arg=taken)
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)
