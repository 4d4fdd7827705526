"""A supervisor lets somebody who waits be served earlier, for a reason that is kept."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.stages import Stage, Step, next_stage
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.errors import BadRequest, NoMorePriority
from consult.people import Caller
from consult.queue.matching import Matching
from consult.queue.precedence import place_brought_forward
from consult.queue.usher import Usher
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import BringForward
from consult.wire.to_client import Entry


@dataclass(frozen=True, slots=True)
class BroughtForward:
    ticket: TicketRow
    entry: Entry

    @property
    def seq(self) -> int:
        return self.entry.seq


class BringingForward:
    def __init__(self, database: Database, usher: Usher, matching: Matching) -> None:
        self._database = database
        self._usher = usher
        self._matching = matching

    async def bring_forward(self, caller: Caller, order: BringForward, receipt: Receipt) -> BroughtForward:
        """The place moves, and everybody in that line is told theirs.

        Raises NotFound, Ended, StageForbids for who does not wait, BadRequest without a reason,
        NoMorePriority.
        """
        result = await self._database.write(lambda conn: bring_forward(conn, caller, order), receipt)
        self._usher.entry_added(result.ticket, result.entry)
        if result.ticket.stage is Stage.WAITING:
            await self._usher.in_line(result.ticket)
            self._matching.soon()
        return result


def bring_forward(conn: Connection, supervisor: Caller, order: BringForward) -> BroughtForward:
    """The part of one transaction; see `BringingForward.bring_forward`."""
    before = tickets.find(conn, order.ticket, lock=True)
    next_stage(before.stage, Step.BRING_FORWARD)
    reason = order.reason.strip()
    if not reason:
        raise BadRequest(field="reason")
    place = place_brought_forward(before.order_at, before.joined_at, order.minutes)
    if place >= before.order_at:
        raise NoMorePriority()
    minutes = round((before.order_at - place).total_seconds() / 60)
    detail = {"minutes": minutes, "reason": reason}
    tickets.advance(conn, before, Step.BRING_FORWARD, supervisor.subject, detail, order_at=place)
    entry = log.add(conn, before.id, "brought_forward")
    return BroughtForward(tickets.find(conn, before.id), entry)
