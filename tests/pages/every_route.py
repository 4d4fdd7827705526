"""Every address of the service, who may use it, and one visitor of each role to try them.

A new route fails `test_who_may` until it is said here who may use it.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import httpx2
import pytest

from consult.pages.site import build_site
from consult.people import Role
from tests.support.databases import OfficeTemplate
from tests.support.joining import Link, take_number
from tests.support.offices import PASSWORD, Door, open_door
from tests.support.visitor import HOME, Visitor, token_in, visiting

EVERYBODY, OFFICER, SUPERVISOR, ADMINISTRATOR = "everybody", "officer", "supervisor", "administrator"
STAFF = (OFFICER, SUPERVISOR, ADMINISTRATOR)

MAY: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/"): (EVERYBODY,),
    ("GET", "/tickets"): (EVERYBODY,),
    ("POST", "/tickets"): (EVERYBODY,),
    ("POST", "/forget"): (EVERYBODY,),
    ("GET", "/t/{ticket}"): (EVERYBODY,),
    ("POST", "/t/{ticket}/open"): (EVERYBODY,),
    ("POST", "/t/{ticket}/forget"): (EVERYBODY,),
    ("GET", "/j/{guest}"): (EVERYBODY,),
    ("POST", "/j/{guest}/open"): (EVERYBODY,),
    ("POST", "/j/{guest}/ask"): (EVERYBODY,),
    ("PUT", "/t/{ticket}/photos/{photo}"): (EVERYBODY,),
    ("GET", "/t/{ticket}/photos/{photo}"): (EVERYBODY,),
    ("GET", "/t/{ticket}/photos/{photo}/small"): (EVERYBODY,),
    ("GET", "/continue"): (EVERYBODY,),
    ("POST", "/continue"): (EVERYBODY,),
    ("GET", "/privacy"): (EVERYBODY,),
    ("GET", "/sign-in"): (EVERYBODY,),
    ("POST", "/sign-in"): (EVERYBODY,),
    ("POST", "/sign-out"): STAFF,
    ("GET", "/officer"): (OFFICER,),
    ("GET", "/supervisor"): (SUPERVISOR,),
    ("GET", "/recordings"): (SUPERVISOR,),
    ("GET", "/recordings/{recording}"): (SUPERVISOR,),
    ("PUT", "/recordings/{recording}/slices/{number}"): (OFFICER,),
    ("GET", "/office"): (ADMINISTRATOR,),
    ("POST", "/office/services"): (ADMINISTRATOR,),
    ("POST", "/office/services/{service}/retire"): (ADMINISTRATOR,),
    ("POST", "/office/services/{service}/hours"): (ADMINISTRATOR,),
    ("POST", "/office/closures"): (ADMINISTRATOR,),
    ("POST", "/office/closures/{day}/remove"): (ADMINISTRATOR,),
    ("POST", "/office/people"): (ADMINISTRATOR,),
    ("POST", "/office/people/{person}/disable"): (ADMINISTRATOR,),
    ("POST", "/office/people/{person}/enable"): (ADMINISTRATOR,),
    ("POST", "/office/people/{person}/services"): (ADMINISTRATOR,),
    ("POST", "/office/people/{person}/capacity"): (ADMINISTRATOR,),
    ("GET", "/livez"): (EVERYBODY,),
    ("GET", "/readyz"): (EVERYBODY,),
    ("GET", "/static/{version}/{name:path}"): (EVERYBODY,),
    ("GET", "/text/{language}/{name}"): (EVERYBODY,),
}
# The secret in its body, which no other site knows, is this one's token; it takes JSON only.
WITHOUT_TOKEN = {"/t/{ticket}/open", "/j/{guest}/open", "/j/{guest}/ask"}
# Who may is let in by tests/recordings, where there is a recording.
OF_A_RECORDING = {key for key in MAY if "{recording}" in key[1]}
POSTS = [path for method, path in MAY if method == "POST"]
STAFF_ROUTES = [key for key, roles in MAY.items() if roles != (EVERYBODY,)]


@dataclass
class Town:
    """One visitor of each role, each with what their pages give them."""

    door: Door
    visitors: dict[str, Visitor]
    tokens: dict[str, str]
    link: Link
    filled: dict[str, str]

    def address(self, path: str) -> str:
        for name, value in self.filled.items():
            path = re.sub(rf"{{{name}(:path)?}}", value, path)
        return path

    async def ask(self, method: str, path: str, role: str, token: str | None = None) -> httpx2.Response:
        visitor = self.visitors[role]
        if method == "GET":
            return await visitor.get(self.address(path))
        if method == "PUT":
            headers = {"Origin": HOME, "X-Consult-CSRF": token or ""}
            return await visitor.client.put(self.address(path), content=b"x", headers=headers)
        return await visitor.post(
            self.address(path), {"other": "x"} | ({} if token is None else {"csrf": token})
        )

    async def rows(self) -> object:
        """All that an order could have changed, as the office shows it."""
        shown = await self.door.app.pages.office.shown()
        people = await self.door.app.pages.staff.everybody()
        capacities = await self.door.app.pages.desk.capacities()
        return shown.services, shown.closures, people, capacities


@pytest.fixture(scope="module")
async def town(
    office_template: OfficeTemplate, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Town]:
    directory = tmp_path_factory.mktemp("town")
    url = office_template.copy_to(directory)
    async with open_door(directory, url, valkey_server) as door, _town(door) as opened:
        yield opened


@asynccontextmanager
async def _town(door: Door) -> AsyncIterator[Town]:
    service = await door.service()
    tomorrow = date.today() + timedelta(days=400)
    await door.app.pages.office.add_closure(tomorrow, "Libur", "Holiday", "office")
    for role in STAFF:
        await door.person(role, Role(role), [service] if role == OFFICER else [])
    person = await door.person("budi", Role.OFFICER)
    async with AsyncExitStack() as stack:
        visitors = {
            role: await stack.enter_async_context(visiting(door.app.asgi))
            for role in ("stranger", "applicant", *STAFF)
        }
        link = await take_number(visitors["applicant"], service)
        tokens = {}
        for role in ("stranger", "applicant"):
            tokens[role] = token_in(await visitors[role].get("/continue"))
        for role in STAFF:
            home = (await visitors[role].sign_in(role, PASSWORD)).headers["location"]
            tokens[role] = token_in(await visitors[role].get(home))
        site = build_site(door.app.pages)
        text = site.catalogue.modules()[0].url.split("/")
        filled = {
            "ticket": link.ticket_id,
            "guest": "nobodysinvitation",
            "service": service,
            "person": person,
            "day": tomorrow.isoformat(),
            "photo": "0" * 32,
            "version": site.assets.version,
            "language": text[2],
            "name": "styles/pages/every.css",
            "recording": "r",
            "number": "0",
        }
        yield Town(door, visitors, tokens, link, filled)
