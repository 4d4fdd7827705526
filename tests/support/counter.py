"""The services behind the counter on a real database and Valkey, driven step by step from a plain test."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update

from consult.audit.store import verify
from consult.chat.transcript import Transcript
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.store import DutyRow
from consult.errors import ConsultError
from consult.live.announcer import Announcer
from consult.live.fanout import Fanout
from consult.live.line_index import LineIndex
from consult.live.presence import Presence
from consult.live.redis import Live
from consult.queue.desk import Desk
from consult.queue.line import Line
from consult.queue.matching import Matching
from consult.queue.reception import Reception
from consult.queue.sweeping import Sweeping
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.signalling.switchboard import Switchboard
from consult.storage import tables
from consult.storage.database import Database
from consult.storage.migrations import migrate
from consult.wire.to_client import Entry

T = TypeVar("T")


class StepwiseMatching(Matching):
    """Matches when the test says so, not by itself: the model has to know when an offer is made."""

    def soon(self) -> None:
        return None


class Counter:
    def __init__(self, directory: Path, redis_address: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._address = redis_address
        self._url = f"sqlite:///{directory / 'consult.sqlite3'}"
        self._services: dict[str, list[str]] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def open(self) -> None:
        migrate(self._url)
        self.run(self._open())

    async def _open(self) -> None:
        settings = Settings()
        self.database = Database(self._url)
        await self.database.start()
        self._live = Live.connect(self._address)
        self._fanout = Fanout(self._live, secrets.token_hex(4), lambda address, frame: None)
        await self._fanout.start()
        announcer, index = Announcer(self._fanout), LineIndex(self._live, gathering_seconds=0)
        self.presence = Presence(self._live, settings.offerable_seconds)
        usher = Usher(announcer, index)
        self.line = Line(self.database, index, settings)
        self.matching = StepwiseMatching(self.database, index, self.line, usher, settings)
        self.switchboard = Switchboard(self.database, announcer, settings)
        self.reception = Reception(
            self.database, usher, self.matching, self.presence, self.switchboard, _as_it_is, settings
        )
        self.desk = Desk(self.database, usher, self.matching)
        self.transcript = Transcript(self.database, announcer, settings)
        self.sweeping = Sweeping(
            self.database,
            self.reception,
            self.line,
            self.matching,
            usher,
            self.presence,
            self.switchboard,
            settings,
        )

    def close(self) -> None:
        async def close() -> None:
            await self._fanout.close()
            await self._live.close()
            await self.database.close()

        self.run(close())
        self._loop.close()

    async def new_service(self, officers: int, capacity: int) -> tuple[str, list[str]]:
        """A service nobody else uses, with officers who can do it; their ids come back."""
        service = secrets.token_hex(6)
        people = [secrets.token_hex(6) for _ in range(officers)]

        def order(conn: Connection) -> None:
            conn.execute(
                insert(tables.service).values(
                    id=service,
                    letter=_letter(conn),
                    name_id="Layanan",
                    name_en="Service",
                    always_open=True,
                )
            )
            for person in people:
                conn.execute(
                    insert(tables.person).values(
                        id=person,
                        user_name=person,
                        name="Petugas",
                        role="officer",
                        password_hash="-",
                        added_at=0,
                    )
                )
                conn.execute(insert(tables.person_service).values(person_id=person, service_id=service))
                duty.enrol(conn, person, capacity)

        await self.database.write(order)
        self._services[service] = people
        self._current = service
        return service, people

    async def close_service(self, service: str) -> None:
        """Take its people off duty and out of the line, so that later examples do not meet them."""

        def order(conn: Connection) -> None:
            mine = tables.duty.c.person_id.in_(self._services[service])
            conn.execute(update(tables.duty).where(mine).values(state="offline", offered_ticket=None))
            conn.execute(
                update(tables.ticket)
                .where(tables.ticket.c.service_id == service)
                .values(stage="ended", offer_expires_at=None)
            )

        await self.database.write(order)

    async def stages(self) -> dict[str, TicketRow]:
        def query(conn: Connection) -> dict[str, TicketRow]:
            mine = tables.ticket.c.service_id == self._current
            rows = conn.execute(tickets.every.where(mine))
            return {row.id: tickets.row_of(row) for row in rows}

        return await self.database.read(query)

    async def duty_row(self, person: str) -> DutyRow:
        return await self.database.read(lambda conn: duty.find(conn, person))

    async def entries(self, ticket: str) -> list[Entry]:
        return await self.database.read(lambda conn: log.after(conn, ticket, 0))

    async def chain_holds(self, ticket: str) -> bool:
        return await self.database.read(lambda conn: verify(conn, f"ticket:{ticket}"))

    async def at_once(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """The results of all, carried out together; refusals as values, anything else raised."""
        results = await asyncio.gather(*work, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, ConsultError):
                raise result
        return list(results)

    async def flush(self) -> None:
        await self._live.commands.flushall()

    async def announce_again(self, present: Iterable[str]) -> None:
        """What the hub does once Redis is back: say again who is here."""
        await self.presence.seen(*present)

    async def pass_time(self, seconds: int, heard: Iterable[str]) -> None:
        """Move the database's clock, with heartbeats of the officers in `heard`, and sweep."""

        def order(conn: Connection) -> None:
            house = tables.house
            conn.execute(update(house).values(clock_offset_ms=house.c.clock_offset_ms + seconds * 1000))

        await self.database.write(order)
        await self.desk.seen(heard)
        await self.sweeping.once()


async def _as_it_is(pin: str) -> str:
    return pin


def _letter(conn: Connection) -> str:
    taken = set(conn.execute(select(tables.service.c.letter)).scalars())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz"
    return next(a + b for a in alphabet for b in alphabet if a + b not in taken)
