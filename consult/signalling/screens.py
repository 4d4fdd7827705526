"""A screen that is shared in a call: its begin and end are told. The picture goes from browser to browser."""

from sqlalchemy import Connection

from consult.consultations.store import log
from consult.consultations.store.tickets import TicketRow
from consult.errors import StageForbids
from consult.people import Caller, Side
from consult.signalling.calls import RELAYED
from consult.signalling.steps import Changed, unchanged
from consult.signalling.store import CallRow

KIND = "call_screen"


def told(
    conn: Connection, ticket: TicketRow, call: CallRow, caller: Caller, stream: str, on: bool
) -> Changed:
    """Put the begin or the end into the conversation; said again, it changes nothing.

    Raises StageForbids unless the call is up, and for a begin from a page that does not take part in it.
    """
    here = call.stream_of(caller.side) == stream
    if call.stage not in RELAYED or (on and not here):
        raise StageForbids(stage=call.stage.value, step="screen")
    if is_shared(conn, call, caller.side) == on:
        return unchanged(ticket, call)
    reason = "begun" if on else "ended"
    entry = log.add(conn, ticket.id, KIND, caller.name, {"reason": reason, "by": caller.side.value})
    return Changed(call, ticket.officer_id, ticket.service_id, entry)


def is_shared(conn: Connection, call: CallRow, side: Side) -> bool:
    """Whether that side has said that it shares its screen in this call, and not yet that it stopped."""
    last = log.newest(conn, call.ticket_id, KIND, side.value, call.rang_at)
    return last is not None and last["reason"] == "begun"
