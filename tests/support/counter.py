"""The services behind the counter, as several server processes have them, driven by a plain test."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from sqlalchemy import Connection, Row

from consult import failpoints
from consult.accounts.doorkeeper import Visit, lifetimes
from consult.accounts.store import sessions
from consult.audit.store import verify
from consult.consultations.store import log
from consult.errors import ConsultError
from consult.live import keys
from consult.people import Caller
from consult.settings import Settings
from consult.storage.database import Database
from consult.storage.engines import begin_sqlite, parse, sqlite_engine, sqlite_path
from consult.wire.to_client import Entry
from tests.support import one_day
from tests.support.databases import let_pass
from tests.support.one_day import Seen
from tests.support.server_parts import ServerParts

T = TypeVar("T")


class Counter:
    """One office; `servers[0]` and `servers[1]` know each other only by the database and Redis."""

    def __init__(self, directory: Path, url: str, redis_address: str, servers: int = 2) -> None:
        self._loop = uvloop.new_event_loop()  # as servers have it
        self._directory = directory
        self._database = Database(url)  # for the test's own questions
        parsed = parse(url)
        is_file = parsed.drivername == "sqlite"
        self._file = sqlite_engine(sqlite_path(parsed), writes=False).connect() if is_file else None
        self.servers = [ServerParts(url, redis_address, directory) for _ in range(servers)]

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
            self._file.close()
            self._file.engine.dispose()
        self._loop.close()

    def settle(self) -> None:
        """Wait for the probes with which databases look, after a failure, whether they can be written again.

        They are orders of their own, which would take a failure that is meant for another.
        """
        databases = [one.database for one in self.servers if one.database.goes_on.is_set()]
        while probes := {one.outage._probing for one in databases} - {None}:
            self.run(asyncio.wait(probes))

    def fail(self, point: str) -> None:
        """The next order that reaches this point fails there, and nobody knows what became of it."""
        self.settle()
        (self._directory / failpoints.RECORD).unlink(missing_ok=True)
        failpoints.arm(f"{point}=raise", self._directory)

    def failed(self) -> bool:
        """Whether it did; from now on nothing fails."""
        failpoints.arm("", self._directory)
        return (self._directory / failpoints.RECORD).exists()

    async def new_day(self, services: int, capacities: Sequence[int]) -> tuple[dict[str, str], list[str]]:
        """An office in which nobody has ever been; see `one_day.furnish`."""
        for server in self.servers:
            server.everybody_goes()
        await self.flush()

        def order(conn: Connection) -> tuple[dict[str, str], list[str]]:
            one_day.clear(conn)
            return one_day.furnish(conn, services, capacities)

        letters, self._people = await self._database.write(order)
        self._services = list(letters)
        return letters, self._people

    async def session_of(self, caller: Caller, elsewhere: bool) -> Visit:
        """A page of this person's, under the only session there is; or `elsewhere` is another in use."""
        hashes = [secrets.token_bytes(32) for _ in range(1 + elsewhere)]

        def order(conn: Connection) -> None:
            sessions.end_of_person(conn, caller.id)
            for one in hashes:
                sessions.start_staff(conn, one, caller.id, lifetimes(Settings()))

        await self._database.write(order)
        return Visit(caller, "", hashes[0], "id")

    async def looked_at(self, beside: Collection[str]) -> tuple[Seen, list[list[str]]]:
        """What stands in the rows, and the lines as one server has them in the index, at one moment."""
        seen = await self._ask(lambda conn: one_day.look(conn, beside))
        return seen, await self._lines()

    async def _lines(self) -> list[list[str]]:
        """Where Redis lost the index, that server builds it anew."""
        server = self.servers[0]
        pipe = server.live.commands.pipeline(transaction=False)
        for one in self._services:
            pipe.zrange(keys.order(one), 0, -1)
        found = await pipe.get(keys.GENERATION).execute()
        if found.pop() is None:
            return [await server.line.order(one) for one in self._services]
        return [[ticket.decode() for ticket in line] for line in found]

    async def stages(self) -> dict[str, Row[Any]]:
        return await self._ask(one_day.tickets)

    async def _ask(self, query: Callable[[Connection], T]) -> T:
        """Asked after every step, so a file is read without a detour through another thread."""
        if self._file is None:
            return await self._database.read(query)
        with self._file.begin():
            begin_sqlite(self._file, writes=False)
            return query(self._file)

    async def told(self, ticket_ids: Iterable[str]) -> dict[str, list[Entry]]:
        """The conversations, whose chains must hold."""

        def query(conn: Connection) -> dict[str, list[Entry]]:
            subjects = [f"ticket:{id}" for id in ticket_ids] + [f"staff:{id}" for id in self._people]
            assert all(verify(conn, subject) for subject in subjects)
            return {id: log.after(conn, id, 0) for id in ticket_ids}

        return await self._ask(query)

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

    async def clock_moves(self, seconds: int) -> None:
        """And nobody has swept yet."""
        await let_pass(self._database, seconds=seconds)

    async def pass_time(
        self, server: ServerParts, seconds: int, heard: Iterable[str], ears: Collection[tuple[str, str]] = ()
    ) -> None:
        """Move the database's clock, with heartbeats of these officers and pages that listen, and sweep."""
        await self.clock_moves(seconds)
        await server.desk.seen(heard)
        if ears:
            await server.listening.heard(ears)
        await server.sweep()
