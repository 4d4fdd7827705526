"""Office: which services there are, when they are open, and how an administrator changes that."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from consult.errors import ClosedHours, NotFound
from consult.office import store
from consult.office.hours import ALWAYS, Opening, Week, open_now
from consult.office.store import Closure, Service
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database

KEPT_SECONDS = 2.0  # read anew after this long, so that every process soon follows a change


@dataclass(frozen=True, slots=True)
class OfficeShown:
    """The office at one moment; `now` is local time by the database's clock."""

    now: datetime
    services: tuple[Service, ...]
    closures: tuple[Closure, ...]

    def service(self, service_id: str) -> Service:
        """Raises NotFound."""
        for service in self.services:
            if service.id == service_id:
                return service
        raise NotFound()

    def opening(self, service: Service) -> Opening:
        if service.always_open:
            return ALWAYS
        return open_now(service.week, {closure.day for closure in self.closures}, self.now)

    def closure_today(self) -> Closure | None:
        return next((closure for closure in self.closures if closure.day == self.now.date()), None)

    def check_open(self, service_id: str) -> Service:
        """The service, if it takes numbers now. Raises NotFound, ClosedHours."""
        service = self.service(service_id)
        if not self.opening(service).open:
            raise ClosedHours()
        return service


class Office:
    """Answers from memory for two seconds; this process sees its own changes at once.

    `moved` is called with the services of a change once it is committed; without it nobody is told.
    """

    def __init__(
        self, database: Database, settings: Settings, *, moved: Callable[..., None] = lambda *_: None
    ) -> None:
        self._database = database
        self._moved = moved
        self._zone = settings.zone
        self._kept: OfficeShown | None = None
        self._kept_at = 0.0
        self._changes = 0

    async def shown(self) -> OfficeShown:
        age = time.monotonic() - self._kept_at
        if self._kept is not None and age < KEPT_SECONDS:
            return replace(self._kept, now=self._kept.now + timedelta(seconds=age))
        begun, changes = time.monotonic(), self._changes
        shown = await self._database.read(self._read)
        if changes == self._changes:
            self._kept, self._kept_at = shown, begun
        return shown

    def _read(self, conn: Connection) -> OfficeShown:
        now = moments.now(conn).astimezone(self._zone)
        return OfficeShown(now, tuple(store.services(conn)), tuple(store.closures(conn, now.date())))

    async def add_service(
        self, letter: str, name_id: str, name_en: str, always_open: bool, week: Week, actor: str
    ) -> str:
        """The id of the new service. Raises Conflict when the letter is taken."""
        service = Service(secrets.token_hex(8), letter, name_id, name_en, always_open, week)
        await self._change(lambda conn: store.add_service(conn, service, actor), service.id)
        return service.id

    async def retire_service(self, service_id: str, actor: str) -> None:
        await self._change(lambda conn: store.retire_service(conn, service_id, actor), service_id)

    async def set_hours(self, service_id: str, always_open: bool, week: Week, actor: str) -> None:
        await self._change(
            lambda conn: store.set_hours(conn, service_id, always_open, week, actor), service_id
        )

    async def add_closure(self, day: date, reason_id: str, reason_en: str, actor: str) -> None:
        """Raises Conflict when that day is a closure already."""
        values = Closure(day, reason_id, reason_en)
        await self._change(lambda conn: store.add_closure(conn, values, actor))

    async def remove_closure(self, day: date, actor: str) -> None:
        await self._change(lambda conn: store.remove_closure(conn, day, actor))

    async def _change(self, order: Callable[[Connection], None], *service_ids: str) -> None:
        await self._database.write(order)
        self._kept = None
        self._changes += 1
        self._moved(*service_ids)
