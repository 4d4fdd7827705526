"""While Redis is away no other process can tell this one anything: so it looks, once a second.

Only people who are connected here are looked at, in one reading; whoever's rows changed gets a snapshot.
Lines, desks and the board are told as ever, from the rows.
"""

from typing import Any

from consult.hub.door import Door
from consult.hub.roster import Roster
from consult.hub.services import Services
from consult.hub.sessions import Sessions
from consult.hub.tellers import Tellers
from consult.people import Address, Role

SESSIONS_EVERY = 3  # rounds: somebody who is disabled is gone from every process within 5 s


class Lookout:
    def __init__(
        self, services: Services, roster: Roster, tellers: Tellers, sessions: Sessions, door: Door
    ) -> None:
        self._services = services
        self._roster = roster
        self._tellers = tellers
        self._sessions = sessions
        self._door = door
        self._known: dict[Address, Any] | None = None
        self._rounds = 0

    async def round(self) -> None:
        """Once a second."""
        if self._services.live.outage.away:
            await self._look()
        elif self._known is not None:
            self._known = None
            self._tellers.everything()

    async def _look(self) -> None:
        self._tellers.everything()
        self._rounds += 1
        if self._rounds % SESSIONS_EVERY == 0:
            await self._sessions.check_all()
        tickets = {one.caller.id for one in self._roster.of(Role.APPLICANT)}
        officers = {one.caller.id for one in self._roster.of(Role.OFFICER)}
        now = await self._services.changes.marks(tickets, officers)
        # At first nothing is known: what was said since Redis was heard of last may have been lost.
        known, self._known = self._known or {}, now.at
        for connection in self._roster:
            mark = now.at.get(connection.address)
            if mark is not None and known.get(connection.address) != mark:
                await connection.refresh()
        for address in now.away:
            await self._door.still_here(address)
