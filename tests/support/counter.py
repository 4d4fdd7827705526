"""The services behind the counter, as several server processes have them, driven by a plain test."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, insert, select, update

from consult import failpoints
from consult.audit.store import verify
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.store import DutyRow
from consult.errors import ConsultError
from consult.storage import tables
from consult.storage.database import Database
from consult.storage.engines import begin_sqlite, parse, sqlite_engine, sqlite_path
from consult.wire.to_client import Entry
from tests.support.databases import let_pass
from tests.support.server_parts import ServerParts

T = TypeVar("T")
Seen = tuple[dict[str, TicketRow], dict[str, DutyRow], list[list[str]]]


class Counter:
    """One office; `servers[0]` and `servers[1]` know each other only by the database and Redis."""

    def __init__(self, directory: Path, url: str, redis_address: str, servers: int = 2) -> None:
        self._loop = asyncio.new_event_loop()
        self._directory = directory
        self._database = Database(url)  # for the test's own questions
        parsed = parse(url)
        is_file = parsed.drivername == "sqlite"
        self._file = sqlite_engine(sqlite_path(parsed), writes=False) if is_file else None
        self.servers = [ServerParts(url, redis_address) for _ in range(servers)]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def open(self) -> None:
        self.run(self._database.start())
        for server in self.servers:
            self.run(server.open())

    def close(self) -> None:
        for server in self.servers:
            self.run(server.close())
        self.run(self._database.close())
        if self._file is not None:
            self._file.dispose()
        self._loop.close()

    def fail(self, point: str) -> None:
        """The next order that reaches this point fails there, and nobody knows what became of it."""
        (self._directory / failpoints.RECORD).unlink(missing_ok=True)
        failpoints.arm(f"{point}=raise", self._directory)

    def failed(self) -> bool:
        """Whether it did; from now on nothing fails."""
        failpoints.arm("", self._directory)
        return (self._directory / failpoints.RECORD).exists()

    async def new_services(
        self, services: int, officers: int, capacity: int
    ) -> tuple[dict[str, str], list[str]]:
        """Services nobody else uses, with officers who can do all of them: id -> letter, and their ids."""
        people = [secrets.token_hex(6) for _ in range(officers)]
        names = [secrets.token_hex(6) for _ in range(services)]
        self._services = await self._database.write(lambda conn: _furnish(conn, names, people, capacity))
        self._people = people
        return self._services, people

    async def close_service(self) -> None:
        """Take its people off duty and out of the line, so that later examples do not meet them."""

        def order(conn: Connection) -> None:
            mine = tables.duty.c.person_id.in_(self._people)
            conn.execute(update(tables.duty).where(mine).values(state="offline", offered_ticket=None))
            conn.execute(
                update(tables.ticket)
                .where(self._of_services)
                .values(stage="ended", offer_expires_at=None, held_for=None)
            )
            live = select(tables.ticket.c.id).where(self._of_services)
            conn.execute(update(tables.call).where(tables.call.c.ticket_id.in_(live)).values(stage="ended"))

        await self._database.write(order)

    async def looked_at(self) -> Seen:
        """The tickets and duties in the rows, and the lines as the index has them, at one moment."""

        def query(conn: Connection) -> tuple[dict[str, TicketRow], dict[str, DutyRow]]:
            rows = conn.execute(tickets.every.where(self._of_services))
            return (
                {row.id: tickets.row_of(row) for row in rows},
                {person: duty.find(conn, person) for person in self._people},
            )

        rows, duties = await self._ask(query)
        return rows, duties, [await self.servers[0].line.order(one) for one in self._services]

    @property
    def _of_services(self) -> ColumnElement[bool]:
        return tables.ticket.c.service_id.in_(list(self._services))

    async def _ask(self, query: Callable[[Connection], T]) -> T:
        """Asked after every step, so a file is read without a detour through another thread."""
        if self._file is None:
            return await self._database.read(query)
        with self._file.connect() as conn, conn.begin():
            begin_sqlite(conn, writes=False)
            return query(conn)

    async def stages(self) -> dict[str, TicketRow]:
        def query(conn: Connection) -> dict[str, TicketRow]:
            rows = conn.execute(tickets.every.where(self._of_services))
            return {row.id: tickets.row_of(row) for row in rows}

        return await self._ask(query)

    async def told(self, ticket_ids: Iterable[str]) -> dict[str, list[Entry]]:
        """The conversations, whose chains must hold."""

        def query(conn: Connection) -> dict[str, list[Entry]]:
            assert all(verify(conn, f"ticket:{id}") for id in ticket_ids)
            return {id: log.after(conn, id, 0) for id in ticket_ids}

        return await self._database.read(query)

    async def at_once(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """The results of all, carried out together; refusals as values, anything else raised."""
        results = await asyncio.gather(*work, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, ConsultError):
                raise result
        return list(results)

    async def flush(self) -> None:
        await self.servers[0].live.commands.flushall()

    async def announce_again(self, present: Iterable[str]) -> None:
        """What the hub does once Redis is back: say again who is here."""
        await self.servers[0].presence.seen(*present)

    async def pass_time(self, server: ServerParts, seconds: int, heard: Iterable[str]) -> None:
        """Move the database's clock, with heartbeats of the officers in `heard`, and sweep."""
        await let_pass(self._database, seconds=seconds)
        await server.desk.seen(heard)
        await server.sweep()


def _furnish(conn: Connection, services: list[str], people: list[str], capacity: int) -> dict[str, str]:
    letters = {}
    for service in services:
        letters[service] = _letter(conn)
        conn.execute(
            insert(tables.service).values(
                id=service, letter=letters[service], name_id="Layanan", name_en="Service", always_open=True
            )
        )
    for person in people:
        conn.execute(
            insert(tables.person).values(
                id=person, user_name=person, name="Petugas", role="officer", password_hash="-", added_at=0
            )
        )
        for service in services:
            conn.execute(insert(tables.person_service).values(person_id=person, service_id=service))
        duty.enrol(conn, person, capacity)
    return letters


def _letter(conn: Connection) -> str:
    taken = set(conn.execute(select(tables.service.c.letter)).scalars())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz"
    return next(a + b for a in alphabet for b in alphabet if a + b not in taken)
