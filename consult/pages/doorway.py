"""How many numbers a process gives out at once. The rest are asked to come back, before anything is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from consult.errors import Busy

LONGEST_SECONDS = 1.0
RETRY_MS = 5_000


class Doorway:
    """Who is in a consultation, or waits for one, shares the process with those who come. Newcomers are
    therefore refused, with a time, as soon as it takes one of them a second to get through: long before
    orders of those who are here are refused."""

    def __init__(self, width: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._width = width
        self._clock = clock
        self._numbers = count()
        self._since: dict[int, float] = {}  # longest under way first

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Raises Busy while `width` others are passing, or one has been for a second."""
        now = self._clock()
        longest_seconds = now - next(iter(self._since.values()), now)
        if len(self._since) >= self._width or longest_seconds > LONGEST_SECONDS:
            raise Busy(retry_ms=RETRY_MS)
        number = next(self._numbers)
        self._since[number] = now
        try:
            yield
        finally:
            del self._since[number]
