"""What is said about each service before a number is taken: open until when, how many wait, how long."""

import time
from dataclasses import dataclass
from datetime import datetime

from consult.consultations.store.line import waiting_count
from consult.office.hours import Week
from consult.office.office import Office, OfficeShown
from consult.office.store import Service
from consult.pages.times import Times
from consult.queue.estimate import wait_range
from consult.queue.line import Line
from consult.storage.database import Database

KEPT_SECONDS = 3.0  # a crowd at opening time must not make the database count for each visitor


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes are None where too little is known."""

    waiting: int
    officers: int
    low_minutes: int | None
    high_minutes: int | None


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """A service as the start page offers it."""

    id: str
    letter: str
    name: str
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    waiting: int
    officers: int
    wait_low: int | None
    wait_high: int | None


class Facts:
    def __init__(self, database: Database, office: Office, line: Line, times: Times) -> None:
        self._database = database
        self._office = office
        self._line = line
        self._times = times
        self._kept: dict[str, tuple[float, Wait]] = {}

    async def choices(self, language: str) -> list[ServiceChoice]:
        shown = await self._office.shown()
        return [await self._choice(shown, service, language) for service in shown.services]

    async def _choice(self, shown: OfficeShown, service: Service, language: str) -> ServiceChoice:
        opening = shown.opening(service)
        wait = await self._wait(service.id)
        return ServiceChoice(
            service.id,
            service.letter,
            service.name(language),
            opening.open,
            opening.opens_at,
            opening.closes_at,
            wait.waiting,
            wait.officers,
            wait.low_minutes,
            wait.high_minutes,
        )

    async def _wait(self, service_id: str) -> Wait:
        kept = self._kept.get(service_id)
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        wait = await self._read(service_id)
        self._kept[service_id] = (time.monotonic(), wait)
        return wait

    async def _read(self, service_id: str) -> Wait:
        pace = await self._line.pace(service_id)
        waiting = await self._database.read(lambda conn: waiting_count(conn, service_id))
        seconds = wait_range(waiting + 1, pace.places, pace.served_seconds)
        low, high = (None, None) if seconds is None else (seconds[0] // 60, -(-seconds[1] // 60))
        return Wait(waiting, pace.officers_on_duty, low, high)

    async def week(self, language: str) -> str:
        """The hours, when they are the same for all services; '' otherwise."""
        weeks = await self._weeks()
        return self._times.week(weeks[0], language) if len(weeks) == 1 else ""

    async def _weeks(self) -> list[Week]:
        different: list[Week] = []
        for service in (await self._office.shown()).services:
            week: Week = {} if service.always_open else service.week
            if week not in different:
                different.append(week)
        return different
