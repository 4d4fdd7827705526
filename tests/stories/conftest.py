"""One demo office and one Chromium for the stories; each person is a browser context of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.stories.people import Town
from tests.support.browser import browser
from tests.support.house import House

__all__ = ["browser"]


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    opened = House(tmp_path_factory.mktemp("house"))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def town(house: House, browser: Browser, tmp_path: Path) -> AsyncIterator[Town]:
    people = Town(house, browser)
    yield people
    await people.go_home()
