"""A third person joins a call: three browsers at two server processes, and pictures on every leg."""

import re

from playwright.async_api import expect

from tests.stories.connections import FLOWS, KEEP_CONNECTIONS
from tests.stories.people import Person, Town
from tests.stories.test_leaving_the_page import Heard
from tests.support.waiting import until

INVITE = {"id": "Undang orang ketiga", "en": "Invite a third person"}
INTERPRETER = {"id": "Juru bahasa isyarat", "en": "Sign language interpreter"}
COMPANION = {"id": "Pendamping", "en": "Companion"}
LET_IN = {"id": "Izinkan bergabung", "en": "Let in"}
DECLINE = {"id": "Tolak", "en": "Decline"}
REMOVE = {"id": "Keluarkan", "en": "Remove"}
COPY = {"id": "Salin tautan undangan", "en": "Copy invitation link"}
ASK = {"id": "Minta bergabung", "en": "Ask to join"}
PIN = {"id": "Sematkan", "en": "Pin"}
LEAVE = {"id": "Keluar", "en": "Leave"}
LOBBY = {"id": "Menunggu diizinkan masuk", "en": "Waiting to be let in"}
MOVING = """() => [...document.querySelectorAll("video")].filter((video) =>
    !video.muted && video.videoWidth > 2 && video.getVideoPlaybackQuality().totalVideoFrames > 10
).length"""
HEARD = """() => [...document.querySelectorAll("video")].filter((video) =>
    !video.muted && video.srcObject?.getAudioTracks().some((track) => !track.muted)
).length"""
SIZES = """() => [...document.querySelectorAll(".tile")].map((tile) => {
    const { width, height } = tile.getBoundingClientRect();
    return Math.round(width * height / 1000);
})"""

# The sign in the third person's tile.
MUTED = "[data-part=secondmuted]"
WIDTH = "document.querySelector('video[data-part=secondvideo]').videoWidth"
MEGABYTES = """async () => {
    let bytes = 0;
    for (const pc of window.connections) {
        for (const stat of (await pc.getStats()).values()) {
            if (stat.type === "transport") bytes += stat.bytesSent + stat.bytesReceived;
        }
    }
    return bytes / 1e6;
}"""
MICROPHONE_IN_USE = """
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.inUse = true;
    navigator.mediaDevices.getUserMedia = async (wishes) => {
        if (wishes.audio && window.inUse) throw new DOMException("in use", "NotReadableError");
        return real(wishes);
    };
"""


def named(person: Person, words: dict[str, str]) -> str:
    return words[person.language]


async def presses(person: Person, words: dict[str, str]) -> None:
    await person.page.get_by_role("button", name=named(person, words), exact=True).click()


async def moving(person: Person) -> int:
    """How many other people's pictures are decoded here, with more than ten frames each."""
    count: int = await person.page.evaluate(MOVING)
    return count


async def sees(person: Person, people: int) -> None:
    await person.page.wait_for_function(f"() => ({MOVING})() === {people}", timeout=40_000)


async def invitation(officer: Person, role: dict[str, str]) -> str:
    """The link, as the officer's page gives it to the clipboard."""
    await presses(officer, INVITE)
    await presses(officer, role)
    await officer.context.grant_permissions(["clipboard-read", "clipboard-write", "camera", "microphone"])
    await presses(officer, COPY)
    link: str = await officer.page.evaluate("() => navigator.clipboard.readText()")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/j/[a-z0-9]{20}#[A-Za-z0-9_-]{43}", link), link
    return link


async def comes(town: Town, link: str, name: str, language: str = "id", width: int = 360) -> Person:
    """Somebody opens the link and asks to come in."""
    guest = await town.person(language, width, 640)
    path, _, secret = link.partition("#")
    await guest.page.goto(f"{path}?lang={language}#{secret}")
    await guest.page.get_by_role("textbox").fill(name)
    await guest.page.get_by_role("checkbox").check(force=True)
    await presses(guest, ASK)
    await expect(guest.page.get_by_role("heading", name=named(guest, LOBBY))).to_be_visible()
    assert secret not in guest.page.url
    return guest


async def in_video(town: Town, name: str) -> tuple[Person, Person]:
    citizen, officer = await town.consultation(name)
    await begins_video(citizen, officer)
    return citizen, officer


async def begins_video(citizen: Person, officer: Person) -> None:
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()


