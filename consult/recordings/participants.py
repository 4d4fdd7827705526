"""Who takes part in a call and has to say yes: the one place that knows, read from the rows each time."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.guests import GuestStage
from consult.consultations.stages import Stage
from consult.consultations.store import guests, tickets
from consult.consultations.store.guests import GuestRow
from consult.people import Address, Caller, Role, Side, applicant_address, staff_address
from consult.signalling.calls import RELAYED
from consult.signalling.legs import store as legs
from consult.signalling.store import CallRow

GUEST = Side.GUEST.value


@dataclass(frozen=True, slots=True)
class Participant:
    """`key` names the person within the call, `mark` the page that takes part; "": none that could answer."""

    key: str
    mark: str
    address: Address
    listens: bool = False


def participants(conn: Connection, call: CallRow) -> tuple[Participant, ...]:
    """Everybody whose picture or voice is in the call now; nobody when it does not go on.

    Another page of the same person is another participant: what it sends was not asked about. A third person
    who has been let in is one as well, from then on and not only once a connection stands.
    """
    ticket = tickets.find(conn, call.ticket_id)
    if call.stage not in RELAYED or ticket.stage is not Stage.SERVING or ticket.officer_id is None:
        return ()
    found = (
        (Side.APPLICANT, call.applicant_stream, applicant_address(ticket.id)),
        (Side.OFFICER, call.officer_stream, staff_address(ticket.officer_id)),
    )
    present = [Participant(side.value, stream, address) for side, stream, address in found if stream]
    guest = guests.live(conn, ticket.id)
    if guest is not None and guest.stage is GuestStage.ADMITTED:
        mark = _guest_mark(conn, guest, call)
        present.append(Participant(GUEST, mark, guest.address, guest.listens))
    return tuple(present)


def _guest_mark(conn: Connection, guest: GuestRow, call: CallRow) -> str:
    """Of a guest, the page has to be at the end of both legs; two pages are not the one that was asked."""
    here = legs.of_call(conn, guest.id, call.id)
    if guest.listens or len(here) < 2 or not all(leg.ready for leg in here):
        return ""
    return guest_mark(guest.id, " ".join(sorted({leg.guest_stream or "" for leg in here})))


def guest_mark(guest_id: str, stream: str) -> str:
    """One guest's page: the next guest of the same consultation is another person."""
    return f"{guest_id} {stream}"


def mark_of(caller: Caller, stream: str) -> str:
    """The page from which the caller speaks, as a recording's row keeps it."""
    return guest_mark(caller.id, stream) if caller.role is Role.GUEST else stream


def is_among(people: Mapping[str, str], guest_id: str) -> bool:
    """Whether this guest was asked."""
    return people.get(GUEST, "").startswith(guest_mark(guest_id, ""))


def as_people(present: tuple[Participant, ...]) -> dict[str, str]:
    """As a recording's row keeps them: key -> mark."""
    return {one.key: one.mark for one in present}


def without_departed(people: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Who of those that were asked is still there: a guest may go, and what the others said still holds."""
    return {key: mark for key, mark in people.items() if key != GUEST or key in present}
