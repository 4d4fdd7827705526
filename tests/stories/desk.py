"""What stands where on the officer's desk."""

import re

from playwright.async_api import Locator, expect

from tests.stories.people import Person


def offer(officer: Person) -> Locator:
    return officer.page.get_by_role("region", name=officer.says("offers"))


def panes(officer: Person) -> Locator:
    return officer.page.get_by_role("region", name=re.compile(r"^Konsultasi [A-E]-\d{3}"))


async def shows(officer: Person, name: str) -> None:
    await expect(offer(officer).get_by_text(name, exact=True)).to_be_visible()
