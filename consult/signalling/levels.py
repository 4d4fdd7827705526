"""Steps of a call's quality, as both sides read them in the conversation."""

from datetime import timedelta

from sqlalchemy import Connection

from consult.consultations.store import log
from consult.consultations.store.tickets import TicketRow
from consult.people import Caller
from consult.signalling.steps import Changed, unchanged
from consult.signalling.store import CallRow
from consult.storage import moments

KIND = "call_quality"
# An honest page steps down after five seconds and up after twenty.
STEPS_APART_SECONDS = 3


def told(
    conn: Connection, ticket: TicketRow, call: CallRow, caller: Caller, step: str, level: int
) -> Changed:
    """Put a step of the quality into the conversation; steps that come too fast are passed over."""
    since = moments.now(conn) - timedelta(seconds=STEPS_APART_SECONDS)
    if log.has_newer(conn, ticket.id, KIND, caller.side.value, since):
        return unchanged(ticket, call)
    detail: dict[str, str | int] = {"reason": step, "level": level, "by": caller.side.value}
    return Changed(
        call,
        ticket.officer_id,
        ticket.service_id,
        log.add(conn, ticket.id, KIND, caller.name, detail),
    )
