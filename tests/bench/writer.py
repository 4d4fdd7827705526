"""The grouped writer against one commit for each message through async SQLAlchemy, in turns, in one process.

Both do the same work by the same functions: take the number (cseq), append the entry (seq), write the event
row with its commitment, keep the answer. A hundred senders, each with the next message once the last is
committed. The rival has what favours it: on SQLite one connection, so that it never meets a busy lock.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from consult.consultations.store import log
from consult.people import Caller
from consult.storage import moments, receipts
from consult.storage.database import Database
from consult.storage.engines import parse
from consult.storage.migrations import migrate
from consult.storage.receipts import Receipt
from consult.wire.to_client import Entry
from tests.bench.figures import Figure, at_least, plain
from tests.bench.office import People
from tests.bench.relay import TEXT
from tests.support.databases import opened
from tests.support.postgres import PostgresServer

DIGEST = bytes(16)
POSTGRES_POOL = 16


@dataclass(frozen=True, slots=True)
class Size:
    senders: int = 100
    rounds: int = 5
    seconds: float = 1.5


TINY = Size(senders=4, rounds=1, seconds=0.2)


class Way(Protocol):
    """How a message becomes durable."""

    async def post(self, caller: Caller, receipt: Receipt) -> None: ...


class Grouped:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def post(self, caller: Caller, receipt: Receipt) -> None:
        await self._database.write(partial(_append, caller=caller), receipt)


class OneCommit:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def post(self, caller: Caller, receipt: Receipt) -> None:
        async with self._engine.begin() as conn:
            await conn.run_sync(_whole, caller, receipt)


def _whole(conn: Connection, caller: Caller, receipt: Receipt) -> None:
    moments.forget(conn)
    receipts.claim(conn, receipt)
    receipts.keep_result(conn, receipt, _append(conn, caller=caller).seq)


def _append(conn: Connection, caller: Caller) -> Entry:
    added = log.add_message(conn, caller, caller.id, TEXT)
    assert added is not None
    return added[0]


class Sender:
    """Numbers its messages over both ways, as one page's stream does."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._cseq = 0

    async def send_on(self, way: Way, until: float) -> list[float]:
        """Seconds that each message took, until that moment of time.perf_counter."""
        took = []
        while (begun := time.perf_counter()) < until:
            self._cseq += 1
            receipt = Receipt(f"stream-of-{self._caller.id}", self._caller.subject, self._cseq, DIGEST)
            await way.post(self._caller, receipt)
            took.append(time.perf_counter() - begun)
        return took


async def run(size: Size = Size()) -> list[Figure]:
    with PostgresServer(fsync=True) as server:
        return await both(size, server)


async def both(size: Size, server: PostgresServer) -> list[Figure]:
    with TemporaryDirectory(prefix="consult-bench-") as directory:
        figures = await _compare(f"sqlite:///{directory}/consult.sqlite3", "SQLite", size, 5)
    return figures + await _compare(server.new_database(), "PostgreSQL", size, None)


async def _compare(url: str, kind: str, size: Size, target: float | None) -> list[Figure]:
    await asyncio.to_thread(migrate, url)
    async with _senders(url, size.senders) as (database, senders), _engine(url) as engine:
        grouped, one = Grouped(database), OneCommit(engine)
        for way in (grouped, one):
            await _round(senders, way, size.seconds / 3)
        ratios, cheaper, rates, waits = [], [], [], []
        for _ in range(size.rounds):
            rate, cpu, wait = await _round(senders, grouped, size.seconds)
            rival_rate, rival_cpu, rival_wait = await _round(senders, one, size.seconds)
            ratios.append(rate / rival_rate)
            cheaper.append(rival_cpu / cpu)
            waits.append(rival_wait / wait)
            rates.append(rate)
    what = f"{kind}: messages a second against one commit for each"
    return [
        plain("writer", what, ratios, "x")
        if target is None
        else at_least("writer", what, ratios, target, "x"),
        plain("writer", f"{kind}: less CPU for a message", cheaper, "x"),
        plain("writer", f"{kind}: shorter wait (p50) for the commit", waits, "x"),
        plain("writer", f"{kind}: messages committed a second", rates, ""),
    ]


async def _round(senders: list[Sender], way: Way, seconds: float) -> tuple[float, float, float]:
    """Messages a second, CPU seconds of this process for a message, and the median wait in seconds."""
    begun, used = time.perf_counter(), time.process_time()
    sent = await asyncio.gather(*(sender.send_on(way, begun + seconds) for sender in senders))
    wall, cpu = time.perf_counter() - begun, time.process_time() - used
    took = list(chain.from_iterable(sent))
    return len(took) / wall, cpu / len(took), median(took)


@asynccontextmanager
async def _senders(url: str, count: int) -> AsyncIterator[tuple[Database, list[Sender]]]:
    """A started database and applicants in it who are being served."""
    async with opened(url) as database:
        people = People(database)
        service = await people.service("A")
        (officer,) = await people.officers(1, service, capacity=count)
        applicants = await people.applicants(count, service, "A")
        for applicant in applicants:
            await people.serve(officer, applicant)
        yield database, [Sender(applicant.caller) for applicant in applicants]


@asynccontextmanager
async def _engine(url: str) -> AsyncIterator[AsyncEngine]:
    """What the rival writes with, set up as safe as our writer."""
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        # isolation_level None and the driver's BEGIN: without them sqlite3 begins late, as a reader.
        engine = create_async_engine(
            parsed.set(drivername="sqlite+aiosqlite"),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=60,
            connect_args={"isolation_level": None},
        )
        event.listen(engine.sync_engine, "connect", _set_up)
        event.listen(engine.sync_engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        engine = create_async_engine(parsed, pool_size=POSTGRES_POOL, max_overflow=0, pool_timeout=60)
    try:
        yield engine
    finally:
        await engine.dispose()


def _set_up(driver: Any, _: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
        driver.execute(f"PRAGMA {pragma}")
