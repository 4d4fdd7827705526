"""What one match costs while 100 and while 100,000 people wait, in turns, in one process.

A match is a round of `Matching` with one free officer: the proposal from the index, the offer in the
database, and what is told. Counted is CPU: of this process, all its threads, and of each line's own Valkey.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert

from consult.app import App
from consult.consultations.credential import new_id
from consult.consultations.stages import Stage, Step
from consult.consultations.store import tickets
from consult.consultations.store.tickets import TicketRow
from consult.live import keys
from consult.live.line_index import LineIndex
from consult.live.server import EmbeddedValkey
from consult.people import Caller, Role
from consult.queue import assigning
from consult.settings import Settings
from consult.storage import moments, tables
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.bench.figures import Figure, at_most, plain
from tests.bench.machine import cpu_seconds
from tests.bench.office import People, ticket_values

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Size:
    few: int = 100
    many: int = 100_000
    rounds: int = 9
    matches: int = 20


TINY = Size(few=10, many=100, rounds=1, matches=3)


class LongLine:
    """An office where so many wait, all of them with their page open, for one officer."""

    def __init__(self, app: App, valkey: int) -> None:
        self._app = app
        self._valkey = valkey
        self._index = LineIndex(app.live)

    async def fill(self, waiting: int) -> None:
        people = People(self._app.database)
        service = await people.service("A")
        (officer,) = await people.officers(1, service, capacity=1, ready=True)
        self._officer = officer.caller.id
        await self._app.rebuild_line()  # while nobody waits: from now on the index counts as whole
        ids = [new_id() for _ in range(waiting)]
        for first in range(0, waiting, ROWS_AT_ONCE):
            some = ids[first : first + ROWS_AT_ONCE]
            await self._app.database.write(lambda conn: _put_in_line(conn, some, service, first))  # noqa: B023
            await self._app.hub.services.presence.seen(*some)
            await self._put_in_index(some, service)

    async def _put_in_index(self, ids: list[str], service: str) -> None:
        """As `LineIndex.put` would one by one."""
        pipe = self._app.live.commands.pipeline()
        now_ms = time.time() * 1000
        pipe.zadd(keys.order(service), {ticket_id: now_ms for ticket_id in ids})
        pipe.hset(keys.units(service), mapping={ticket_id: "1" for ticket_id in ids})
        await self._app.live.ask(pipe.execute())

    async def match(self) -> tuple[float, float]:
        """CPU seconds of this process and of Valkey for one match; afterwards all is as it was before."""
        mine, valkey = time.process_time(), cpu_seconds(self._valkey)
        made = await self._app.matching.run()
        spent = time.process_time() - mine, cpu_seconds(self._valkey) - valkey
        if made != 1:
            raise RuntimeError(f"{made} offers were made, not one")
        row = await self._app.database.write(self._give_back)
        await self._index.put(row.service_id, row.id, row.score, row.units)
        return spent

    def _give_back(self, conn: Connection) -> TicketRow:
        (offered,) = tickets.held_by(conn, self._officer, Stage.OFFERED)
        return assigning.give_back(conn, offered, Step.PASS, "office").ticket


def _put_in_line(conn: Connection, ids: list[str], service: str, first: int) -> None:
    now = moments.now(conn)
    rows = [
        ticket_values(Caller(Role.APPLICANT, ticket_id, "Pemohon"), service, "A", first + number)
        | {"stage": "waiting", "joined_at": now, "order_at": now}
        for number, ticket_id in enumerate(ids, start=1)
    ]
    conn.execute(insert(tables.ticket), rows)


@asynccontextmanager
async def _line(waiting: int) -> AsyncIterator[LongLine]:
    async with AsyncExitStack() as stack:
        data_dir = Path(stack.enter_context(TemporaryDirectory(prefix="consult-bench-")))
        valkey = EmbeddedValkey(data_dir)
        valkey.start()
        stack.callback(valkey.stop)
        settings = Settings(data_dir=data_dir, offerable_seconds=3_600)
        await asyncio.to_thread(migrate, database_url(settings))
        app = App(settings)
        await app.start()
        stack.push_async_callback(app.stop)
        assert valkey.pid is not None
        line = LongLine(app, valkey.pid)
        await line.fill(waiting)
        yield line


async def run(size: Size = Size()) -> list[Figure]:
    ratios, few_us, many_us, valkey_us = [], [], [], []
    async with _line(size.few) as few, _line(size.many) as many:
        await _matches(few, size.matches)
        await _matches(many, size.matches)
        for _ in range(size.rounds):
            small, _ = await _matches(few, size.matches)
            big, big_valkey = await _matches(many, size.matches)
            ratios.append(big / small)
            few_us.append(small * 1e6)
            many_us.append(big * 1e6)
            valkey_us.append(big_valkey * 1e6)
    return [
        at_most("match", f"cost at {size.many:,} waiting against {size.few:,}", ratios, 1.5, "x"),
        plain("match", f"CPU of a match at {size.few:,} waiting, Valkey's with it", few_us, " us"),
        plain("match", f"CPU of a match at {size.many:,} waiting, Valkey's with it", many_us, " us"),
        plain("match", f"Valkey's part of it at {size.many:,}", valkey_us, " us"),
    ]


async def _matches(line: LongLine, count: int) -> tuple[float, float]:
    """CPU seconds of one match, and Valkey's part: the medians of so many."""
    costs = [await line.match() for _ in range(count)]
    return median(mine + valkey for mine, valkey in costs), median(valkey for _, valkey in costs)
