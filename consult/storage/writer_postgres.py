"""Writing to PostgreSQL: a few connections, each carrying out batches of orders."""

import asyncio
import logging

from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from consult.storage.batches import Batches
from consult.storage.engines import postgres_engine
from consult.storage.orders import Accepted, Control, tell
from consult.storage.waiting import Waiting

LANES = 3
BATCH_SECONDS = 0.03
# A batch holds the rows of all its orders, so it gives up soon when somebody else is in the way. The order
# that met him is then carried out alone, one such order at a time in all processes: whatever sequence they
# take their rows in, they never wait for each other.
LOCK_WAIT_MS = 100
LOCK_WAIT_ALONE_MS = 2_000
# The queue of such orders moves, so it is waited in for longer than for a row that somebody may keep: on a
# busy machine each of the few before it takes some tenths of a second.
TURN_WAIT_MS = 4_000
# A process that was stopped in the middle of a batch keeps its rows no longer.
IDLE_IN_TRANSACTION_MS = 5_000
ALONE = 4927306652
BEFORE_ALONE = (
    f"SET LOCAL lock_timeout = {TURN_WAIT_MS}",
    f"SELECT pg_advisory_xact_lock({ALONE})",
    f"SET LOCAL lock_timeout = {LOCK_WAIT_ALONE_MS}",
)

log = logging.getLogger(__name__)


class PostgresWriter:
    """Orders of one stream go through one lane, in the sequence they came."""

    def __init__(self, url: URL) -> None:
        self._engine = postgres_engine(
            url,
            connections=LANES,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            connect_args={
                "timeout": 5,
                "command_timeout": 10,
                "server_settings": {
                    "lock_timeout": str(LOCK_WAIT_MS),
                    "synchronous_commit": "on",
                    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
                },
            },
        )
        self._lanes = [_Lane(self._engine) for _ in range(LANES)]

    async def start(self) -> None:
        async with self._engine.connect():
            self._tasks = [asyncio.create_task(lane.run()) for lane in self._lanes]

    def submit(self, accepted: Accepted) -> None:
        """Raises Busy when too many are waiting or the writer is closing."""
        receipt = accepted.receipt
        if receipt is None:
            lane = min(self._lanes, key=lambda one: (one.batches.held_up, len(one.waiting)))
        else:
            lane = self._lanes[hash(receipt.stream) % LANES]
        lane.waiting.add(accepted)

    async def close(self) -> None:
        """Carry out what was accepted, then stop."""
        for lane in self._lanes:
            lane.waiting.close()
        await asyncio.gather(*self._tasks)
        for lane in self._lanes:
            lane.waiting.forget_time()
        await self._engine.dispose()


class _Lane:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._called = asyncio.Event()
        self.waiting = Waiting(self._called.set)
        self.batches = Batches(self.waiting, tell, _begin, BATCH_SECONDS, BEFORE_ALONE)

    async def run(self) -> None:
        while self.waiting or not self.waiting.closed:
            await self._called.wait()
            self._called.clear()
            while self.waiting:
                await self._turn()

    async def _turn(self) -> None:
        try:
            async with self._engine.connect() as conn:
                await conn.run_sync(self.batches.next)
        except Exception as error:
            log.warning("The database cannot be reached: %s", error)
            tell(self.batches.refuse_all([], error))


def _begin(conn: Connection) -> Control:
    return conn.exec_driver_sql
