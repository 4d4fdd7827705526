"""Who may speak in which call now: read for each frame, because a call may end and a case change hands."""

from dataclasses import dataclass
from typing import Any

from consult.consultations.stages import Stage
from consult.errors import NotFound, StageForbids
from consult.people import Address, Caller, Role, Side, applicant_address, staff_address
from consult.signalling import store
from consult.signalling.calls import RELAYED
from consult.storage.database import Database


@dataclass(frozen=True, slots=True)
class Passed:
    """A frame that may go on: to whom, and the certificate pinned last for the side it comes from.

    `hidden`: the applicant's address is kept from everybody in this call.
    """

    other: Address
    pin: str | None
    hidden: bool


async def passes(database: Database, caller: Caller, ticket_id: str, call_id: str, generation: int) -> Passed:
    """Raises NotFound for what is not there or not the caller's, StageForbids unless the call is live in this
    generation."""
    row = await database.glance(store.SPOKEN, {"ticket_id": ticket_id, "call_id": call_id})
    if row is None or not _is_of(caller, ticket_id, row):
        raise NotFound()
    stage, officer_id, call_stage, now, applicant_pin, officer_pin, hidden = row
    if call_stage is None:
        raise NotFound()
    if stage != Stage.SERVING or officer_id is None:
        raise StageForbids(stage=str(stage), step="relay")
    if call_stage not in RELAYED or now != generation:
        raise StageForbids(stage=str(call_stage), step="relay")
    if caller.side is Side.APPLICANT:
        return Passed(staff_address(officer_id), applicant_pin, bool(hidden))
    return Passed(applicant_address(ticket_id), officer_pin, bool(hidden))


def _is_of(caller: Caller, ticket_id: str, row: tuple[Any, ...]) -> bool:
    if caller.role is Role.APPLICANT:
        return caller.id == ticket_id
    return caller.role is not Role.GUEST and row[1] == caller.id
