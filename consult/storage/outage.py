"""Whether the database takes writes, as this process sees it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

PROBE_SECONDS = 0.5
# A database that is started again is back by then, and nobody needs to hear of it.
PATIENCE_SECONDS = 4.0
LOOK_SECONDS = 5.0


class Outage:
    """Begins with anything that was not carried out because the database is away, and ends when a probe is
    committed. `lasts` turns true only after some seconds of it: from then on people are told.
    """

    def __init__(self, probe: Callable[[], Awaitable[object]]) -> None:
        """`probe` writes something that changes nothing, and raises when it was not committed."""
        self._probe = probe
        self._changed: list[Callable[[bool], None]] = []
        self._probing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._written_at = time.monotonic()
        self.lasts = False

    def begin(self) -> None:
        """Something was asked of the database that it could not do now."""
        if self._probing is None and not self._closing.is_set():
            self._probing = asyncio.create_task(self._until_written(), name="probing the database")

    def written(self) -> None:
        """Something was committed."""
        self._written_at = time.monotonic()

    def look(self) -> None:
        """Probe, unless something was written lately: a process that only reads would not find out."""
        if time.monotonic() - self._written_at >= LOOK_SECONDS:
            self.begin()

    def on_change(self, callback: Callable[[bool], None]) -> None:
        """Call this with `lasts` whenever it has changed; it must not block."""
        self._changed.append(callback)

    async def close(self) -> None:
        """To be awaited while the database still answers: a probe is not cancelled half-way."""
        self._closing.set()
        if self._probing is not None:
            await asyncio.wait({self._probing})

    async def _until_written(self) -> None:
        patience = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._tell, True)
        try:
            while not await self._written() and not self._closing.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), PROBE_SECONDS)
        finally:
            patience.cancel()
            self._probing = None
        self._tell(False)

    async def _written(self) -> bool:
        try:
            await self._probe()
        except Exception as error:
            log.debug("the database still takes no writes: %r", error)
            return False
        self.written()
        return True

    def _tell(self, lasts: bool) -> None:
        if lasts == self.lasts:
            return
        self.lasts = lasts
        log.warning("The database takes no writes." if lasts else "The database takes writes again.")
        for callback in self._changed:
            callback(lasts)
