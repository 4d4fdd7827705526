"""The one thread of a process that writes to a SQLite file."""

import asyncio
import logging
import threading
import time
from collections import deque
from pathlib import Path

from sqlalchemy import Connection

from consult.errors import Busy
from consult.storage import faults, moments
from consult.storage.engines import sqlite_engine
from consult.storage.orders import BUSY_RETRY_MS, Accepted, Outcome, busy, carry_out, tell
from consult.storage.turnstile import Turnstile

BATCH_ORDERS = 500
BATCH_SECONDS = 0.02  # a longer turn would keep the other processes waiting
WAIT_SECONDS = 5.0
MOST_WAITING = 20_000

log = logging.getLogger(__name__)


class SqliteWriter:
    """Carries out orders in batches: what queued up during the last commit is the next batch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: deque[Accepted] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._patience: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = sqlite_engine(self._path, writes=True)
        self._connection = self._engine.connect()
        self._turnstile = Turnstile(self._path)
        self._thread = threading.Thread(target=self._run, name="consult-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Carry out what was accepted, then stop."""
        self._closing = True
        self._wake.set()
        await asyncio.to_thread(self._thread.join)
        if self._patience is not None:
            self._patience.cancel()
        self._turnstile.close()
        self._connection.close()
        self._engine.dispose()

    def submit(self, accepted: Accepted) -> None:
        """Raises Busy when too many are waiting or the writer is closing."""
        if self._closing or len(self._waiting) >= MOST_WAITING:
            raise Busy(retry_ms=BUSY_RETRY_MS)
        self._waiting.append(accepted)
        self._wake.set()
        if self._patience is None:
            self._patience = self._loop.call_later(WAIT_SECONDS, self._lose_patience)

    def _lose_patience(self) -> None:
        """Refuse those who wait too long. Whoever pops an order has it, so none is both refused and done."""
        overdue = []
        latest = time.monotonic() - WAIT_SECONDS
        while self._waiting and self._waiting[0].accepted_at <= latest:
            try:
                overdue.append(self._waiting.popleft())
            except IndexError:
                break
        tell(busy(overdue))
        self._patience = self._loop.call_later(1.0, self._lose_patience) if self._waiting else None

    def _run(self) -> None:
        while not self._closing or self._waiting:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._answer(self._turn(self._connection))

    def _answer(self, outcomes: list[Outcome]) -> None:
        try:
            self._loop.call_soon_threadsafe(tell, outcomes)
        except RuntimeError:
            log.warning("The event loop ended before %d orders were answered.", len(outcomes))

    def _turn(self, conn: Connection) -> list[Outcome]:
        taken: list[Accepted] = []
        with self._turnstile:
            try:
                return self._batch(conn, taken)
            except Exception as error:
                conn.rollback()
                if taken and not faults.away(error):
                    return [self._alone(conn, accepted) for accepted in taken]
                log.warning("The database cannot be written now: %s", error)
                return busy(taken or self._take_all())

    def _batch(self, conn: Connection, taken: list[Accepted]) -> list[Outcome]:
        moments.forget(conn)
        outcomes: list[Outcome] = []
        with conn.begin():
            control = conn.connection.cursor().execute
            ends_at = time.monotonic() + BATCH_SECONDS
            while self._waiting and len(taken) < BATCH_ORDERS and time.monotonic() < ends_at:
                try:
                    taken.append(self._waiting.popleft())
                except IndexError:
                    break
                outcomes.append(carry_out(conn, control, taken[-1]))
        return outcomes

    def _alone(self, conn: Connection, accepted: Accepted) -> Outcome:
        """An order of a batch that broke: only the one that breaks it again is refused."""
        moments.forget(conn)
        try:
            with conn.begin():
                return carry_out(conn, conn.connection.cursor().execute, accepted)
        except Exception as error:
            conn.rollback()
            return busy([accepted])[0] if faults.away(error) else Outcome(accepted, error=error)

    def _take_all(self) -> list[Accepted]:
        taken: list[Accepted] = []
        while self._waiting and len(taken) < BATCH_ORDERS:
            taken.append(self._waiting.popleft())
        return taken
