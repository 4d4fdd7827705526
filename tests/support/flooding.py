"""Another process that writes to a database as fast as it can, until its input ends.

Run as `python -m tests.support.flooding ADDRESS NAME`. Says "writing" once its first orders are committed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consult.audit.store import record
from consult.storage.database import Database

WRITERS = 40


@asynccontextmanager
async def flooded(url: str, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Such a process, already writing; gone at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.flooding", url, name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"writing\n"
        yield process
    finally:
        process.stdin.close()
        if await asyncio.wait_for(process.wait(), 60) > 0:
            raise RuntimeError(f"the flooding process {name} failed")


async def _flood(url: str, name: str) -> None:
    database = Database(url)
    await database.start()
    ended = asyncio.Event()
    asyncio.get_running_loop().run_in_executor(None, sys.stdin.read).add_done_callback(lambda _: ended.set())

    async def write(subject: str) -> None:
        while not ended.is_set():
            await database.write(lambda conn: record(conn, subject, "flood", name, {"text": "x" * 100}))

    await write_once(database, name)
    print("writing", flush=True)
    await asyncio.gather(*(write(f"{name}:{number}") for number in range(WRITERS)))
    await database.close()


async def write_once(database: Database, name: str) -> None:
    await database.write(lambda conn: record(conn, f"{name}:first", "flood", name, {}))


if __name__ == "__main__":
    asyncio.run(_flood(*sys.argv[1:]))
