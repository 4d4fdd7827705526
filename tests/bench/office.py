"""An office of real server processes, filled through the service's own stores, for many people at once."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from urllib.request import urlopen

from sqlalchemy import Connection

from consult.accounts.cookies import CookieNames, new_random
from consult.accounts.doorkeeper import lifetimes
from consult.accounts.store import people, sessions
from consult.accounts.visitor import token_of
from consult.consultations.credential import hash_of, new_id
from consult.consultations.store import log, tickets
from consult.duty import store as duty
from consult.duty.rules import DutyStep
from consult.live.server import EmbeddedValkey
from consult.office import store as office
from consult.office.store import Service
from consult.people import Caller, Role
from consult.queue import assigning
from consult.settings import Settings
from consult.storage.database import Database
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.bench.machine import cpu_seconds
from tests.running.program import Program, free_port
from tests.support.client import Page
from tests.support.waiting import until

T = TypeVar("T")

DAY = "2026-11-24"
START_SECONDS = 60.0
AT_ONCE = 50  # orders that wait for longer than five seconds are refused
# The limits stay in the path of every frame; they only never say no. Nobody is let go for a late ping.
MANY = {
    "CONSULT_APPLICANT_FRAMES_PER_SECOND": 1_000_000,
    "CONSULT_APPLICANT_FRAMES_BURST": 1_000_000,
    "CONSULT_OFFICER_FRAMES_PER_SECOND": 1_000_000,
    "CONSULT_OFFICER_FRAMES_BURST": 1_000_000,
    "CONSULT_CONNECTIONS_PER_ADDRESS": 1_000_000,
    "CONSULT_APPLICANT_DEAD_SECONDS": 3_600,
    "CONSULT_OFFICER_DEAD_SECONDS": 3_600,
    "CONSULT_OFFICER_LOST_SECONDS": 3_600,
    "CONSULT_OFFERABLE_SECONDS": 3_600,
    "CONSULT_OFFER_SECONDS": 3_600,
    "CONSULT_LOG_LEVEL": "warning",
}


At = Callable[[int], int]


def _first(_: int) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Officer:
    caller: Caller
    page: Page


@dataclass(frozen=True, slots=True)
class Applicant:
    caller: Caller
    page: Page


class People:
    """Whom the benchmarks put into a database; their pages are at `urls[at(n)]`, signed in."""

    def __init__(self, database: Database, urls: Sequence[str] = ("",)) -> None:
        self._database = database
        self._urls = urls
        self._numbers = 0
        self._names = CookieNames.of(Settings())
        self._lives = lifetimes(Settings())

    async def service(self, letter: str) -> str:
        service = Service(
            new_id(), letter, f"Layanan {letter}", f"Service {letter}", always_open=True, week={}
        )
        await self._database.write(lambda conn: office.add_service(conn, service, "office"))
        return service.id

    async def officers(
        self, count: int, service: str, capacity: int, at: At = _first, ready: bool = False
    ) -> list[Officer]:
        """Officers with a session, paused or ready; the n-th one's page is served by process `at(n)`."""

        def order(conn: Connection, number: int) -> Officer:
            caller = Caller(Role.OFFICER, new_id(), f"Petugas {number}")
            people.add(conn, caller.id, f"petugas.{caller.id}", caller.name, Role.OFFICER, "-", "office")
            people.set_skills(conn, caller.id, [service], "office")
            duty.enrol(conn, caller.id, capacity)
            step = DutyStep.BE_READY if ready else DutyStep.PAUSE
            duty.change(conn, caller.id, step, caller.subject)
            reference = new_random()
            sessions.start_staff(conn, hash_of(reference), caller.id, self._lives)
            return Officer(
                caller,
                Page(self._urls[at(number)], token_of(reference), {self._names.name("staff"): reference}),
            )

        return await self._each(count, order)

    async def applicants(self, count: int, service: str, letter: str, at: At = _first) -> list[Applicant]:
        """Applicants who wait, with a session on their device."""
        first, self._numbers = self._numbers + 1, self._numbers + count

        def order(conn: Connection, number: int) -> Applicant:
            caller = Caller(Role.APPLICANT, new_id(), f"Pemohon {number}")
            tickets.open_ticket(conn, ticket_values(caller, service, letter, first + number))
            log.add(conn, caller.id, "joined", caller.name)
            reference = new_random()
            sessions.start_applicant(conn, hash_of(reference), caller.id, self._lives)
            cookies = {self._names.ticket(caller.id): reference}
            return Applicant(caller, Page(self._urls[at(number)], token_of(reference), cookies, caller.id))

        return await self._each(count, order)

    async def serve(self, officer: Officer, applicant: Applicant) -> None:
        """The officer has picked this applicant up."""
        await self._database.write(
            lambda conn: assigning.pick_up(conn, officer.caller, [applicant.caller.id])
        )

    async def _each(self, count: int, order: Callable[..., T]) -> list[T]:
        made: list[T] = []
        for first in range(0, count, AT_ONCE):
            some = range(first, min(count, first + AT_ONCE))
            orders = [self._database.write(partial(order, number=number)) for number in some]
            made += await asyncio.gather(*orders)
        return made


@dataclass(frozen=True, slots=True)
class BenchOffice:
    """`urls[n]` is served by process `servers[n]`."""

    people: People
    urls: list[str]
    servers: list[int]
    valkey: int

    def cpu(self) -> tuple[float, float]:
        """CPU seconds of the server processes, and of Valkey, so far."""
        return cpu_seconds(*self.servers), cpu_seconds(self.valkey)


def ticket_values(caller: Caller, service: str, letter: str, number: int) -> dict[str, object]:
    """The columns of a ticket that was just taken."""
    return {
        "id": caller.id,
        "service_id": service,
        "day": DAY,
        "number": number,
        "label": f"{letter}-{number:03d}",
        "channel": "chat",
        "units": 1,
        "name": caller.name,
        "phone": "+6281234567890",
        "application_number": "",
        "language": "id",
        "notice_version": 1,
        "notice_language": "id",
        "secret_hash": secrets.token_bytes(32),
        "pin_hash": "-",
        "visitor_hash": secrets.token_bytes(32),
    }


@asynccontextmanager
async def open_office(servers: int = 2, **settings: object) -> AsyncIterator[BenchOffice]:
    """Real `consult serve` processes over one SQLite database and an embedded Valkey."""
    async with AsyncExitStack() as stack:
        data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="consult-bench-")))
        valkey = EmbeddedValkey(data_dir)
        valkey.start()
        stack.callback(valkey.stop)
        url = database_url(Settings(data_dir=data_dir))
        await asyncio.to_thread(migrate, url)
        ports = [free_port() for _ in range(servers)]
        programs = [
            stack.enter_context(Program(data_dir, "serve", "--port", str(port), **(MANY | settings)))
            for port in ports
        ]
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        for url_, program in zip(urls, programs, strict=True):
            await until(partial(_answers, url_, program), START_SECONDS)
        database = Database(url)
        await database.start()
        stack.push_async_callback(database.close)
        assert valkey.pid is not None
        yield BenchOffice(
            People(database, urls), urls, [program.process.pid for program in programs], valkey.pid
        )


async def _answers(url: str, program: Program) -> bool:
    if program.process.poll() is not None:
        raise RuntimeError(f"a server ended: {program.errors}")
    return await asyncio.to_thread(_ready, url)


def _ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False
