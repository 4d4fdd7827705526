"""Who has the third chair of a consultation, as one reader may see it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations import guest_steps
from consult.consultations.guests import GuestStage
from consult.consultations.store import guests, tickets
from consult.people import Caller, Side
from consult.settings import Settings
from consult.signalling import store as calls
from consult.signalling.legs import store as legs
from consult.signalling.legs.shown import leg_of
from consult.wire.to_client import GuestShown, LegShown


@dataclass(frozen=True, slots=True)
class Seat:
    """A consultation's guest with the legs of the present call, as one reader may see them."""

    guest: GuestShown | None
    legs: list[LegShown]
    officer_name: str = ""
    applicant_name: str = ""


def seat_of(conn: Connection, caller: Caller, ticket_id: str, settings: Settings) -> Seat:
    """For whom that consultation, or its third chair, is the caller's own."""
    row, call = guests.live(conn, ticket_id), calls.live(conn, ticket_id)
    if row is None:
        return Seat(None, [])
    told = guest_steps.shown(row)
    if row.stage is not GuestStage.ADMITTED:
        return Seat(told, [])
    here = legs.of_call(conn, row.id, call.id) if call is not None else []
    shown = [
        leg_of(leg, row, call, caller.side, settings)
        for leg in here
        if call is not None and caller.side in (Side.GUEST, leg.side)
    ]
    ticket = tickets.find(conn, ticket_id)
    return Seat(told, shown, ticket.officer_name or "", ticket.name)
