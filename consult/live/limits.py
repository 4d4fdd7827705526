"""How often something may be done, counted over all processes."""

import math

from consult.live import keys
from consult.live.redis import Live, Script


class Allowance:
    def __init__(self, live: Live) -> None:
        self._live = live
        self._take = Script(live, "take")

    async def take(self, name: str, key: str, limit: int, per_seconds: float) -> int | None:
        """Use one of `limit` in any `per_seconds` of this key; None when it was granted.

        Otherwise the milliseconds after which one will be free; a refusal uses nothing.
        Raises Busy when Redis is away: what is limited is never granted unseen.
        """
        window_ms = math.ceil(per_seconds * 1000)
        retry_ms = int(await self._take.run([keys.limit(name, key)], limit, window_ms))
        return retry_ms or None

    async def give_back(self, name: str, key: str) -> None:
        """Undo one `take`, where only failures should count. Raises Busy when Redis is away."""
        await self._live.ask(self._live.commands.lpop(keys.limit(name, key)))
