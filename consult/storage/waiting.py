"""Accepted orders in the sequence they came, until a writer takes them or they have waited too long.

Those that go ahead have a line of their own, which is taken first.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from consult.errors import Busy
from consult.storage.orders import BUSY_RETRY_MS, Accepted, Outcome, tell

WAIT_SECONDS = 5.0
MOST_WAITING = 20_000
# Saturated: from here on there is room only for those who are already here. New ones are told to try again.
NEWCOMERS_BEHIND = 2_000
NEWCOMERS_WAIT_SECONDS = 1.0
NEWCOMERS_RETRY_MS = 5_000


class Waiting:
    """Filled by the event loop, emptied by a writer in whatever thread.

    Whoever pops an order has it, so none is both refused for its long wait and carried out.
    """

    def __init__(self, wake: Callable[[], None], wait_seconds: float = WAIT_SECONDS) -> None:
        self._wake = wake
        self._wait_seconds = wait_seconds
        self._ahead: deque[Accepted] = deque()
        self._others: deque[Accepted] = deque()
        self._closed = False
        self._patience: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._ahead) + len(self._others)

    @property
    def somebody_ahead(self) -> bool:
        """Whether an order waits that goes before others."""
        return bool(self._ahead)

    @property
    def closed(self) -> bool:
        return self._closed

    def add(self, accepted: Accepted) -> None:
        """Raises Busy when too many are waiting or no more are accepted; to newcomers long before."""
        if self._closed or len(self) >= MOST_WAITING:
            raise Busy(retry_ms=BUSY_RETRY_MS)
        if accepted.newcomer and self._saturated():
            raise Busy(retry_ms=NEWCOMERS_RETRY_MS)
        (self._ahead if accepted.ahead else self._others).append(accepted)
        self._wake()
        if self._patience is None:
            self._look_again(self._wait_seconds)

    def take(self) -> Accepted | None:
        """The one that waits longest, first of those that go ahead; None when nobody waits."""
        return _first(self._ahead) or _first(self._others)

    def _saturated(self) -> bool:
        longest_seconds = time.monotonic() - _since(self._others)
        return len(self) >= NEWCOMERS_BEHIND or longest_seconds >= NEWCOMERS_WAIT_SECONDS

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
        for line in (self._ahead, self._others):
            while _since(line) <= latest:
                overdue = _first(line)
                if overdue is not None:
                    tell([Outcome(overdue, error=Busy(retry_ms=BUSY_RETRY_MS))])
        oldest = min(_since(self._ahead), _since(self._others))
        if oldest < math.inf:
            self._look_again(oldest - latest)


# The writer's thread may have emptied a line since it was looked at.


def _first(line: deque[Accepted]) -> Accepted | None:
    try:
        return line.popleft()
    except IndexError:
        return None


def _since(line: deque[Accepted]) -> float:
    """When the first in this line came."""
    try:
        return line[0].accepted_at
    except IndexError:
        return math.inf