async def test_an_interpreter_joins_and_everybody_sees_everybody(town: Town) -> None:
    citizen, officer = await town.consultation("Sari")
    heard = Heard(officer)
    await officer.page.reload()
    await begins_video(citizen, officer)
    link = await invitation(officer, INTERPRETER)
    interpreter = await comes(town, link, "Made Isyarat")
    for side in (citizen, officer):
        card = side.page.get_by_role("group", name="Orang ketiga")
        await expect(card.get_by_text("Made Isyarat (Juru bahasa isyarat) minta bergabung.")).to_be_visible()
    # One yes is not enough: nothing is seen or heard.
    await presses(officer, LET_IN)
    await expect(interpreter.page.get_by_text("Satu dari dua orang sudah mengizinkan.")).to_be_visible()
    assert await moving(interpreter) == 0
    assert [await moving(side) for side in (citizen, officer)] == [1, 1]
    await presses(citizen, LET_IN)
    for person in (citizen, officer, interpreter):
        await sees(person, 2)
    # The link is used up.
    late = await town.person()
    await late.page.goto(link)
    await expect(late.page.get_by_role("heading", name="Tautan ini tidak berlaku")).to_be_visible()
    await interpreter.page.reload()
    await sees(interpreter, 2)
    away = [frame for frame in heard.received if frame.get("away")]
    assert [frame["leg"] is not None for frame in away] == [True], "the guest's page said that it goes"
    for side in (citizen, officer):
        await sees(side, 2)
    await presses(interpreter, LEAVE)
    await expect(interpreter.page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()
    for side in (citizen, officer):
        await side.page.wait_for_function(f"() => ({MOVING})() === 1")
    await expect(
        officer.log.get_by_text(re.compile(r"^Made Isyarat \(Juru bahasa isyarat\) keluar"))
    ).to_be_visible()


async def test_a_tile_is_pinned_and_let_go(town: Town) -> None:
    citizen, officer = await in_video(town, "Tuti")
    interpreter = await comes(town, await invitation(officer, INTERPRETER), "Ketut")
    for side in (citizen, officer):
        await presses(side, LET_IN)
    for person in (citizen, interpreter, officer):
        await sees(person, 2)
        first, second = await person.page.evaluate(SIZES)
        assert abs(first - second) <= 2, "tiles are equal"
        await person.page.get_by_role("button", name=named(person, PIN), exact=True).nth(1).click()
        first, second = await person.page.evaluate(SIZES)
        assert second > first, "the pinned one is larger"
        await person.page.get_by_role("button", name=named(person, PIN), exact=True, pressed=True).click()
        first, second = await person.page.evaluate(SIZES)
        assert abs(first - second) <= 2


async def test_a_companion_begins_by_sound_and_pictures_come_with_its_camera(town: Town) -> None:
    citizen, officer = await in_video(town, "Wayan")
    companion = await comes(town, await invitation(officer, COMPANION), "Komang")
    await companion.context.add_init_script(KEEP_CONNECTIONS + MICROPHONE_IN_USE)
    await companion.page.reload()
    # Told while there is time to do something about it.
    again = companion.page.get_by_role("button", name="Coba lagi")
    await expect(again).to_be_visible()
    for side in (citizen, officer):
        await presses(side, LET_IN)
    await companion.page.wait_for_function(f"() => ({HEARD})() === 2")
    await expect(companion.page.get_by_text("Mikrofon dipakai aplikasi lain.")).to_be_visible()
    for side in (citizen, officer):
        await expect(side.page.locator(MUTED)).to_be_visible()
    await companion.page.evaluate("window.inUse = false")
    await again.click()
    await expect(companion.page.get_by_role("button", name="Matikan mikrofon")).to_be_visible()
    await expect(companion.page.get_by_text("Mikrofon dipakai aplikasi lain.")).to_be_hidden()
    for side in (citizen, officer):
        await expect(side.page.locator(MUTED)).to_be_hidden()
    await until(lambda: _has_come(companion, "heard", 150), 40)
    await until(lambda: _has_come(companion, "sent", 100), 40)
    assert not await _has_come(companion, "seen", 0), "pictures that nobody needs cost both sides"
    assert [await moving(person) for person in (companion, citizen, officer)] == [0, 1, 1]
    await companion.page.get_by_role("button", name="Nyalakan kamera").click()
    for person in (companion, citizen, officer):
        await sees(person, 2)
    await _saves_data(companion, citizen, officer)


async def _saves_data(guest: Person, *sides: Person) -> None:
    """The guest's own settings: what both legs cost, and small pictures that hold over a reload."""
    await guest.page.get_by_role("button", name="Pengaturan panggilan").click()
    await until(lambda: _knows_its_cost(guest), 20)
    saves = guest.page.get_by_role("checkbox", name="Hemat kuota")
    await saves.check(force=True)
    for side in sides:
        await side.page.wait_for_function(f"() => {WIDTH} <= 160", timeout=30_000)
    await guest.page.reload()
    for side in sides:
        await side.page.wait_for_function(f"() => {WIDTH} > 2 && {WIDTH} <= 160", timeout=40_000)
    await guest.page.get_by_role("button", name="Pengaturan panggilan").click()
    await expect(saves).to_be_checked()
    await expect(guest.page.get_by_label("Kamera", exact=True)).to_be_visible()


async def _knows_its_cost(guest: Person) -> bool:
    """The megabytes on the screen are those of both connections."""
    words = await guest.page.get_by_text(re.compile(r"^\d+,\d MB terpakai$")).inner_text()
    shown, counted = float(words.split()[0].replace(",", ".")), await guest.page.evaluate(MEGABYTES)
    return counted > 0.3 and abs(shown - counted) < 0.1 + 0.25 * counted


async def _has_come(person: Person, what: str, more_than: int) -> bool:
    """So many packets over both legs."""
    flows = await person.page.evaluate(FLOWS)
    return bool(flows["connections"] == 2 and flows[what] > more_than)


async def test_either_side_says_no(town: Town) -> None:
    citizen, officer = await in_video(town, "Putu")
    guest = await comes(town, await invitation(officer, INTERPRETER), "Nyoman")
    await presses(citizen, DECLINE)
    await expect(guest.page.get_by_role("heading", name="Anda tidak diizinkan bergabung")).to_be_visible()
    await expect(officer.page.get_by_role("button", name=LET_IN["id"])).to_have_count(0)
    again = await comes(town, await invitation(officer, INTERPRETER), "Gede")
    for side in (citizen, officer):
        await presses(side, LET_IN)
    await sees(again, 2)
    await presses(citizen, REMOVE)
    await expect(again.page.get_by_role("heading", name="Anda dikeluarkan dari panggilan")).to_be_visible()
    await citizen.page.wait_for_function(f"() => ({MOVING})() === 1")
