"""A screen that is shared in a call: the other side decodes it, and the camera comes back.

A pretended camera comes with a pretended screen, known by its shape. Who has no camera shares a real tab,
known by its colour too.
"""

import io
import re
from collections.abc import AsyncIterator
from itertools import pairwise

import av
import pytest
from playwright.async_api import Browser, Page, expect

from consult.pages.catalogue import LANGUAGES
from tests.stories.looks import shown
from tests.stories.people import Person, Town
from tests.stories.test_call_quality import served
from tests.stories.test_recording import asks, files, is_marked, last
from tests.stories.test_third_chair import COMPANION, HEARD, LET_IN, PIN, SIZES, comes, in_video, invitation
from tests.support.browser import chromium
from tests.support.house import House
from tests.support.looking import Finding
from tests.support.waiting import until

SHARE, STOP = "Bagikan layar", "Berhenti berbagi"
IN_ENGLISH = {SHARE: "Share screen", STOP: "Stop sharing"}
TITLE = "Denah rumah"
WIDTH, HEIGHT = 1280, 720
RED, GREEN, BLUE = 200, 30, 90
# The middle of the picture that is decoded here, and its size.
SEEN = """(name) => {
    const video = document.querySelector(`video[data-part=${name}]`);
    if (!video || video.hidden || video.videoWidth < 3) return null;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const picture = canvas.getContext("2d");
    picture.drawImage(video, 0, 0);
    const [red, green, blue] = picture.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    return { red, green, blue, width: canvas.width, height: canvas.height };
}"""
# Wide, where a camera's picture is 4:3; narrower than it is where the network is thought thin.
IS_SCREEN = f"""(name) => {{
    const seen = ({SEEN})(name);
    return seen && seen.width >= 900 && Math.abs(seen.width * 9 - seen.height * 16) < 64;
}}"""
IS_PLAN = f"""(name) => {{
    const seen = ({SEEN})(name);
    const near = (one, other) => Math.abs(one - other) < 24;
    return seen && ({IS_SCREEN})(name)
        && near(seen.red, {RED}) && near(seen.green, {GREEN}) && near(seen.blue, {BLUE});
}}"""
IS_CAMERA = f"""(name) => {{
    const seen = ({SEEN})(name);
    return seen && seen.width * 3 === seen.height * 4;
}}"""
# As on most phones.
CANNOT_SHARE = "delete MediaDevices.prototype.getDisplayMedia;"
REFUSES = """() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
        throw new DOMException("Permission denied", "NotAllowedError");
    };
}"""


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_RECORDING": "browser"}


@pytest.fixture(scope="module")
async def bare() -> AsyncIterator[Browser]:
    """A Chromium without a camera, which answers the question what to share with the tab of this title."""
    async with chromium(f"--auto-select-tab-capture-source-by-title={TITLE}", devices=()) as running:
        yield running


async def opens_plan(somebody: Person) -> Page:
    """The tab that is shared: one colour, one size."""
    page = await somebody.context.new_page()
    await page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    await page.set_content(
        f"<title>{TITLE}</title><body style='margin:0;height:100vh;background:rgb({RED},{GREEN},{BLUE})'>"
    )
    await somebody.page.bring_to_front()
    return page


async def presses(somebody: Person, words: str) -> None:
    said = words if somebody.language == "id" else IN_ENGLISH[words]
    await somebody.page.get_by_role("button", name=said, exact=True).click()


async def sees(somebody: Person, what: str, video: str = "remote") -> None:
    try:
        await somebody.page.wait_for_function(what, arg=video, timeout=40_000)
    except Exception as fault:
        raise AssertionError(f"{await somebody.page.evaluate(SEEN, video)}") from fault


async def says(somebody: Person, words: str) -> None:
    stage = somebody.page.get_by_role("region", name=re.compile("^Panggilan dengan"))
    await expect(stage.get_by_text(words, exact=True)).to_be_visible()


