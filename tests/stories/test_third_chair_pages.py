"""The pages of a call of three, in both languages, in light and dark: can everybody see and use them?"""

import re

import pytest
from playwright.async_api import expect

from tests.stories.gallery import Gallery
from tests.stories.people import Person, Town
from tests.stories.test_third_chair import (
    ASK,
    INTERPRETER,
    INVITE,
    LEAVE,
    LET_IN,
    comes,
    invitation,
    presses,
    sees,
)

CODE = {"id": r"^Kode dengan {name}: \d", "en": r"^Code with {name}: \d"}
AGREE = {"id": "Setuju direkam", "en": "Agree to be recorded"}
WITHDRAW = {"id": "Cabut izin", "en": "Withdraw"}
CLOSE = {"id": "Tutup", "en": "Close"}
SETTINGS = {"id": "Pengaturan panggilan", "en": "Call settings"}
MUTE = {"id": "Matikan mikrofon", "en": "Mute"}
RESTS = {"id": "Jaringan lemah, suara saja", "en": "Weak network, sound only"}
RECORD = {"id": "Minta izin merekam", "en": "Ask to record"}
ENDED = {"id": "Anda mencabut izin direkam.", "en": "You withdrew your agreement."}


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_RECORDING": "browser"}


SLOWLY = """() => document.querySelector("video[data-part=self]").srcObject.getVideoTracks()[0]
    .applyConstraints({ width: 160, height: 120, frameRate: 1 })"""
# What a page says of its camera on a line that carries sound alone.
WEAK = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (frame) {
        send.call(this, String(frame).replace(/"level":\\d/, '"level":0'));
    };
}"""


async def _pictures_rest(everybody: tuple[Person, ...]) -> None:
    for person in everybody:
        await person.page.evaluate(WEAK)
        await presses(person, MUTE)
    for person in everybody:
        await expect(person.page.get_by_text(RESTS[person.language])).to_have_count(2)


async def _is_asked_to_be_recorded(gallery: Gallery, citizen: Person, officer: Person, guest: Person) -> None:
    await guest.page.locator("summary").click()
    ours = guest.page.get_by_text(re.compile(CODE[guest.language].format(name="(Petugas|Officer) 1")))
    await expect(ours).to_be_visible()
    await gallery.phone("guest-codes", guest.page, whole=False)
    await presses(officer, SETTINGS)
    theirs = officer.page.get_by_text(re.compile(CODE[guest.language].format(name="Made Isyarat")))
    await expect(theirs).to_be_visible()
    await gallery.desk("desk-call-settings", officer.page)
    await presses(citizen, SETTINGS)
    await gallery.phone("call-settings", citizen.page, whole=False)
    await presses(citizen, SETTINGS)
    assert (await ours.inner_text())[-11:] == (await theirs.inner_text())[-11:], (
        "the same digits at both ends"
    )
    await guest.page.locator("summary").click()
    await presses(officer, RECORD)
    await expect(guest.page.get_by_role("button", name=AGREE[guest.language])).to_be_visible()
    await gallery.phone("guest-record-asked", guest.page, whole=False)
    await gallery.phone("record-asked", citizen.page, whole=False)
    await gallery.desk("third-record-waits", officer.page)
    for person in (citizen, guest):
        await presses(person, AGREE)
    await expect(guest.page.get_by_role("button", name=WITHDRAW[guest.language])).to_be_visible()
    await presses(guest, WITHDRAW)
    await expect(guest.page.get_by_role("region").get_by_text(ENDED[guest.language])).to_be_visible()
    await gallery.phone("guest-record-over", guest.page, whole=False)
    await presses(guest, CLOSE)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_everybody_can_use_the_guests_pages(town: Town, language: str) -> None:
    """As `test_everybody`, for the pages of a call of three."""
    gallery = Gallery(language)
    citizen = await town.applicant("Sari", language=language)
    officer = await town.staff("petugas1", language=language)
    await officer.button("ready").click()
    await officer.takes("Sari")
    await citizen.is_served()
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    await presses(officer, INVITE)
    await gallery.desk("third-invite", officer.page)
    await presses(officer, {"id": "Batal", "en": "Cancel"})
    link = await invitation(officer, INTERPRETER)
    await gallery.desk("third-link", officer.page)
    opened = await town.person(language, 320, 640)
    path, _, secret = link.partition("#")
    await opened.page.goto(f"{path}?lang={language}#{secret}")
    await presses(opened, ASK)
    await gallery.phone("guest-ask", opened.page)
    guest = await comes(town, link, "Made Isyarat", language, 320)
    await gallery.phone("guest-lobby", guest.page)
    await gallery.phone("third-asks", citizen.page, whole=False)
    await gallery.desk("third-asks-desk", officer.page)
    for side in (citizen, officer):
        await presses(side, LET_IN)
    for person in (citizen, officer, guest):
        await sees(person, 2)
    for person in (citizen, officer, guest):
        # Three calls at full pace would leave little of a busy machine for what is looked at.
        await person.page.evaluate(SLOWLY)
    await gallery.phone("guest-call", guest.page, whole=False)
    await presses(guest, SETTINGS)
    await gallery.phone("guest-settings", guest.page, whole=False)
    await guest.page.keyboard.press("Escape")
    await gallery.phone("third-call", citizen.page, whole=False)
    await gallery.desk("third-call-desk", officer.page)
    # From here on the tiles have more to say, in the least room.
    await _pictures_rest((citizen, officer, guest))
    await _is_asked_to_be_recorded(gallery, citizen, officer, guest)
    await presses(guest, LEAVE)
    await expect(guest.page.get_by_role("heading")).to_be_visible()
    await gallery.phone("guest-over", guest.page)
    await opened.page.reload()
    await expect(opened.page.get_by_role("heading")).to_be_visible()
    await gallery.phone("guest-link-used", opened.page)
    assert not gallery.findings, "\n".join(map(str, gallery.findings))
