"""A supervisor steps in: ends what somebody else serves, or closes a number, with a reason for the office.

The two sides are told that the office ended it, and what to do next; who did and why stands in the rows of
the staff and in the events.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.errors import BadRequest, Ended, NotFound, StageForbids, StaleEpoch
from consult.people import Caller, Role, Side
from consult.queue import assigning
from consult.queue.assigning import Returned
from consult.queue.reception import Reception
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import BlockTicket, CloseConsultation

ENDED_BY_OFFICE = "ended_by_office"
BLOCKED = "blocked"


class SteppingIn:
    def __init__(self, database: Database, reception: Reception, calls: CallEnding) -> None:
        self._database = database
        self._reception = reception
        self._calls = calls

    async def close(self, caller: Caller, order: CloseConsultation, receipt: Receipt) -> Returned:
        """End what is being served, as the board showed it. Raises NotFound, Ended, StageForbids,
        StaleEpoch once somebody else serves it, BadRequest without a reason.
        """
        return await self._end(lambda conn: close(conn, caller, order, self._calls), ENDED_BY_OFFICE, receipt)

    async def block(self, caller: Caller, order: BlockTicket, receipt: Receipt) -> Returned:
        """End a ticket in whichever live stage. Raises NotFound, Ended, BadRequest without a reason."""
        return await self._end(lambda conn: block(conn, caller, order, self._calls), BLOCKED, receipt)

    async def _end(self, order: Callable[[Connection], Returned], why: str, receipt: Receipt) -> Returned:
        result = await self._database.write(order, receipt)
        await self._reception.tell_ended(result, why)
        return result


def close(conn: Connection, caller: Caller, order: CloseConsultation, calls: CallEnding) -> Returned:
    """The part of one transaction; see `SteppingIn.close`."""
    before = _found(conn, caller, order.ticket)
    if before.stage is not Stage.SERVING:
        raise StageForbids(stage=before.stage.value, step=Step.END.value)
    if order.epoch != before.assignment_epoch:
        raise StaleEpoch()
    return _end(conn, caller, before, Step.END, ENDED_BY_OFFICE, order.reason, calls)


def block(conn: Connection, caller: Caller, order: BlockTicket, calls: CallEnding) -> Returned:
    """The part of one transaction; see `SteppingIn.block`."""
    before = _found(conn, caller, order.ticket)
    return _end(conn, caller, before, Step.BLOCK, BLOCKED, order.reason, calls)


def _found(conn: Connection, caller: Caller, ticket_id: str) -> TicketRow:
    """Every consultation is the office's, and so every supervisor's; nobody else's here."""
    if caller.role is not Role.SUPERVISOR:
        raise NotFound()
    before = tickets.find(conn, ticket_id, lock=True)
    if before.stage is Stage.ENDED:
        raise Ended()
    return before


def _end(
    conn: Connection, caller: Caller, before: TicketRow, step: Step, how: str, typed: str, calls: CallEnding
) -> Returned:
    reason = typed.strip()
    if not reason:
        raise BadRequest(field="reason")
    # Without a name in the conversation: it is the office that ended it.
    result = assigning.end(conn, before, step, caller.subject, how, "", calls)
    detail = {"reason": how}
    log.add(conn, before.id, "ended", caller.name, detail, log.STAFF, Side.OFFICER, caller.id, reason)
    return result
