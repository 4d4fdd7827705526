"""Finding what a caller may touch: a guest its own call alone, the two sides their consultation's guest."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.guests import GuestStage
from consult.consultations.stages import Stage
from consult.consultations.store import guests, tickets
from consult.consultations.store.guests import GuestRow
from consult.consultations.store.tickets import TicketRow
from consult.errors import Ended, NotFound, StageForbids
from consult.people import Address, Caller, Role, Side, applicant_address, guest_address, staff_address
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
        return guest_address(guest.id)
    if end is Side.APPLICANT:
        return applicant_address(ticket.id)
    assert ticket.officer_id is not None  # noqa: S101 - the ticket is served
    return staff_address(ticket.officer_id)


def ticket_of(conn: Connection, caller: Caller, ticket_id: str, lock: bool = False) -> TicketRow:
    """The caller's consultation while it is served. Raises NotFound, Ended, StageForbids."""
    if caller.role is Role.GUEST:
        guests.find_here(conn, caller.id, ticket_id)
        ticket = tickets.find(conn, ticket_id, lock)
    else:
        ticket = tickets.find_for(conn, caller, ticket_id, lock)
    if ticket.stage is Stage.ENDED:
        raise Ended()
    if ticket.stage is not Stage.SERVING or ticket.officer_id is None:
        raise StageForbids(stage=ticket.stage.value, step="guest")
    return ticket


def guest_of(
    conn: Connection, caller: Caller, ticket: TicketRow, guest_id: str, lock: bool = False
) -> GuestRow:
    """Raises NotFound: for a guest every other guest does not exist."""
    if caller.role is Role.GUEST and caller.id != guest_id:
        raise NotFound()
    return guests.find(conn, ticket.id, guest_id, lock)


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
    if leg.call_id != call_id or (caller.role is not Role.GUEST and caller.side is not leg.side):
        raise NotFound()
    call = joinable(conn, ticket, guest, call_id)
    if not leg.ready or leg.generation != generation:
        raise StageForbids(stage=guest.stage.value, step="relay")
    return Found(ticket, guest, call, leg, caller.side)
