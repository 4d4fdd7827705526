"""Limits that count failures only: one is taken before each try and given back when the try succeeds."""

from dataclasses import dataclass

from consult.errors import RateLimited
from consult.live.limits import Allowance

WINDOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Counter:
    name: str
    key: str
    limit: int


class Attempts:
    """Taking first means that a thousand tries at the same moment are counted before any is checked."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance

    async def begin(self, *counters: Counter) -> None:
        """Raises RateLimited when any counter is used up; then none of them is taken."""
        for index, counter in enumerate(counters):
            retry_ms = await self._allowance.take(counter.name, counter.key, counter.limit, WINDOW_SECONDS)
            if retry_ms is not None:
                await self.succeeded(*counters[:index])
                raise RateLimited(retry_ms=retry_ms)

    async def succeeded(self, *counters: Counter) -> None:
        for counter in counters:
            await self._allowance.give_back(counter.name, counter.key)
