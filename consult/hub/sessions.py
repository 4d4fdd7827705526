"""Open sockets end with the session they were opened with: at once when told.

Else staff's within 5 s, since who was to tell may have died, and the others within a minute.
"""

import logging
from collections.abc import Iterable

from consult.errors import ConsultError
from consult.hub.connection import Connection
from consult.hub.roster import Roster
from consult.hub.services import Services
from consult.people import Role, applicant_address, guest_address, staff_address
from consult.wire.closes import Close

STAFF = (Role.OFFICER, Role.SUPERVISOR)

log = logging.getLogger(__name__)


class Sessions:
    def __init__(self, services: Services, roster: Roster) -> None:
        self._doorkeeper = services.doorkeeper
        self._roster = roster

    async def check(self, owner: str) -> None:
        """Somebody signed out, or was disabled: close what was opened with a session that is over."""
        addresses = staff_address(owner), applicant_address(owner), guest_address(owner)
        here = [connection for address in addresses for connection in self._roster.at(address)]
        try:
            await self._close_ended(here)
        except Exception:
            # Not known to be allowed is not allowed; whose session holds comes back at once.
            log.warning("sessions could not be checked: all of this person's are closed")
            for connection in here:
                connection.close(Close.SESSION_ENDED)

    async def check_staff(self) -> None:
        """Only read: it is done every few seconds."""
        here = [one for role in STAFF for one in self._roster.of(role)]
        try:
            ended = await self._doorkeeper.over(one.session for one in here)
        except ConsultError as error:
            log.warning("staff's sessions could not be checked: %s", error.code)
            return
        _close(here, ended)

    async def check_all(self) -> None:
        """An open page counts as use; sessions that ran out end here."""
        try:
            await self._close_ended(self._roster)
        except ConsultError as error:
            log.warning("sessions could not be checked: %s", error.code)

    async def _close_ended(self, connections: Iterable[Connection]) -> None:
        here = list(connections)
        _close(here, await self._doorkeeper.keep(connection.session for connection in here))


def _close(connections: Iterable[Connection], ended: frozenset[bytes]) -> None:
    for connection in connections:
        if connection.session in ended:
            connection.close(Close.SESSION_ENDED)
