"""How much the browser is told it may send (REMB), so that in two seconds it finds what the network gives.

aiortc's own estimate rises by a few per cent a second: a check would be over before it passed 400 kbit/s. A
browser that gets estimates alone believes them without reserve for its first two seconds. Pure.
"""

from collections import deque

LEAST_BPS = 100_000
MOST_BPS = 1_000_000
GROWTH = 2.0
RETREAT = 0.85
WINDOW_SECONDS = 0.5
EVERY_SECONDS = 0.2
HOLD_SECONDS = 1.0
SURE_SECONDS = 0.25  # a phone or a server that was busy for a moment is no narrow line


class Ramp:
    """Twice of what comes, until packets queue; then a little less than what comes, for a second."""

    def __init__(self) -> None:
        self._came: deque[tuple[float, int]] = deque()
        self._window_bytes = 0
        self._began: float | None = None
        self._told_at = float("-inf")
        self._held_until = float("-inf")
        self._queueing_since: float | None = None

    def add(self, size_bytes: int, at: float, queueing: bool) -> int | None:
        """A packet came at `at` seconds. Returns the bit/s to tell now, if any."""
        if self._began is None:
            self._began = at
        self._came.append((at, size_bytes))
        self._window_bytes += size_bytes
        while self._came[0][0] < at - WINDOW_SECONDS:
            self._window_bytes -= self._came.popleft()[1]
        if not queueing:
            self._queueing_since = None
        elif self._queueing_since is None:
            self._queueing_since = at
        elif at - self._queueing_since >= SURE_SECONDS:
            self._held_until = at + HOLD_SECONDS
        if at - self._told_at < EVERY_SECONDS or at - self._began < EVERY_SECONDS:
            return None
        self._told_at = at
        rate = self._window_bytes * 8 / min(WINDOW_SECONDS, at - self._began)
        wanted = rate * (RETREAT if at < self._held_until else GROWTH)
        return round(max(LEAST_BPS, min(MOST_BPS, wanted)))
