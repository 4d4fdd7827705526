"""Coming and going: a connection is known everywhere before anything is read for it, and missed when gone."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consult.errors import ConsultError
from consult.hub.connection import Connection
from consult.hub.heartbeats import Heartbeats
from consult.hub.roster import Roster
from consult.hub.services import Services
from consult.people import Address, Caller, Role
from consult.wire.closes import Close

log = logging.getLogger(__name__)

TOLD_AT_ONCE = 1_000


class Door:
    def __init__(self, services: Services, roster: Roster, heartbeats: Heartbeats) -> None:
        self._services = services
        self._roster = roster
        self._heartbeats = heartbeats
        self._unnoted: dict[Address, Caller] = {}

    @asynccontextmanager
    async def inside(self, connection: Connection) -> AsyncIterator[None]:
        """Within, frames for this person reach the connection; they wait until its snapshot is sent."""
        connection.outbox.hold()
        self._roster.add(connection)
        self._heartbeats.heard(connection)
        try:
            await self._services.fanout.hold(connection.address)
            if connection.caller.role is Role.APPLICANT:
                self._services.announcer.replaced(connection.address, connection.id)
            await self.appeared(connection.caller)
            yield
        finally:
            await self._leave(connection)

    async def appeared(self, caller: Caller) -> None:
        """Somebody's page is here. What cannot be noted now is noted by `note_again`."""
        try:
            if caller.role is Role.APPLICANT:
                await self._services.reception.appeared(caller.id)
            elif caller.role is Role.OFFICER:
                await self._services.desk.came(caller)
        except Exception as error:
            self._unnoted[caller.address] = caller
            _complain("an arrival", error)
        else:
            self._unnoted.pop(caller.address, None)

    async def note_again(self) -> None:
        """Note the arrivals that could not be noted before, of people who are still here."""
        for address, caller in list(self._unnoted.items()):
            if self._roster.at(address):
                await self.appeared(caller)
            else:
                self._unnoted.pop(address, None)

    async def tell_again(self) -> None:
        """Redis may have been emptied or out of reach: say again, at once, who is here and which page is
        the newest, also where somebody is written down as gone because nothing was heard of this process."""
        here = [one for one in self._roster.of(Role.APPLICANT) if one.closing is None]
        for connection in here:
            self._services.announcer.replaced(connection.address, connection.id)
        for start in range(0, len(here), TOLD_AT_ONCE):
            await self._services.presence.seen(*(one.caller.id for one in here[start : start + TOLD_AT_ONCE]))
        await self._services.line.ensure()
        marks = await self._services.changes.marks({one.caller.id for one in here}, ())
        for address in marks.away:
            await self.still_here(address)

    async def still_here(self, address: Address) -> None:
        """Somewhere it was written that this ticket's page is gone; here it is not."""
        for connection in self._roster.at(address):
            if connection.closing is None:
                await self.appeared(connection.caller)
                return

    async def _leave(self, connection: Connection) -> None:
        self._heartbeats.forget(connection)
        if not self._roster.remove(connection):
            return
        if connection.caller.role is Role.APPLICANT and connection.closing is not Close.REPLACED:
            await self._vanished(connection)
        # A page may have come back while that was written.
        if not self._roster.at(connection.address):
            await self._services.fanout.let_go(connection.address)

    async def _vanished(self, connection: Connection) -> None:
        try:
            await self._services.reception.vanished(connection.caller.id)
        except Exception as error:
            _complain("a departure", error)
        self._services.announcer.vanished(connection.address)


def _complain(what: str, error: Exception) -> None:
    if isinstance(error, ConsultError):
        log.warning("%s could not be noted: %s", what, error.code)
    else:
        log.error("%s could not be noted", what, exc_info=error)
