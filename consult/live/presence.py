"""Whose page was heard of lately. The clock is Redis' own, one for all processes."""

import logging
from collections.abc import Awaitable, Iterable
from typing import Any

from consult.errors import Busy
from consult.live import keys
from consult.live.redis import Live, Script

log = logging.getLogger(__name__)


class Presence:
    """Nothing here raises when Redis is away: silence then proves nothing, and nobody counts as offline."""

    def __init__(self, live: Live, offerable_seconds: float) -> None:
        self._live = live
        self._offerable_ms = round(offerable_seconds * 1000)
        self._seen = Script(live, "seen")
        self._online = Script(live, "online")

    async def seen(self, *tickets: str) -> None:
        """These tickets' pages were heard of just now."""
        if tickets:
            await self._tried(self._seen.run([keys.PRESENCE], *tickets))

    async def gone(self, *tickets: str) -> None:
        """These tickets' pages said goodbye, or ended."""
        if tickets:
            await self._tried(self._live.ask(self._live.commands.zrem(keys.PRESENCE, *tickets)))

    async def online(self, tickets: Iterable[str]) -> set[str]:
        """Those of `tickets` whose pages have not been silent for the seconds of an offerable citizen.

        Silence counts from when this question began to be asked regularly: whoever was not heard of
        because Redis was away, or was emptied, gets the time to be heard of again.
        """
        asked = list(tickets)
        if not asked:
            return set()
        known = [keys.PRESENCE, keys.PRESENCE_WATCHED]
        answer = await self._tried(self._online.run(known, self._offerable_ms, *asked))
        return set(asked) if answer is None else {ticket.decode() for ticket in answer}

    async def heard(self, tickets: Iterable[str]) -> set[str]:
        """Those of `tickets` whose pages were certainly heard of within these seconds."""
        asked = list(tickets)
        if not asked:
            return set()
        pipe = self._live.commands.pipeline(transaction=False)
        pipe.time()
        pipe.zmscore(keys.PRESENCE, asked)
        answer = await self._tried(self._live.ask(pipe.execute()))
        if answer is None:
            return set()
        (seconds, micros), heard_at = answer
        since = seconds * 1000 + micros // 1000 - self._offerable_ms
        return {ticket for ticket, at in zip(asked, heard_at, strict=True) if at is not None and at >= since}

    async def _tried(self, asked: Awaitable[Any]) -> Any:
        try:
            return await asked
        except Busy:
            log.debug("presence is unknown while Redis is away")
            return None
