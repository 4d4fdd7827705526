"""How often something may be done, counted over all processes; by each one alone while Redis is away."""

import math
import time
from collections import deque

from consult.errors import Busy
from consult.live import keys
from consult.live.redis import Live, Script

MOST_REMEMBERED = 50_000


class Allowance:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._take = Script(live, "take")
        self._alone = OwnCount()

    async def take(self, name: str, key: str, limit: int, per_seconds: float) -> int | None:
        """Use one of `limit` in any `per_seconds` of this key; None when it was granted.

        Otherwise the milliseconds after which one will be free; a refusal uses nothing. Never unlimited:
        while Redis is away each process grants as many, for people must be able to come in.
        """
        window_ms = math.ceil(per_seconds * 1000)
        counted = keys.limit(name, key)
        try:
            retry_ms = int(await self._take.run([counted], limit, window_ms))
        except Busy:
            retry_ms = self._alone.take(counted, limit, window_ms, _now_ms())
        return retry_ms or None

    async def give_back(self, name: str, key: str) -> None:
        """Undo one `take`, where only failures should count."""
        counted = keys.limit(name, key)
        if self._alone.give_back(counted):
            return
        try:
            await self._live.ask(self._live.commands.lpop(counted))
        except Busy:
            # Stays counted until its time is over: too strict for one person rather than too lax for all.
            return


class OwnCount:
    """The same exact sliding window, of this process. Pure: the caller says what time it is."""

    def __init__(self) -> None:
        self._taken: dict[str, deque[float]] = {}

    def take(self, key: str, limit: int, window_ms: float, now_ms: float) -> int:
        """0 when granted, otherwise the milliseconds after which one will be free."""
        taken = self._taken.pop(key, None) or deque()
        while taken and taken[0] + window_ms <= now_ms:
            taken.popleft()
        retry_ms = math.ceil(taken[0] + window_ms - now_ms) if len(taken) >= limit else 0
        if not retry_ms:
            taken.append(now_ms)
        self._taken[key] = taken  # last: the longest unused comes first
        if len(self._taken) > MOST_REMEMBERED:
            del self._taken[next(iter(self._taken))]
        return retry_ms

    def give_back(self, key: str) -> bool:
        """False when nothing is counted here."""
        taken = self._taken.get(key)
        if not taken:
            return False
        taken.pop()
        return True


def _now_ms() -> float:
    return time.monotonic() * 1000
