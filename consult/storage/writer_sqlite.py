"""The one thread of a process that writes to a SQLite file."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from consult.storage.batches import Batches
from consult.storage.engines import begin_sqlite, sqlite_engine
from consult.storage.orders import Accepted, Control, Outcome, tell
from consult.storage.turnstile import Turnstile
from consult.storage.waiting import Waiting

BATCH_SECONDS = 0.02  # the other processes wait meanwhile

log = logging.getLogger(__name__)


class SqliteWriter:
    """Carries out orders in batches: what queued up during the last commit is the next batch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._called = threading.Event()
        self._waiting = Waiting(self._called.set)
        self._batches = Batches(self._waiting, self._tell, _begin, BATCH_SECONDS)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = sqlite_engine(self._path, writes=True)
        self._connection = self._engine.connect()
        self._turnstile = Turnstile(self._path)
        self._thread = threading.Thread(target=self._run, name="consult-writer", daemon=True)
        self._thread.start()

    def submit(self, accepted: Accepted) -> None:
        """Raises Busy when too many are waiting or the writer is closing."""
        self._waiting.add(accepted)

    async def close(self) -> None:
        """Carry out what was accepted, then stop."""
        self._waiting.close()
        await asyncio.to_thread(self._thread.join)
        self._waiting.forget_time()
        self._turnstile.close()
        self._connection.close()
        self._engine.dispose()

    def _run(self) -> None:
        while self._waiting or not self._waiting.closed:
            self._called.wait()
            self._called.clear()
            while self._waiting:
                self._turn()

    def _turn(self) -> None:
        try:
            with self._turnstile:
                self._batches.next(self._connection)
        except Exception as error:
            log.exception("The writer could not take its turn.")
            self._tell(self._batches.refuse_all([], error))

    def _tell(self, outcomes: list[Outcome]) -> None:
        try:
            self._loop.call_soon_threadsafe(tell, outcomes)
        except RuntimeError:
            log.warning("The event loop ended before %d orders were answered.", len(outcomes))


def _begin(conn: Connection) -> Control:
    begin_sqlite(conn, writes=True)
    # The driver's own call: savepoints around each order would cost as much as its statements otherwise.
    driver: Any = conn.connection.dbapi_connection
    execute: Control = driver.execute
    return execute
