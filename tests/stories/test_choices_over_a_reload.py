"""What a person chose in a call still holds when the page was loaded anew."""

import re

from playwright.async_api import Browser, expect

from tests.stories.people import Person, Town
from tests.stories.test_call_quality import both_see, opens_settings, served
from tests.stories.test_call_quality import three_cameras as three_cameras

SPEAKER = "document.querySelector('video[data-part=remote]').sinkId"


def _device(kind: str) -> str:
    tracks = f"document.querySelector('video[data-part=self]')?.srcObject?.get{kind}Tracks()"
    return f"{tracks}?.[0]?.getSettings().deviceId"


async def _chooses_another(citizen: Person, label: str, kind: str) -> str:
    pick = citizen.page.get_by_label(label, exact=True)
    await expect(pick.locator("option").nth(1)).to_be_attached()
    other: str = (await pick.locator("option").evaluate_all("(all) => all.map(({ value }) => value)"))[-1]
    await pick.select_option(other)
    await _uses(citizen, kind, other)
    return other


async def _uses(citizen: Person, kind: str, device: str) -> None:
    await citizen.page.wait_for_function(f"(id) => {_device(kind)} === id", arg=device)


async def _plays_from_another(citizen: Person) -> str:
    pick = citizen.page.get_by_label("Pengeras suara", exact=True)
    await expect(pick.locator("option").nth(1)).to_be_attached()
    other: str = (await pick.locator("option").evaluate_all("(all) => all.map(({ value }) => value)"))[-1]
    await pick.select_option(other)
    await citizen.page.wait_for_function(f"(id) => {SPEAKER} === id", arg=other)
    return other


async def _used(citizen: Person) -> float:
    """Megabytes, once they were worth a figure."""
    words = citizen.page.get_by_text(re.compile(r"^\d+,\d MB terpakai$"))
    await expect(words).not_to_have_text("0,0 MB terpakai")
    return float((await words.inner_text()).split()[0].replace(",", "."))


async def test_devices_silence_saving_and_a_camera_that_is_off_hold_over_a_reload(
    town: Town, three_cameras: Browser
) -> None:
    citizen = await town.person(browser=three_cameras)
    officer = await served(town, citizen, "Ibu Pilihan")
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await both_see(citizen, officer)
    await opens_settings(citizen)
    camera = await _chooses_another(citizen, "Kamera", "Video")
    microphone = await _chooses_another(citizen, "Mikrofon", "Audio")
    speaker = await _plays_from_another(citizen)
    await citizen.page.get_by_role("checkbox", name="Hemat kuota").check(force=True)
    used = await _used(citizen)
    await citizen.page.keyboard.press("Escape")
    await citizen.button("mute").click()
    await citizen.page.reload()
    await both_see(citizen, officer)
    await _uses(citizen, "Video", camera)
    await _uses(citizen, "Audio", microphone)
    await citizen.page.wait_for_function(f"(id) => {SPEAKER} === id", arg=speaker)
    await expect(citizen.page.get_by_role("button", name="Nyalakan mikrofon")).to_be_visible()
    await expect(officer.page.get_by_text("Mikrofonnya mati")).to_be_visible()
    await opens_settings(citizen)
    await expect(citizen.page.get_by_role("checkbox", name="Hemat kuota")).to_be_checked()
    assert await _used(citizen) >= used > 0, "the call has cost no less"
    await citizen.page.keyboard.press("Escape")
    await citizen.button("camera_off").click()
    await citizen.page.reload()
    # Both would have come at once.
    await citizen.page.wait_for_function(f"() => {_device('Audio')} !== undefined")
    await expect(citizen.page.get_by_role("button", name="Nyalakan kamera")).to_be_visible()
    await citizen.sees_moving_pictures()
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)
