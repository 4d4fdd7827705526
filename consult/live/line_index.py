"""The order of the line in Redis: quick to read, rebuilt from SQL when missing. It only proposes."""

import logging
from collections.abc import Collection, Mapping, Sequence
from secrets import token_hex

from redis.asyncio.client import Pipeline

from consult.errors import Busy
from consult.live import keys
from consult.live.redis import Live, Script

log = logging.getLogger(__name__)

# A Redis that was emptied or away knows nobody's page: for this long it is told again, and does not propose.
GATHERING_SECONDS = 5.0
LOOKED_AT_ONCE = 1_000  # members one script may look at; Redis serves nobody else meanwhile

Row = tuple[str, float, int]
"""Ticket, place (less comes first) and units."""


class LineIndex:
    """`put` and `drop` follow a commit and never raise: what Redis missed is rebuilt. Others raise Busy."""

    def __init__(self, live: Live, gathering_seconds: float = GATHERING_SECONDS) -> None:
        self._live = live
        self._gathering_ms = round(gathering_seconds * 1000)
        self._missed = False
        self._outages = live.outage.count
        self._distrust = Script(live, "distrust")
        self._propose = Script(live, "propose")
        self._replace_all = Script(live, "replace_all")

    async def put(self, service: str, ticket: str, score: float, units: int) -> None:
        """The ticket waits at this place; again is no harm."""
        pipe = self._live.commands.pipeline(transaction=True)
        pipe.zadd(keys.order(service), {ticket: score})
        pipe.hset(keys.units(service), ticket, str(units))
        pipe.sadd(keys.SERVICES, service)
        pipe.incr(keys.CHANGES)
        await self._changed(pipe)

    async def drop(self, service: str, ticket: str) -> None:
        """The ticket no longer waits."""
        pipe = self._live.commands.pipeline(transaction=True)
        pipe.zrem(keys.order(service), ticket)
        pipe.hdel(keys.units(service), ticket)
        pipe.incr(keys.CHANGES)
        await self._changed(pipe)

    async def order(self, service: str) -> list[str]:
        """Every ticket of the line, first to last."""
        found = await self._live.ask(self._live.commands.zrange(keys.order(service), 0, -1))
        return [ticket.decode() for ticket in found]

    async def propose(
        self, service: str, units_free: int, seen_within_seconds: float, exclude: Collection[str] = ()
    ) -> str | None:
        """The first who needs no more than `units_free`, was heard of lately and is not excluded.

        Raises Busy also while Redis is not yet told again who is here: silence proves nothing then.
        """
        three = [keys.order(service), keys.units(service), keys.PRESENCE]
        within_ms, rank = round(seen_within_seconds * 1000), 0
        while True:
            how = (units_free, within_ms, rank, LOOKED_AT_ONCE, self._gathering_ms)
            found = await self._propose.run(three, *how, *exclude)
            if found is None or isinstance(found, bytes):
                return found.decode() if found else None
            if found < 0:
                raise Busy()
            rank = found

    async def generation(self) -> str | None:
        """The name of this index; None when it must be rebuilt from SQL."""
        await self._admit_what_was_missed()
        found = await self._live.ask(self._live.commands.get(keys.GENERATION))
        return found.decode() if found else None

    async def changes(self) -> int:
        """A number that grows with every put and drop; read it before the database, for `replace_all`."""
        return int(await self._live.ask(self._live.commands.get(keys.CHANGES)) or 0)

    async def replace_all(
        self, lines: Mapping[str, Sequence[Row]], unchanged_since: int | None = None
    ) -> bool:
        """Make the index hold exactly these lines, in one step, under a new generation.

        False, and nothing done, when something was put or dropped after `unchanged_since`: then the rows
        may be older than the index, and should be read again.
        """
        known = await self._live.ask(self._live.commands.smembers(keys.SERVICES))
        services = sorted(lines.keys() | {service.decode() for service in known})
        names = [keys.CHANGES, keys.GENERATION, keys.SERVICES]
        values: list[str | int | float] = ["" if unchanged_since is None else unchanged_since, token_hex(8)]
        for service in services:
            rows = lines.get(service, ())
            names += [keys.order(service), keys.units(service)]
            values += [service, len(rows)]
            for row in rows:
                values += row
        return bool(await self._replace_all.run(names, *values))

    async def _admit_what_was_missed(self) -> None:
        outages, missed = self._live.outage.count, self._missed
        if not missed and self._outages == outages:
            return
        self._missed = False
        try:
            await self._distrust.run([keys.GENERATION, keys.PRESENCE])
        except Busy:
            self._missed = True
            raise
        self._outages = outages

    async def _changed(self, pipe: Pipeline) -> None:
        try:
            await self._live.ask(pipe.execute())
        except Busy:
            if not self._missed:
                log.warning(
                    "Redis missed a change of the line; until it returns the line is read from the database."
                )
            self._missed = True
