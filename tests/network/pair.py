"""A citizen and an officer, each with a Chromium in a place of their own on the street, and their calls."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright, expect
from playwright.async_api import TimeoutError as TooLate

from tests.network.office import PLACES, SECRET, STUN, TURN, Office, open_office, open_relay
from tests.network.street import Place, Street, street
from tests.stories.people import Person, Town
from tests.support.browser import DEVICES, FLAGS, chromium_path

CITIZEN, OFFICER = Place("citizen", ("10.77.1.2",)), Place("officer", ("10.77.2.2",))
# Where their routers stand outside, if they have any.
CITIZEN_PUBLIC, OFFICER_PUBLIC = "203.0.113.101", "203.0.113.102"
WATCHING = Path(__file__).with_name("watching.js").read_text(encoding="utf-8")
LINK_DELAY_SECONDS = 0.02
STAGE_SECONDS = 45.0

Figures = dict[str, Any]


class WatchedTown(Town):
    """People whose pages can be measured; where they live, nothing but their browser reaches the office."""

    forms_are_filled_in = True

    async def tab(self, context: BrowserContext, language: str = "id") -> Person:
        await context.add_init_script(WATCHING)
        return await super().tab(context, language)


@dataclass
class Call:
    citizen: Person
    officer: Person
    connect_seconds: float
    """From the officer's tap on "accept" until both sides are connected."""

    @property
    def sides(self) -> tuple[Person, Person]:
        return self.citizen, self.officer

    async def figures(self) -> tuple[Figures, Figures]:
        """What the citizen's and the officer's connection say of themselves."""
        one, other = [await side.page.evaluate("window.watched.figures()") for side in self.sides]
        return one, other

    async def moving_again(self, since: float, seconds: float) -> list[float | None]:
        """Seconds after `since` (Unix time) until pictures move at each side; None: not within `seconds`."""
        found: list[float | None] = []
        for side in self.sides:
            left = max(0.1, since + seconds - time.time())
            try:
                handle = await side.page.wait_for_function(
                    f"() => window.watched.movingSince({since * 1000})", timeout=left * 1000
                )
                found.append(await handle.json_value() / 1000 - since)
            except TooLate:
                found.append(None)
        return found


@dataclass
class Pair:
    street: Street
    office: Office
    citizen_browser: Browser
    officer_browser: Browser

    @asynccontextmanager
    async def consultation(self, name: str = "Ibu Jaringan") -> AsyncIterator[tuple[Person, Person]]:
        """Citizen and officer in their conversation; nobody is left in the office at the end."""
        theirs = WatchedTown(self.office, self.citizen_browser)  # type: ignore[arg-type]
        ours = WatchedTown(self.office, self.officer_browser)  # type: ignore[arg-type]
        try:
            yield await _in_conversation(theirs, ours, name)
        finally:
            await theirs.go_home()
            await ours.go_home()
            await self.office.clear()

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Call]:
        """In a consultation of its own."""
        async with self.consultation() as (citizen, officer):
            yield await ring(citizen, officer)


async def ring(citizen: Person, officer: Person) -> Call:
    """Connected, and both see moving pictures. Raises TooLate."""
    for side in (citizen, officer):
        await side.page.evaluate("window.watched.connectedAt = 0, window.watched.framesAt = []")
    await citizen.button("video").click()
    await officer.button("accept_video").click()
    for side in (citizen, officer):
        await side.page.wait_for_function(
            "() => window.watched.connectedAt > 0 && window.watched.framesAt.length > 10",
            timeout=STAGE_SECONDS * 1000,
        )
    return Call(citizen, officer, await _connect_seconds(citizen, officer))


async def _in_conversation(theirs: Town, ours: Town, name: str) -> tuple[Person, Person]:
    citizen = await theirs.applicant(name, 0)
    officer = await ours.staff("petugas1", 1)
    await goes_on_duty(officer)
    await officer.takes(name)
    await citizen.is_served()
    return citizen, officer


async def goes_on_duty(officer: Person) -> None:
    """The button stands before the page's script hears it, so on a slow link a first tap may be lost."""
    await officer.button("ready").click()
    try:
        await expect(officer.button("ready")).to_have_attribute("aria-pressed", "true", timeout=3_000)
    except AssertionError:
        await officer.button("ready").click()


async def _connect_seconds(citizen: Person, officer: Person) -> float:
    tapped = await officer.page.evaluate("window.watched.clickedAt")
    connected = [await side.page.evaluate("window.watched.connectedAt") for side in (citizen, officer)]
    return float(max(connected) - tapped) / 1000


@asynccontextmanager
async def pair(home: Path, turn: bool = True, **settings: object) -> AsyncIterator[Pair]:
    """A street with the office, its relay, and two browsers 20 ms away from it each."""
    given: dict[str, object] = {"CONSULT_STUN_URLS": STUN, "CONSULT_LOG_LEVEL": "warning"}
    if turn:
        # Which path is found is what is looked at here.
        given |= {"CONSULT_TURN_URLS": TURN, "CONSULT_TURN_SECRET": SECRET, "CONSULT_RELAY_ONLY": "off"}
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(street(CITIZEN, OFFICER, *PLACES))
        await stack.enter_async_context(open_relay(opened, home / "relay"))
        office = await stack.enter_async_context(open_office(opened, home / "office", **(given | settings)))
        for place in (CITIZEN, OFFICER):
            await opened.shape(place.name, delay_seconds=LINK_DELAY_SECONDS)
        playwright = await stack.enter_async_context(async_playwright())
        browsers = [
            await stack.enter_async_context(chromium_inside(playwright, opened, place.name, home))
            for place in (CITIZEN, OFFICER)
        ]
        yield Pair(opened, office, *browsers)


@asynccontextmanager
async def chromium_inside(
    playwright: Playwright, opened: Street, place: str, home: Path
) -> AsyncIterator[Browser]:
    """A Chromium whose network is that of the place; it is driven through a pipe, which needs none."""
    start = home / f"chromium-{place}"
    start.write_text(
        f'#!/bin/sh\nexec ip netns exec {opened.namespace(place)} nice -n 5 {chromium_path()} "$@"\n'
    )
    start.chmod(0o700)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = await playwright.chromium.launch(
        executable_path=start, args=[*FLAGS, *DEVICES, *sandbox, "--ignore-certificate-errors"]
    )
    try:
        yield browser
    finally:
        await browser.close()
