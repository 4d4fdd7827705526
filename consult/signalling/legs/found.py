"""Finding what a caller may touch: a guest its own call alone, the two sides their consultation's guest."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.guests import GuestStage
from consult.consultations.stages import Stage
from consult.consultations.store import guests, listeners, tickets
from consult.consultations.store.guests import GuestRow
from consult.consultations.store.tickets import TicketRow
from consult.errors import Ended, NotFound, StageForbids
from consult.people import Address, Caller, Role, Side, applicant_address, staff_address
from consult.signalling import store as calls
from consult.signalling.calls import RELAYED
from consult.signalling.legs import store as legs
from consult.signalling.legs.store import LegRow
from consult.signalling.store import CallRow


@dataclass(frozen=True, slots=True)
class Found:
    """A leg that may be spoken over, with the end the caller is at."""

    ticket: TicketRow
    guest: GuestRow
    call: CallRow
    leg: LegRow
    end: Side

    def address_of(self, end: Side) -> Address:
        return address_of(self.ticket, self.guest, end)

    @property
    def other(self) -> Address:
        return self.address_of(self.leg.side if self.end is Side.GUEST else Side.GUEST)


def address_of(ticket: TicketRow, guest: GuestRow, end: Side) -> Address:
    if end is Side.GUEST:
        return guest.address
    if end is Side.APPLICANT:
        return applicant_address(ticket.id)
    assert ticket.officer_id is not None  # noqa: S101 - the ticket is served
    return staff_address(ticket.officer_id)


def ticket_of(conn: Connection, caller: Caller, ticket_id: str, lock: bool = False) -> TicketRow:
    """The caller's consultation while it is served. Raises NotFound, Ended, StageForbids."""
    if caller.side is Side.GUEST:
        _has_chair(conn, caller, ticket_id)
        ticket = tickets.find(conn, ticket_id, lock)
    else:
        ticket = tickets.find_for(conn, caller, ticket_id, lock)
    if ticket.stage is Stage.ENDED:
        raise Ended()
    if ticket.stage is not Stage.SERVING or ticket.officer_id is None:
        raise StageForbids(stage=ticket.stage.value, step="guest")
    return ticket


def _has_chair(conn: Connection, caller: Caller, ticket_id: str) -> None:
    """Raises NotFound: of all consultations, a guest finds its own, and a supervisor the one listened to."""
    if caller.role is Role.GUEST:
        guests.find_here(conn, caller.id, ticket_id)
        return
    row = listeners.of_person(conn, caller.id)
    if row is None or row.ticket_id != ticket_id:
        raise NotFound()


def guest_of(
    conn: Connection, caller: Caller, ticket: TicketRow, guest_id: str, lock: bool = False
) -> GuestRow:
    """Raises NotFound: for a guest, or a supervisor who listens, every other guest does not exist."""
    row = guests.find(conn, ticket.id, guest_id, lock)
    if caller.side is Side.GUEST and caller.address != row.address:
        raise NotFound()
    return row


def joinable(
    conn: Connection, ticket: TicketRow, guest: GuestRow, call_id: str, lock: bool = False
) -> CallRow:
    """The call that this guest takes part in. Nothing goes over a leg before both sides have said yes.

    Raises NotFound, StageForbids.
    """
    call = calls.find(conn, ticket.id, call_id, lock)
    if guest.stage is not GuestStage.ADMITTED:
        raise StageForbids(stage=guest.stage.value, step="leg")
    if call.stage not in RELAYED:
        raise StageForbids(stage=call.stage.value, step="leg")
    return call


def spoken_over(
    conn: Connection,
    caller: Caller,
    ticket_id: str,
    call_id: str,
    leg_id: str,
    generation: int,
    lock: bool = False,
) -> Found:
    """The leg, while both its ends take part. Raises NotFound, Ended, StageForbids."""
    ticket = ticket_of(conn, caller, ticket_id, lock)
    leg = legs.find(conn, leg_id, lock)
    guest = guest_of(conn, caller, ticket, leg.guest_id, lock)
    if leg.call_id != call_id or caller.side not in (Side.GUEST, leg.side):
        raise NotFound()
    call = joinable(conn, ticket, guest, call_id)
    if not leg.ready or leg.generation != generation:
        raise StageForbids(stage=guest.stage.value, step="relay")
    return Found(ticket, guest, call, leg, caller.side)