async def reads(somebody: Person, words: str, times: int) -> None:
    await expect(somebody.log.get_by_text(re.compile(f"^{words} pukul"))).to_have_count(times)


async def in_call(citizen: Person, officer: Person) -> None:
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()


async def test_an_officer_shares_and_the_camera_comes_back_as_it_was(town: Town) -> None:
    citizen = await town.person()
    await citizen.page.add_init_script(CANNOT_SHARE)
    officer = await served(town, citizen, "Ibu Melihat")
    await in_call(citizen, officer)
    await expect(citizen.page.get_by_role("button", name=SHARE)).to_be_hidden()
    await presses(officer, SHARE)
    await sees(citizen, IS_SCREEN)
    await sees(officer, IS_SCREEN, "self")
    await says(citizen, "Petugas 1 berbagi layar")
    await says(officer, "Anda berbagi layar")
    await expect(officer.button("camera_off")).to_be_hidden()
    await reads(officer, "Anda mulai berbagi layar", 1)
    await presses(officer, STOP)
    await sees(citizen, IS_CAMERA)
    await expect(citizen.page.get_by_text("Petugas 1 berbagi layar")).to_be_hidden()
    # A camera that was off is off again; and the picture is there although it is.
    await officer.button("camera_off").click()
    await says(citizen, "Kamera Petugas 1 mati. Suara tetap jalan.")
    await presses(officer, SHARE)
    await sees(citizen, IS_SCREEN)
    # A new connection carries it on; a reload of the page that shares ends it.
    await citizen.page.reload()
    await sees(citizen, IS_SCREEN)
    await officer.page.reload()
    await says(citizen, "Kamera Petugas 1 mati. Suara tetap jalan.")
    await reads(officer, "Anda mulai berbagi layar", 2)
    await reads(officer, "Anda berhenti berbagi layar", 2)
    # Refused by the person: nothing changes, and is said.
    await officer.page.evaluate(REFUSES)
    await presses(officer, SHARE)
    await says(officer, "Layar tidak dibagikan. Panggilan tetap jalan.")
    await reads(officer, "Anda mulai berbagi layar", 2)
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)


async def test_an_applicant_shares_a_tab_in_a_call_by_sound_and_the_browser_stops_it(
    town: Town, bare: Browser
) -> None:
    citizen = await town.person(browser=bare, width=1024, permissions=[])
    officer = await served(town, citizen, "Ibu Berbagi")
    plan = await opens_plan(citizen)
    await citizen.button("video").click()
    await officer.button("accept_audio").click()
    await presses(citizen, SHARE)
    await sees(officer, IS_PLAN)
    await says(officer, "Ibu Berbagi berbagi layar")
    await reads(officer, "Ibu Berbagi mulai berbagi layar", 1)
    # What was shared is gone, so the browser ends it without a word from the page.
    await plan.close()
    await expect(officer.page.locator("video[data-part=remote]")).to_be_hidden()
    await expect(officer.page.get_by_text("Ibu Berbagi berbagi layar")).to_be_hidden()
    await reads(officer, "Ibu Berbagi berhenti berbagi layar", 1)
    await expect(citizen.page.get_by_role("button", name=SHARE)).to_be_visible()
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)


