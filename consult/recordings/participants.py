"""Who takes part in a call and has to say yes: the one place that knows, read from the rows each time."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.guests import GuestStage
from consult.consultations.stages import Stage
from consult.consultations.store import guests, tickets
from consult.people import Address, Side, applicant_address, guest_address, staff_address
from consult.signalling.calls import RELAYED
from consult.signalling.store import CallRow


@dataclass(frozen=True, slots=True)
class Participant:
    """`key` names the person within the call, `stream` the page that takes part."""

    key: str
    stream: str
    address: Address


def participants(conn: Connection, call: CallRow) -> tuple[Participant, ...]:
    """Everybody whose picture or voice is in the call now; nobody when it does not go on.

    Another page of the same person is another participant: what it sends was not asked about. A third person
    who has been let in is one as well, and has no way to say yes: so a call of three is not recorded.
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
        present.append(Participant(Side.GUEST.value, guest.id, guest_address(guest.id)))
    return tuple(present)


def as_people(present: tuple[Participant, ...]) -> dict[str, str]:
    """As a recording's row keeps them: key -> stream."""
    return {one.key: one.stream for one in present}
