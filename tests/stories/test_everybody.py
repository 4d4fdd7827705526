"""Every page and state, in both languages, in light and dark: can everybody see and use it?

Its pictures are kept in `tests/pictures/`, to be looked at by people.
"""

import pytest
from playwright.async_api import Browser

from consult.pages.catalogue import LANGUAGES
from tests.stories.day import Day
from tests.stories.earlier import served_before
from tests.stories.gallery import Gallery
from tests.stories.people import Town
from tests.support.house import House


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    """Looking takes longer than a person may, so what runs out by itself runs out later."""
    return {
        "CONSULT_OFFER_SECONDS": 99,
        "CONSULT_RING_SECONDS": 90,
        "CONSULT_CALL_SETUP_SECONDS": 60,
        "CONSULT_CALL_DEAD_SECONDS": 30,
        "CONSULT_SIGN_INS_PER_ACCOUNT_IN_10_MINUTES": 100,
    }


@pytest.fixture(scope="module")
async def old_house(house: House) -> House:
    """A house that has served people before, so that it can estimate a wait."""
    await served_before(house)
    return house


@pytest.fixture(scope="module", params=LANGUAGES)
async def gallery(request: pytest.FixtureRequest, old_house: House, browser: Browser) -> Gallery:
    """What was found during one day at the office in this language."""
    shown = Gallery(request.param)
    town = Town(old_house, browser)
    await Day(town, shown).passes()
    await town.go_home()
    await old_house.clear()
    return shown


# The first of them waits for the whole day.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["axe", "sight", "names", "motion"])
def test_everybody_can_use_every_page(gallery: Gallery, kind: str) -> None:
    """axe: no serious finding. Sight: nothing cut, overlapping, too small to press or in another order.

    Names: those that are promised. Motion: none without end, and none for who asked for less.
    """
    found = [str(finding) for finding in gallery.findings if finding.kind == kind]
    assert not found, "\n".join(found)
