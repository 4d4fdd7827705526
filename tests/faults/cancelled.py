"""Calls to Redis and to the database, cancelled half-way on a slow line: nobody gets another's answer."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Connection, String, bindparam, select

from consult.errors import Busy
from consult.live.redis import Live
from consult.storage.database import Database
from consult.storage.engines import parse
from tests.support.proxy import Proxy

AT_ONCE = 40
LONGEST_SECONDS = 0.02
Call = Callable[[int], Awaitable[str]]

_echo = select(bindparam("value", type_=String))


async def cancel_calls(call: Call, count: int, chance: random.Random) -> dict[str, int]:
    """Make `count` calls, half of them cancelled; the answer to call n must be "value n"."""
    outcomes: Counter[str] = Counter(calls=count, answered=0, cancelled=0, refused=0, mismatches=0)
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            asked = asyncio.ensure_future(call(number))
            if chance.random() < 0.5:
                # At once too: an order to SQLite is done before most would change their mind.
                await asyncio.wait({asked}, timeout=chance.choice((0, chance.uniform(0, LONGEST_SECONDS))))
                asked.cancel()
            await asyncio.wait({asked})
            if asked.cancelled():
                outcomes["cancelled"] += 1
            elif isinstance(asked.exception(), Busy):
                outcomes["refused"] += 1
            else:
                outcomes["answered"] += 1
                outcomes["mismatches"] += asked.result() != f"value {number}"

    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return dict(outcomes)


@asynccontextmanager
async def redis_call(address: str, directory: Path, count: int) -> AsyncIterator[Call]:
    """A key for each number, read through a line that takes its time."""
    real = Live.connect(address)
    for number in range(count):
        await real.ask(real.commands.set(f"key {number}", f"value {number}", ex=600))
    await real.close()
    async with Proxy(directory / "redis.sock", Path(unquote(urlsplit(address).path))) as proxy:
        proxy.delay_seconds = LONGEST_SECONDS / 4
        live = Live.connect(proxy.address)

        async def call(number: int) -> str:
            found: bytes = await live.ask(live.commands.get(f"key {number}"))
            return found.decode()

        try:
            yield call
        finally:
            await live.close()


@asynccontextmanager
async def sql_call(url: str, directory: Path, writes: bool) -> AsyncIterator[Call]:
    """A query or an order that returns its own value; PostgreSQL is reached through a line as above."""
    async with _slow(url, directory) as address:
        database = Database(address)
        await database.start()

        async def call(number: int) -> str:
            def order(conn: Connection) -> str:
                return str(conn.execute(_echo, {"value": f"value {number}"}).scalar_one())

            return await (database.write(order) if writes else database.read(order))

        try:
            yield call
        finally:
            await database.close()


@asynccontextmanager
async def _slow(url: str, directory: Path) -> AsyncIterator[str]:
    if parse(url).drivername == "sqlite":
        yield url
        return
    home = Path(parse_qs(urlsplit(url).query)["host"][0])
    name = ".s.PGSQL.5432"
    async with Proxy(directory / name, home / name) as proxy:
        proxy.delay_seconds = LONGEST_SECONDS / 4
        yield url.replace(str(home), str(directory))
