"""Whose page was heard of lately. The clock is Redis' own, one for all processes."""

import logging
from collections.abc import Awaitable, Iterable
from typing import Any

from consult.errors import Busy
from consult.live import keys
from consult.live.redis import Live, Script

log = logging.getLogger(__name__)


class Presence:
    """Nothing here raises when Redis is away: then nobody is known to be online."""

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
        """Those of `tickets` heard of within the seconds in which a citizen may be offered."""
        asked = list(tickets)
        if not asked:
            return set()
        answer = await self._tried(self._online.run([keys.PRESENCE], self._offerable_ms, *asked))
        return {ticket.decode() for ticket in answer or ()}

    async def _tried(self, asked: Awaitable[Any]) -> Any:
        try:
            return await asked
        except Busy:
            log.debug("presence is unknown while Redis is away")
            return None
