"""One demo office and one Chromium for the stories; each person is a browser context of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from consult.settings import Settings
from tests.stories.people import Town
from tests.support.browser import browser
from tests.support.databases import OfficeTemplate
from tests.support.house import House, moved_in, open_house, sign_in_quickly
from tests.support.nursery import Nursery

__all__ = ["browser"]

# What comes late on a busy machine is not wrong; where time is promised, the story says so itself.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    """What a module's house has different from the defaults; a module may say it anew."""
    return {}


@pytest.fixture(scope="session")
async def nursery(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nursery]:
    async with Nursery(tmp_path_factory.mktemp("nursery") / "errors.log") as opened:
        yield opened


@pytest.fixture(scope="session")
async def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a demo office that nobody has opened yet."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("furnished"), database_url="")
    await moved_in(settings)
    await sign_in_quickly(settings)
    return settings.data_dir


@pytest.fixture(scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory,
    nursery: Nursery,
    furnished: Path,
    house_settings: dict[str, object],
    office_template: OfficeTemplate,
) -> AsyncIterator[House]:
    settings = {"DATABASE_URL": office_template.for_processes(), **house_settings}
    async with open_house(tmp_path_factory.mktemp("house"), nursery, furnished, **settings) as opened:
        yield opened


@pytest.fixture
async def town(house: House, browser: Browser) -> AsyncIterator[Town]:
    people = Town(house, browser)
    try:
        yield people
        await people.go_home()
    finally:
        await house.clear()