async def test_a_companion_who_gets_no_camera_gets_the_screen_in_the_larger_tile(town: Town) -> None:
    citizen, officer = await in_video(town, "Ibu Bertiga")
    companion = await comes(town, await invitation(officer, COMPANION), "Komang")
    for side in (citizen, officer):
        await side.page.get_by_role("button", name=LET_IN["id"], exact=True).click()
    await companion.page.wait_for_function(f"() => ({HEARD})() === 2")
    await presses(officer, SHARE)
    await sees(companion, IS_SCREEN, "secondvideo")
    await sees(citizen, IS_SCREEN)
    await expect(companion.page.get_by_text("Petugas 1 berbagi layar", exact=True)).to_be_visible()
    for somebody, larger in ((companion, 1), (citizen, 0)):
        tiles = await somebody.page.evaluate(SIZES)
        assert tiles[larger] > tiles[1 - larger]
    # Another one pinned is the larger one.
    await companion.page.get_by_role("button", name=PIN["id"], exact=True).first.click()
    first, second = await companion.page.evaluate(SIZES)
    assert first > second
    await companion.page.get_by_role("button", name=PIN["id"], exact=True, pressed=True).click()
    await presses(officer, STOP)
    await expect(companion.page.locator("video[data-part=secondvideo]")).to_be_hidden()
    first, second = await companion.page.evaluate(SIZES)
    assert abs(first - second) <= 2
    await sees(citizen, IS_CAMERA)


async def test_a_recording_goes_on_with_what_is_shared(town: Town, house: House) -> None:
    citizen, officer = await in_video(town, "Ibu Terekam")
    await asks(officer)
    await citizen.page.get_by_role("button", name="Setuju direkam", exact=True).click()
    await is_marked(citizen, officer)
    await until(lambda: last(house)["slices"] >= 2, 40)  # type: ignore[operator]
    await officer.page.keyboard.press("Escape")
    await presses(officer, SHARE)
    await sees(citizen, IS_SCREEN)
    begun = int(str(last(house)["slices"]))
    await until(lambda: last(house)["slices"] >= begun + 2, 40)  # type: ignore[operator]
    await citizen.button("hang_up").click()
    await until(lambda: last(house)["finished_at"], 40)
    assert last(house)["reason"] == "call_ended"
    slices = house.rows("SELECT file FROM recording_slice ORDER BY number")
    kept = files(house)
    content = b"".join(kept[one["file"]] for one in slices)
    with av.open(io.BytesIO(content)) as container:
        frames = list(container.decode())
    wide = [_is_wide(frame) for frame in frames if isinstance(frame, av.VideoFrame)]
    first, then = wide.index(True), len(wide) - 1 - wide[::-1].index(True)
    assert first > 10 and then - first > 10, "a camera at first, then a screen"
    spoken = [float(frame.time or 0) for frame in frames if isinstance(frame, av.AudioFrame)]
    assert max(after - before for before, after in pairwise(spoken)) < 0.5, "sound goes on through it"


def _is_wide(frame: av.VideoFrame) -> bool:
    """The officer's tile, at the right, leaves a dark strip above its picture, and the citizen's does not."""
    luma, line = bytes(frame.planes[0]), frame.planes[0].line_size
    row, tile = 15 * line, frame.width // 2
    return luma[row + tile * 3 // 4] - luma[row + tile + tile * 3 // 4] > 20


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everybody_can_see_and_use_it(town: Town, language: str) -> None:
    findings: list[Finding] = []
    citizen = await town.person(language)
    await town.takes_number(citizen, "Ibu Teliti")
    officer = await town.staff("petugas1", language=language)
    await officer.button("ready").click()
    await officer.takes("Ibu Teliti")
    await citizen.is_served()
    await in_call(citizen, officer)
    await look(citizen, "screen-offered", findings)
    await look(officer, "screen-offered-desk", findings)
    await presses(officer, SHARE)
    await sees(citizen, IS_SCREEN)
    await look(citizen, "screen-seen", findings)
    await look(officer, "screen-shared-desk", findings)
    await presses(citizen, SHARE)
    await sees(officer, IS_SCREEN)
    await look(citizen, "screen-both", findings)
    await look(officer, "screen-both-desk", findings)
    assert not findings, "\n".join(map(str, findings))


async def look(somebody: Person, name: str, findings: list[Finding]) -> None:
    eye = await shown(somebody, name, findings)
    if not name.endswith("desk"):
        await eye.enlarges(320)
    for width, scheme in ((320, "light"), (1366, "dark")):
        await eye.asks_axe(width, scheme, whole=False)
