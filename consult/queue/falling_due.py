"""What falls due in the line, as parts of one transaction: each asks again whether it still is.

The sweep reads first and writes later; between the two somebody may have answered, or come back.
"""

from typing import Protocol

from sqlalchemy import Connection

from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import absence, holds, log, tickets
from consult.consultations.store import line as line_store
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.rules import DutyState, DutyStep
from consult.duty.store import DutyRow
from consult.queue import assigning
from consult.queue.assigning import Returned
from consult.storage import moments
from consult.wire.to_client import Entry


class Due(Protocol):
    def __call__(self, conn: Connection, ticket_id: str | None = None) -> list[str]:
        """The tickets that are due; of one alone, whether it still is."""


def leave(conn: Connection, ticket_id: str, step: Step, due: Due) -> tuple[TicketRow, Entry] | None:
    before = tickets.find(conn, ticket_id, lock=True)
    # Asked again behind the lock: the owner may be back since the sweep looked.
    if not due(conn, ticket_id):
        return None
    if step is Step.PARK:
        tickets.advance(conn, before, step, "office")
        entry = log.add(conn, ticket_id, "parked")
    else:
        tickets.advance(conn, before, step, "office", ended_reason="day_ended")
        entry = log.add(conn, ticket_id, "ended", detail={"reason": "day_ended"})
    return tickets.find(conn, ticket_id), entry


def end_hold(conn: Connection, ticket_id: str) -> TicketRow | None:
    """Who waited for one officer waits for all of the service, at the same place."""
    tickets.find(conn, ticket_id, lock=True)
    # Asked again behind the lock: that officer may have been offered them since the sweep looked.
    if not holds.over(conn, ticket_id):
        return None
    holds.end(conn, ticket_id)
    return tickets.find(conn, ticket_id)


def tell_absence(
    conn: Connection, ticket_id: str, away_seconds: float, left_seconds: float
) -> tuple[TicketRow, Entry] | None:
    tickets.find(conn, ticket_id, lock=True)
    # Asked again behind the lock: the page may be back since the sweep looked.
    if not absence.to_tell(conn, away_seconds, ticket_id):
        return None
    detail: dict[str, str | int] = {"by": "applicant", "seconds": round(left_seconds)}
    entry = log.add(conn, ticket_id, absence.TOLD, detail=detail)
    return tickets.find(conn, ticket_id), entry


def let_go(conn: Connection, ticket_id: str, told_seconds: float, calls: CallEnding) -> Returned | None:
    before = tickets.find(conn, ticket_id, lock=True)
    if not absence.to_let_go(conn, told_seconds, ticket_id):
        return None
    return assigning.end(conn, before, Step.LET_GO, "office", "applicant_lost", "", calls)


def miss(conn: Connection, ticket_id: str) -> Returned | None:
    before = tickets.find(conn, ticket_id, lock=True)
    # Read again inside the transaction: it may have been accepted since the sweep looked.
    if before.stage is not Stage.OFFERED or before.offer_expires_at is None:
        return None
    if before.offer_expires_at > moments.now(conn):
        return None
    return assigning.give_back(conn, before, Step.MISS, "office")


def lose(
    conn: Connection, officer_id: str, seconds: float
) -> tuple[DutyRow, list[str], list[tuple[TicketRow, Entry]], list[Returned]] | None:
    if officer_id not in duty.silent(conn, seconds):
        return None
    duty.change(conn, officer_id, DutyStep.LOSE, "office")
    noted = [
        (tickets.find(conn, row.id), log.add(conn, row.id, "officer_lost", row.officer_name or ""))
        for row in tickets.held_by(conn, officer_id, Stage.SERVING)
    ]
    withdrawn = assigning.withdraw_offers(conn, officer_id, "office")
    return duty.find(conn, officer_id), duty.skills(conn, officer_id), noted, withdrawn


def empty(
    conn: Connection, officer_id: str, seconds: float, lost_seconds: float, calls: CallEnding
) -> tuple[DutyRow, list[str], list[Returned]] | None:
    duty.find(conn, officer_id, lock=True)
    # Asked again behind the lock: the officer may be back since the sweep looked.
    if not line_store.gone_officers(conn, seconds, lost_seconds, officer_id):
        return None
    returned = assigning.withdraw_offers(conn, officer_id, "office")
    returned += [
        assigning.requeue(conn, row, "office", calls)
        for row in tickets.held_by(conn, officer_id, Stage.SERVING)
    ]
    if duty.find(conn, officer_id).state is DutyState.LOST:
        duty.change(conn, officer_id, DutyStep.REQUEUED, "office")
    return duty.find(conn, officer_id), duty.skills(conn, officer_id), returned
