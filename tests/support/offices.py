"""An office in the database: services that are open, people who can sign in, and the app over it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from consult.app import App
from consult.office.hours import USUAL_WEEK, Week
from consult.people import Role
from consult.settings import Settings

PASSWORD = "kata sandi yang panjang"


@dataclass(frozen=True, slots=True)
class Door:
    """A started app and what tests need to know of it."""

    app: App

    async def service(
        self, letter: str = "A", always_open: bool = True, week: Week = USUAL_WEEK, name: str = "Izin Usaha"
    ) -> str:
        office = self.app.pages.office
        return await office.add_service(letter, name, f"{name} (en)", always_open, week, "office")

    async def person(
        self, user_name: str, role: Role, services: Iterable[str] = (), name: str = "Orang Kantor"
    ) -> str:
        return await self.app.pages.staff.add(user_name, name, role, PASSWORD, services)


@asynccontextmanager
async def open_door(
    data_dir: Path, database_url: str, redis_url: str, **settings: object
) -> AsyncIterator[Door]:
    """The app over this database and Redis, without the hub's tasks."""
    app = App(Settings(data_dir=data_dir, database_url=database_url, redis_url=redis_url, **settings))  # type: ignore[arg-type]
    await app.start()
    try:
        yield Door(app)
    finally:
        await app.stop()
