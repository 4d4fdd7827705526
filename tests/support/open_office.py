"""An office behind one server or more over one database and one Valkey, and consultations in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from consult.accounts.staff import Staff
from consult.app import App
from consult.office.office import Office as Rooms
from consult.people import Role
from tests.support.client import Client, Page, sign_in, take_number
from tests.support.quick_passwords import QuickPasswords
from tests.support.serving import serving, settings_of
from tests.support.waiting import until

PASSWORD = "kata sandi yang panjang"


@dataclass
class Office:
    """`apps[n]` answers at `urls[n]`; they know each other only by the database and Redis."""

    apps: list[App]
    urls: list[str]
    service: str

    async def citizen(self, at: int = 0, name: str = "Ana Wijaya", channel: str = "chat") -> Page:
        return await take_number(self.urls[at], self.service, name, channel)

    async def staff(self, user_name: str, role: Role, at: int = 0) -> Page:
        """A new person of the office, signed in."""
        services = [self.service] if role is Role.OFFICER else []
        app = self.apps[at]
        staff = Staff(app.database, QuickPasswords(), app.settings)
        await staff.add(user_name, user_name.title(), role, PASSWORD, services)
        return await sign_in(self.urls[at], user_name, PASSWORD)

    async def officer(self, user_name: str = "budi", at: int = 0) -> Page:
        return await self.staff(user_name, Role.OFFICER, at)

    @asynccontextmanager
    async def consultation(
        self, citizen_at: int = 0, officer_at: int = 0, name: str = "Ana Wijaya", user_name: str = "budi"
    ) -> AsyncIterator["Consultation"]:
        """A citizen and an officer in a consultation, both connected and welcomed."""
        citizen_page = await self.citizen(citizen_at, name)
        officer_page = await self.officer(user_name, officer_at)
        async with citizen_page.open() as citizen, officer_page.open() as officer:
            await citizen.hears_welcome()
            await officer.hears_welcome()
            await officer.acked("Pause")
            await until(lambda: self.line_holds(citizen_page))
            await officer.acked("ServeNext")
            officer.ticket = citizen_page.ticket
            await officer.hears("ConversationOpened")
            await citizen.hears("TicketChanged")
            yield Consultation(citizen_page, officer_page, citizen, officer)

    async def line_holds(self, page: Page) -> bool:
        return page.ticket in await self.apps[0].line.order(self.service)


@dataclass
class Consultation:
    citizen_page: Page
    officer_page: Page
    citizen: Client
    officer: Client

    @property
    def ticket(self) -> str:
        assert self.citizen_page.ticket is not None
        return self.citizen_page.ticket


@asynccontextmanager
async def open_office(
    database_url: str, redis_url: str | Sequence[str], servers: int = 1, **settings: object
) -> AsyncIterator[Office]:
    """So many servers; `redis_url` is a list where each reaches Redis in a way of its own."""
    reached_at = [redis_url] * servers if isinstance(redis_url, str) else redis_url
    async with AsyncExitStack() as stack:
        apps = [App(settings_of(database_url, one, **settings)) for one in reached_at]
        urls = [await stack.enter_async_context(serving(app)) for app in apps]
        rooms = Rooms(apps[0].database, apps[0].settings)
        service = await rooms.add_service("A", "Izin Usaha", "Business permit", True, {}, "office")
        yield Office(apps, urls, service)
