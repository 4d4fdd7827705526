"""The pages of a call of three, in both languages, in light and dark: can everybody see and use them?"""

import pytest
from playwright.async_api import expect

from tests.stories.gallery import Gallery
from tests.stories.people import Town
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
    await gallery.phone("guest-call", guest.page, whole=False)
    await gallery.phone("third-call", citizen.page, whole=False)
    await gallery.desk("third-call-desk", officer.page)
    await presses(guest, LEAVE)
    await expect(guest.page.get_by_role("heading")).to_be_visible()
    await gallery.phone("guest-over", guest.page)
    await opened.page.reload()
    await expect(opened.page.get_by_role("heading")).to_be_visible()
    await gallery.phone("guest-link-used", opened.page)
    assert not gallery.findings, "\n".join(map(str, gallery.findings))
