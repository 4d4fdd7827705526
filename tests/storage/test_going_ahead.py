"""Orders that go ahead of those that wait in the same process."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, select

from consult.audit.store import record
from consult.errors import Busy, OutOfOrder
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.storage.tables import event
from consult.storage.waiting import NEWCOMERS_BEHIND, NEWCOMERS_RETRY_MS, WAIT_SECONDS
from tests.support.databases import opened
from tests.support.waiting import until

WITHIN_SECONDS = 10


class Note:
    """An order that leaves its name, once it may."""

    def __init__(self, name: str, free: bool = True) -> None:
        self.name = name
        self.reached = threading.Event()
        self.free = threading.Event()
        if free:
            self.free.set()

    def __call__(self, conn: Connection) -> None:
        self.reached.set()
        assert self.free.wait(WITHIN_SECONDS * 2)
        record(conn, "notes", self.name, "nobody", {})


@asynccontextmanager
async def held_up(database: Database) -> AsyncIterator[Note]:
    """While this lasts, or until it is freed, the writer is busy with one order and others wait."""
    holding = Note("holding", free=False)
    written = asyncio.create_task(database.write(holding))
    await until(holding.reached.is_set)
    try:
        yield holding
    finally:
        holding.free.set()
        await written


async def written(database: Database) -> list[str]:
    return await database.read(
        lambda conn: list(conn.execute(select(event.c.kind).order_by("number")).scalars())
    )


async def test_it_is_committed_before_those_that_came_first(sqlite_url: str) -> None:
    slow = Note("slow", free=False)
    async with opened(sqlite_url) as database, held_up(database) as holding:
        waiting = asyncio.create_task(database.write(slow))
        await asyncio.sleep(0)
        accept = asyncio.create_task(database.write(Note("accept"), ahead=True))
        await asyncio.sleep(0)
        holding.free.set()
        async with asyncio.timeout(WITHIN_SECONDS):
            await accept
        assert await written(database) == ["holding", "accept"]
        slow.free.set()
        await waiting
        assert await written(database) == ["holding", "accept", "slow"]


async def test_it_does_not_pass_an_earlier_number_of_its_own_stream(sqlite_url: str) -> None:
    def receipt(cseq: int) -> Receipt:
        return Receipt("a stream of orders", "staff:budi", cseq, bytes(16))

    async with opened(sqlite_url) as database:
        async with held_up(database):
            message = asyncio.create_task(database.write(Note("message"), receipt(1)))
            await asyncio.sleep(0)
            accept = asyncio.create_task(database.write(Note("accept"), receipt(2), ahead=True))
            await asyncio.sleep(0)
        with pytest.raises(OutOfOrder):
            await accept
        await message
        await database.write(Note("accept"), receipt(2), ahead=True)
        assert await written(database) == ["holding", "message", "accept"]


async def test_it_too_is_refused_when_it_has_waited_too_long(sqlite_url: str) -> None:
    async with opened(sqlite_url) as database:
        async with held_up(database):
            refusals = await asyncio.wait_for(
                asyncio.gather(
                    database.write(Note("accept"), ahead=True),
                    database.write(Note("message")),
                    return_exceptions=True,
                ),
                WAIT_SECONDS * 2,
            )
        assert [type(refusal) for refusal in refusals] == [Busy, Busy]
        assert await written(database) == ["holding"]


async def test_newcomers_are_refused_while_those_who_are_here_wait(sqlite_url: str) -> None:
    """With a time after which to come again; who is here already is carried out all the same."""
    async with opened(sqlite_url) as database:
        async with held_up(database):
            here = [asyncio.create_task(database.write(_nothing)) for _ in range(NEWCOMERS_BEHIND - 1)]
            await asyncio.sleep(0)
            last = asyncio.create_task(database.write(Note("last newcomer"), newcomer=True))
            await asyncio.sleep(0)
            with pytest.raises(Busy) as refusal:
                await database.write(Note("newcomer"), newcomer=True)
            assert refusal.value.retry_ms == NEWCOMERS_RETRY_MS
            here.append(asyncio.create_task(database.write(Note("accept"), ahead=True)))
            here.append(asyncio.create_task(database.write(Note("message"))))
            await asyncio.sleep(0)
        await asyncio.gather(last, *here)
        assert await written(database) == ["holding", "accept", "last newcomer", "message"]
        await database.write(Note("newcomer"), newcomer=True)


def _nothing(conn: Connection) -> None:
    return None
