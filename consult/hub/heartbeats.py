"""Who was heard of: silent connections are let go, pings answered, and presence told, a few at a time.

One round a second serves every connection of the process; no connection has a timer of its own.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable
from itertools import takewhile

from consult.chat.transcript import LastSeqs
from consult.errors import ConsultError
from consult.hub.connection import Connection
from consult.hub.office_clock import OfficeClock
from consult.hub.services import Services
from consult.people import Caller, Role
from consult.wire.closes import Close
from consult.wire.to_client import Pong

log = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
APPLICANTS_EVERY = 2  # rounds; people may be offered for 25 s after they were heard of
OFFICERS_EVERY = 5  # rounds; a lost officer is noticed after 30 s


class Heartbeats:
    def __init__(self, services: Services, clock: OfficeClock) -> None:
        self._services = services
        self._clock = clock
        settings = services.settings
        self._dead_seconds = {role: settings.officer_dead_seconds for role in Role}
        self._dead_seconds |= dict.fromkeys((Role.APPLICANT, Role.GUEST), settings.applicant_dead_seconds)
        # Longest silent first.
        self._heard_at: dict[Role, OrderedDict[Connection, float]] = {role: OrderedDict() for role in Role}
        self._applicants: set[str] = set()
        self._officers: set[str] = set()
        # (person, stream): it is a page that listens to a call, not a person.
        self._supervisors: set[tuple[str, str]] = set()
        self._pings: list[tuple[Connection, int]] = []
        self._answering: asyncio.Task[None] | None = None
        self._rounds = 0

    def heard(self, connection: Connection) -> None:
        """A frame came from this connection; the first call makes it known."""
        heard_at = self._heard_at[connection.caller.role]
        heard_at[connection] = time.monotonic()
        heard_at.move_to_end(connection)
        self.noted(connection.caller)
        if connection.caller.role is Role.SUPERVISOR:
            self._supervisors.add((connection.caller.id, connection.sender.stream))

    def noted(self, caller: Caller) -> None:
        """A sign of life, whichever process holds this person's page; told with the others, not by itself."""
        if caller.role is Role.APPLICANT:
            self._applicants.add(caller.id)
        elif caller.role is Role.OFFICER:
            self._officers.add(caller.id)

    def forget(self, connection: Connection) -> None:
        self._heard_at[connection.caller.role].pop(connection, None)
        if connection.caller.role is Role.APPLICANT:
            self._applicants.discard(connection.caller.id)

    def ping(self, connection: Connection, n: int) -> None:
        """Answer soon; pings that come while the database is read share the next reading."""
        self._pings.append((connection, n))
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer())

    async def round(self) -> None:
        """Once a second: let the silent go; every few seconds say who was heard of."""
        self._rounds += 1
        self._let_the_silent_go()
        if self._rounds % APPLICANTS_EVERY == 0 and self._applicants:
            heard, self._applicants = self._applicants, set()
            await _tried("presence", self._services.presence.seen(*heard))
        if self._rounds % OFFICERS_EVERY == 0 and self._officers:
            heard, self._officers = self._officers, set()
            await _tried("officers' presence", self._services.desk.seen(heard))
        if self._rounds % OFFICERS_EVERY == 0 and self._supervisors:
            pages, self._supervisors = self._supervisors, set()
            await _tried("supervisors' presence", self._services.listening.heard(pages))

    async def finish(self) -> None:
        """Answer the pings that have come."""
        if self._answering is not None:
            await asyncio.wait({self._answering})

    def _let_the_silent_go(self) -> None:
        now = time.monotonic()
        for role, heard_at in self._heard_at.items():
            since = now - self._dead_seconds[role]
            for connection, _ in list(takewhile(lambda item: item[1] <= since, heard_at.items())):  # noqa: B023
                connection.close(Close.HEARTBEAT_LOST)
                heard_at.pop(connection)

    async def _answer(self) -> None:
        try:
            while self._pings:
                pings, self._pings = self._pings, []
                await self._answer_all(pings)
        finally:
            self._answering = None

    async def _answer_all(self, pings: list[tuple[Connection, int]]) -> None:
        callers = {connection.address: connection.caller for connection, _ in pings}
        officers = {caller.id for caller in callers.values() if caller.role is Role.OFFICER}
        try:
            standing = await self._services.transcript.last_seqs_of(callers.values())
            revisions = await self._services.desk.revisions(officers) if officers else {}
        except Exception as error:
            # A page that is told nothing keeps what it has; that we are here is worth saying all the same.
            log.warning("pings are answered without news: %r", error)
            standing, revisions = LastSeqs(self._clock.now_ms(), {}), {}
        for connection, n in pings:
            seqs = standing.at.get(connection.address, {})
            connection.tell(Pong(n, standing.now_ms, seqs, revisions.get(connection.caller.id)))


async def _tried(what: str, telling: Awaitable[object]) -> None:
    try:
        await telling
    except ConsultError as error:
        log.warning("%s could not be told: %s", what, error.code)
    except Exception:
        log.exception("%s could not be told", what)
