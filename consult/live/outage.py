"""Whether Redis is away, as this process sees it. While it is, nobody waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

PROBE_SECONDS = 0.25


class Outage:
    """Begins with the first command that gets no answer, and ends when a probe gets one."""

    def __init__(self, probe: Callable[[], Awaitable[object]]) -> None:
        self._probe = probe
        self._over: list[Callable[[], None]] = []
        self._probing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self.away = False
        self.count = 0
        """How many there have been: who remembers the number learns whether Redis was away since."""

    def begin(self) -> None:
        """Something was asked of Redis and got no answer."""
        if self.away or self._closing.is_set():
            return
        self.away = True
        self.count += 1
        self._probing = asyncio.create_task(self._until_answered(), name="probing Redis")

    def on_over(self, callback: Callable[[], None]) -> None:
        """Call this whenever Redis answers again; it must not block."""
        self._over.append(callback)

    async def close(self) -> None:
        self._closing.set()
        if self._probing is not None:
            await asyncio.wait({self._probing})

    async def _until_answered(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), PROBE_SECONDS)
            try:
                await self._probe()
            except Exception as error:
                log.debug("Redis is still away: %r", error)
                continue
            self.away = False
            for callback in self._over:
                callback()
            return
