"""More than a hundred texts that want to be markup, wherever people can write: pages show them as text."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy import Connection, update

from consult.accounts.names import clean_name
from consult.accounts.store import people
from consult.consultations.credential import new_id
from consult.duty import store as duty
from consult.people import Role
from consult.queue.ticket_machine import TicketForm
from consult.storage import tables
from tests.stories.payloads import PAYLOADS
from tests.support.client import Page as Session
from tests.support.client import take_number
from tests.support.databases import OfficeTemplate
from tests.support.open_office import Office, open_office

LETTERS = ["".join(pair) for pair in product(ascii_uppercase, repeat=2)]
NAMES = [text for text in PAYLOADS if any(character.isalpha() for character in text)]
ROOMY = {
    "officer_capacity": 500,
    "officer_frames_burst": 5_000,
    "applicant_frames_burst": 5_000,
    "outbox_frames": 5_000,
    "outbox_bytes": 5_000_000,
}
# Before any script of the page.
WATCH = """
  window.heard = [];
  window.ran = () => window.heard.push("a script ran");
  document.addEventListener("securitypolicyviolation", (event) =>
    window.heard.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
PLANTED = (
    "#planted, base, iframe, object, embed, marquee, style, script:not([src]), [onerror], [onload], [onfocus]"
)


@dataclass
class Watched:
    page: Page
    faults: list[str]

    async def shows(self, texts: list[str]) -> None:
        """All of these stand on the page as text; nothing ran, was refused by the policy, or was planted."""
        await self.page.wait_for_function(
            "(texts) => texts.every((text) => document.body.textContent.includes(text))",
            arg=texts,
            timeout=60_000,
        )
        assert await self.page.evaluate("window.heard") == []
        assert await self.page.evaluate("(those) => document.querySelectorAll(those).length", PLANTED) == 0
        assert self.faults == []


@dataclass
class Crowd:
    """An office where everybody and everything is called by a payload."""

    office: Office
    officer: Session
    citizen: Session


@pytest.fixture(scope="module")
async def crowd(
    office_template: OfficeTemplate, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Crowd]:
    url = office_template.copy_to(tmp_path_factory.mktemp("crowd"))
    async with open_office(url, valkey_server, **ROOMY) as office:
        await office.apps[0].live.commands.flushall()
        officer = await office.officer("budi")
        await _furnish(office)
        citizen = await take_number(
            office.urls[0], office.service, NAMES[0], application_number=NAMES[1][:64]
        )
        await _talk(office, officer, citizen)
        yield Crowd(office, officer, citizen)


async def _furnish(office: Office) -> None:
    """Services and colleagues with such names; nobody could sign in as these."""
    rooms = office.apps[0].pages.office
    for letters, name in zip(LETTERS, NAMES, strict=False):
        await rooms.add_service(letters, name, f"{name} (en)", True, {}, "office")

    def order(conn: Connection) -> None:
        for number, name in enumerate(NAMES):
            person = new_id()
            people.add(conn, person, f"petugas{number}", clean_name(name), Role.OFFICER, "-", "office")
            duty.enrol(conn, person, 3)
        conn.execute(update(tables.duty).values(state="paused", reason="break"))

    await office.apps[0].database.write(order)


async def _take_numbers(office: Office) -> AsyncIterator[str]:
    """One after the other, since nobody keeps a page open: each has to be served before it counts as gone."""
    app = office.apps[0]
    today = (await app.pages.office.shown()).now.date()
    for name in NAMES[1:]:
        form = TicketForm(
            service=office.service,
            letter="A",
            name=clean_name(name),
            phone="+6281234567890",
            application_number=name[:64],
            channel="chat",
            language="id",
            notice_version=1,
            notice_language="id",
        )
        taken = await app.pages.ticket_machine.take(form, secrets.token_bytes(32), today)
        await app.pages.reception.appeared(taken.ticket_id)
        yield taken.ticket_id


async def _talk(office: Office, officer: Session, citizen: Session) -> None:
    """The officer takes everybody; both sides of the first conversation write every payload."""
    async with officer.open() as budi:
        async with citizen.open() as ana:
            await ana.hears_welcome()
            await budi.acked("ServeNext")
        # A page that says nothing for as long as this takes would be let go.
        async for _ in _take_numbers(office):
            await budi.acked("ServeNext")
        budi.ticket = citizen.ticket
        async with citizen.open() as ana:
            for text in PAYLOADS:
                await ana.acked("PostMessage", text=text)
                await budi.acked("PostMessage", text=f"kata petugas: {text}")


@asynccontextmanager
async def _browser(browser: Browser, session: Session | None = None) -> AsyncIterator[Watched]:
    context: BrowserContext = await browser.new_context(viewport={"width": 1366, "height": 768})
    if session is not None:
        cookies: list[Any] = [
            {"name": name, "value": value, "url": session.url} for name, value in session.cookies.items()
        ]
        await context.add_cookies(cookies)
    await context.add_init_script(WATCH)
    page = await context.new_page()
    watched = Watched(page, [])
    page.on("dialog", lambda dialog: watched.faults.append(f"a dialog: {dialog.message}"))
    page.on("pageerror", lambda error: watched.faults.append(str(error)))
    page.on("console", lambda message: _note(watched, message.text))
    page.on("request", lambda request: _note(watched, request.url))
    try:
        yield watched
    finally:
        await context.close()


def _note(watched: Watched, text: str) -> None:
    if "Content Security Policy" in text or "evil.example" in text.partition("?")[0]:
        watched.faults.append(text)


async def test_there_are_about_a_hundred() -> None:
    assert len(set(PAYLOADS)) >= 100
    assert len(NAMES) >= 100


async def test_the_applicants_page_shows_text(crowd: Crowd, browser: Browser) -> None:
    async with _browser(browser, crowd.citizen) as watched:
        await watched.page.goto(f"{crowd.citizen.url}/t/{crowd.citizen.ticket}#{crowd.citizen.secret}")
        await watched.shows([*PAYLOADS, *(f"kata petugas: {text}" for text in PAYLOADS)])


async def test_the_desk_shows_text(crowd: Crowd, browser: Browser) -> None:
    async with _browser(browser, crowd.officer) as watched:
        await watched.page.goto(f"{crowd.officer.url}/officer")
        await watched.shows(NAMES)
        await watched.page.get_by_text(NAMES[0], exact=True).first.click()
        await watched.shows([*PAYLOADS, NAMES[1]])


async def test_the_board_shows_text(crowd: Crowd, browser: Browser) -> None:
    rina = await crowd.office.staff("rina", Role.SUPERVISOR)
    async with _browser(browser, rina) as watched:
        await watched.page.goto(f"{rina.url}/supervisor")
        await watched.shows(NAMES)


@pytest.mark.parametrize("path", ["/office", "/office?lang=en", "/office?done=<img src=x onerror=ran()>"])
async def test_the_offices_page_shows_text(crowd: Crowd, browser: Browser, path: str) -> None:
    siti = await crowd.office.staff(f"siti{secrets.token_hex(3)}", Role.ADMINISTRATOR)
    async with _browser(browser, siti) as watched:
        await watched.page.goto(siti.url + path)
        await watched.shows(NAMES)


async def test_the_start_page_shows_text_and_what_was_typed_wrongly(crowd: Crowd, browser: Browser) -> None:
    async with _browser(browser) as watched:
        await watched.page.goto(f"{crowd.office.urls[0]}/?service=%22%3E%3Cscript%3Eran()%3C/script%3E")
        await watched.shows(NAMES)
        for text in ('"><script>ran()</script>', "' onfocus=ran() autofocus x='"):
            await watched.page.locator("[name=name]").fill(text)
            await watched.page.locator("[name=phone]").fill(text)
            await watched.page.locator("form:has([name=notice])").evaluate("(form) => form.submit()")
            await watched.page.wait_for_url("**/tickets")
            await watched.shows(NAMES)
            assert await watched.page.locator("[name=name]").input_value() == text


async def test_strange_addresses_show_no_more_than_an_ordinary_page(crowd: Crowd, browser: Browser) -> None:
    async with _browser(browser) as watched:
        for path in (
            "/t/%3Cscript%3Eran()%3C%2Fscript%3E",
            "/%3Cimg%20src=x%20onerror=ran()%3E",
            "/t/x'\"><b id=planted>",
        ):
            await watched.page.goto(
                crowd.office.urls[0] + path + "?x=<script>ran()</script>#<script>ran()</script>"
            )
            await watched.shows([])
