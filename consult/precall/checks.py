"""Device checks of applicants: a peer to try with, the verdict, and whoever is to know it.

Nothing of a check touches the place in the line: it may be begun, broken off and repeated at any time.
"""

import asyncio
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from consult.audit.store import record
from consult.clock import SystemClock
from consult.consultations.stages import Stage
from consult.consultations.store import device_checks, tickets
from consult.errors import NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.peers.letters import Candidate, Offered
from consult.people import Caller, Side, applicant_address, staff_address
from consult.precall.letters import Counted
from consult.precall.line import MirrorLine
from consult.precall.report import result_of
from consult.settings import Settings
from consult.signalling.description import check_candidate, check_description, keep_hidden
from consult.signalling.ice import ice_servers, relay_only
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import BeginCheck, ReportCheck, SendCheckCandidate, SendCheckOffer
from consult.wire.to_client import CheckAnswered, CheckBegun, CheckKept, CheckStopped, DeviceCheck


@dataclass(slots=True)
class Running:
    """A check that is under way in this process."""

    id: str
    line: MirrorLine
    relay_only: bool
    offered: bool = False


class DeviceChecks:
    def __init__(self, database: Database, announcer: Announcer, settings: Settings) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings
        self._running: dict[str, Running] = {}

    async def begin(self, caller: Caller, frame: BeginCheck) -> None:
        """Keep a peer for the applicant. Raises NotFound, StageForbids, Busy, CheckUnavailable.

        A second check of the same ticket takes the place of the first.
        """
        await self._database.read(lambda conn: _may_check(conn, caller, frame.ticket))
        await self._end(frame.ticket)
        servers = ice_servers(self._settings, SystemClock().now())
        line = await MirrorLine.open(self._settings.data_dir, servers)
        await self._end(frame.ticket)  # the one that was begun meanwhile
        hidden = frame.hide and bool(self._settings.turn_urls)
        running = Running(frame.check, line, relay_only(self._settings, Side.APPLICANT, hidden))
        self._running[frame.ticket] = running
        line.listen(
            lambda sdp: self._tell(frame.ticket, CheckAnswered(frame.ticket, frame.check, sdp)),
            lambda why: self._stopped(frame.ticket, frame.check, why),
        )
        begun = CheckBegun(
            ticket=frame.ticket,
            check=frame.check,
            seconds=max(1, round(line.seconds)),
            ice_servers=servers,
            relay_only=running.relay_only,
        )
        self._tell(frame.ticket, begun)

    async def offer(self, caller: Caller, frame: SendCheckOffer) -> None:
        """Raises TooLarge, BadDescription, NotFound when no such check is under way here."""
        checked = check_description(frame.sdp)
        running = self._of(caller, frame.ticket, frame.check)
        keep_hidden(checked.shows_address, running.relay_only)
        if running.offered:
            raise StageForbids(stage="offered", step="offer")
        running.offered = True
        running.line.send(Offered(frame.sdp))

    async def candidate(self, caller: Caller, frame: SendCheckCandidate) -> None:
        shows_address = check_candidate(frame.candidate)
        running = self._of(caller, frame.ticket, frame.check)
        keep_hidden(shows_address, running.relay_only)
        running.line.send(Candidate(frame.candidate, frame.mid, frame.line))

    async def report(self, caller: Caller, order: ReportCheck, receipt: Receipt) -> DeviceCheck:
        """Judge what both ends measured and keep it. Raises NotFound, StageForbids."""
        counted = await self._count(order.ticket, order.check)

        def write(conn: Connection) -> tuple[DeviceCheck, str | None]:
            holder = _may_check(conn, caller, order.ticket, lock=True)
            result = result_of(order, counted, moments.now_ms(conn))
            device_checks.keep(conn, order.ticket, result)
            content = msgspec.to_builtins(result)
            record(conn, f"ticket:{order.ticket}", "device_check", caller.subject, content)
            return result, holder

        result, officer_id = await self._database.write(write, receipt)
        self._tell(order.ticket, CheckKept(order.ticket, result), officer_id)
        return result

    async def shown(self, ticket_id: str) -> DeviceCheck | None:
        """The ticket's last check."""
        return await self._database.read(lambda conn: device_checks.find(conn, ticket_id))

    async def stop(self) -> None:
        """Let every peer go."""
        await asyncio.gather(*(self._end(ticket_id) for ticket_id in list(self._running)))

    def _of(self, caller: Caller, ticket_id: str, check_id: str) -> Running:
        running = self._running.get(ticket_id)
        if caller.id != ticket_id or running is None or running.id != check_id:
            raise NotFound()
        return running

    async def _count(self, ticket_id: str, check_id: str) -> Counted | None:
        running = self._running.get(ticket_id)
        if running is None or running.id != check_id:
            return None
        del self._running[ticket_id]
        return await running.line.count()

    async def _end(self, ticket_id: str) -> None:
        running = self._running.pop(ticket_id, None)
        if running is not None:
            await running.line.close()

    def _stopped(self, ticket_id: str, check_id: str, why: str) -> None:
        running = self._running.get(ticket_id)
        if running is not None and running.id == check_id:
            del self._running[ticket_id]
            self._tell(ticket_id, CheckStopped(ticket_id, check_id, why))

    def _tell(
        self,
        ticket_id: str,
        frame: CheckBegun | CheckAnswered | CheckStopped | CheckKept,
        officer_id: str | None = None,
    ) -> None:
        to = [applicant_address(ticket_id)]
        if officer_id is not None:
            to.append(staff_address(officer_id))
        self._announcer.tell(to, frame)


def _may_check(conn: Connection, caller: Caller, ticket_id: str, lock: bool = False) -> str | None:
    """The officer who is offered or serves the ticket, if any. Raises NotFound, StageForbids."""
    ticket = tickets.find_for(conn, caller, ticket_id, lock=lock)
    if ticket.stage is Stage.ENDED:
        raise StageForbids(stage=ticket.stage.value, step="device_check")
    return ticket.officer_id
