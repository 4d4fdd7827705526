"""The office's time in a process: the database's clock, carried on by the steady one of this machine."""

import logging
import time
from collections.abc import Callable

from consult.errors import ConsultError
from consult.storage import moments
from consult.storage.database import Database

log = logging.getLogger(__name__)


class OfficeClock:
    """Processes on different machines, or one whose clock was set, agree about what came first: by how much
    this machine's clock is wrong does not matter. Never runs backwards within a process.

    `steady_ns` is any clock that runs evenly; only its differences count.
    """

    def __init__(self, database: Database, steady_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._database = database
        self._steady_ns = steady_ns
        self._ahead_ns = time.time_ns() - steady_ns()  # until it was measured
        self._latest_ns = 0

    async def measure(self) -> None:
        """Ask the database what time it is; when it does not answer, the last known difference holds."""
        before_ns = self._steady_ns()
        try:
            now_ms = await self._database.read(moments.now_ms)
        except ConsultError as error:
            log.warning("the office's time could not be read: %s", error.code)
            return
        between_ns = (before_ns + self._steady_ns()) // 2
        self._ahead_ns = now_ms * 1_000_000 - between_ns

    def now_ns(self) -> int:
        """Nanoseconds since 1970, a little later with each call."""
        self._latest_ns = max(self._latest_ns + 1, self._steady_ns() + self._ahead_ns)
        return self._latest_ns

    def now_ms(self) -> int:
        """Milliseconds since 1970, as frames tell them."""
        return self.now_ns() // 1_000_000
