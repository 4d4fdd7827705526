"""Accepted orders in the sequence they came, until a writer takes them or they have waited too long."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from consult.errors import Busy
from consult.storage.orders import BUSY_RETRY_MS, Accepted, Outcome, tell

WAIT_SECONDS = 5.0
MOST_WAITING = 20_000


class Waiting:
    """Filled by the event loop, emptied by a writer in whatever thread.

    Whoever pops an order has it, so none is both refused for its long wait and carried out.
    """

    def __init__(self, wake: Callable[[], None], wait_seconds: float = WAIT_SECONDS) -> None:
        self._wake = wake
        self._wait_seconds = wait_seconds
        self._orders: deque[Accepted] = deque()
        self._closed = False
        self._patience: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._orders)

    @property
    def closed(self) -> bool:
        return self._closed

    def add(self, accepted: Accepted) -> None:
        """Raises Busy when too many are waiting or no more are accepted."""
        if self._closed or len(self._orders) >= MOST_WAITING:
            raise Busy(retry_ms=BUSY_RETRY_MS)
        self._orders.append(accepted)
        self._wake()
        if self._patience is None:
            self._look_again(self._wait_seconds)

    def take(self) -> Accepted | None:
        """The one that waits longest; None when nobody waits."""
        try:
            return self._orders.popleft()
        except IndexError:
            return None

    def close(self) -> None:
        """Accept no more."""
        self._closed = True
        self._wake()

    def forget_time(self) -> None:
        if self._patience is not None:
            self._patience.cancel()

    def _look_again(self, after_seconds: float) -> None:
        self._patience = asyncio.get_running_loop().call_later(after_seconds, self._refuse_overdue)

    def _refuse_overdue(self) -> None:
        latest = time.monotonic() - self._wait_seconds
        self._patience = None
        while self._orders:
            oldest = self._orders[0].accepted_at
            if oldest > latest:
                self._look_again(oldest - latest)
                return
            overdue = self.take()
            if overdue is not None:
                tell([Outcome(overdue, error=Busy(retry_ms=BUSY_RETRY_MS))])
