"""Steps of a guest as parts of one transaction, with the entry that both sides read; then who is told."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from consult.consultations.guests import LISTENER_TOLD, TOLD, GuestStage, GuestStep
from consult.consultations.store import guests, log, tickets
from consult.consultations.store.guests import GuestRow
from consult.live.announcer import Announcer
from consult.people import Caller, Side, applicant_address, staff_address
from consult.storage import moments
from consult.wire.to_client import Entry, EntryAdded, GuestChanged, GuestShown


@dataclass(frozen=True, slots=True)
class Moved:
    """A guest after a step, with whom to tell."""

    guest: GuestRow
    officer_id: str | None
    entry: Entry | None = None
    service_id: str | None = None
    """Where the board has to be told as well."""

    @property
    def seq(self) -> int | None:
        return self.entry.seq if self.entry else None


def step(
    conn: Connection,
    before: GuestRow,
    taken: GuestStep,
    actor: str,
    reason: str | None = None,
    **columns: Any,
) -> Moved:
    """Take the step and say so in the conversation. `reason`: of an end that the step does not explain."""
    words = (LISTENER_TOLD if before.listens else TOLD).get(taken)
    if taken in _ENDS:
        columns["ended_reason"] = reason or TOLD[taken]
    after = guests.advance(conn, before, taken, actor, **columns)
    entry = None
    # Who was only asked in and never came is not worth a word when all ends; nor is half of a yes.
    if words is not None and not (taken is GuestStep.CLOSE and before.stage is GuestStage.INVITED):
        entry = said(conn, after, words, after.name)
    ticket = tickets.find(conn, after.ticket_id)
    return Moved(after, ticket.officer_id, entry, ticket.service_id)


def yes(conn: Connection, before: GuestRow, caller: Caller) -> tuple[Moved, bool]:
    """This side lets the guest in, or shows that it is listened to; and whether that was the second one's."""
    column: dict[str, Any] = {_admitted_at(caller.side): moments.now(conn)}
    taken = GuestStep.ADMIT if before.admitted_by else GuestStep.ACKNOWLEDGE
    return step(conn, before, taken, caller.subject, **column), taken is GuestStep.ADMIT


def _admitted_at(side: Side) -> str:
    return "applicant_admitted_at" if side is Side.APPLICANT else "officer_admitted_at"


_ENDS = frozenset(
    {
        GuestStep.WITHDRAW,
        GuestStep.REFUSE,
        GuestStep.REMOVE,
        GuestStep.LEAVE,
        GuestStep.EXPIRE,
        GuestStep.CLOSE,
    }
)


def said(conn: Connection, guest: GuestRow, reason: str, name: str, **detail: str) -> Entry:
    return log.add(conn, guest.ticket_id, "guest", name, {"reason": reason, "role": guest.role, **detail})


def close(conn: Connection, ticket_id: str, reason: str) -> Moved | None:
    """The consultation leaves its officer's hands, and its guest goes; None when there is none."""
    present = guests.live(conn, ticket_id, lock=True)
    return None if present is None else step(conn, present, GuestStep.CLOSE, "office", reason)


def tell(announcer: Announcer, moved: Moved) -> None:
    """Both sides, the board, and the guest, whose page is let go at the end; a supervisor keeps the board."""
    row = moved.guest
    sides = [applicant_address(row.ticket_id)]
    if moved.officer_id is not None:
        sides.append(staff_address(moved.officer_id))
    announcer.tell([*sides, row.address], GuestChanged(shown(row)))
    if moved.entry is not None:
        announcer.tell(sides, EntryAdded(row.ticket_id, moved.entry))
    if row.stage is GuestStage.ENDED and not row.listens:
        announcer.signed_out(row.id)
    if moved.service_id is not None:
        announcer.moved(moved.service_id)


def shown(row: GuestRow) -> GuestShown:
    """The guest as everybody in the call sees it."""
    return GuestShown(
        id=row.id,
        ticket=row.ticket_id,
        role=row.role,  # type: ignore[arg-type]
        stage=row.stage.value,
        revision=row.revision,
        invited_by=row.invited_by.value,  # type: ignore[arg-type]
        name=row.name,
        admitted_by=[side.value for side in row.admitted_by],  # type: ignore[misc]
        expires_at=round(row.expires_at.timestamp() * 1000) if row.stage is GuestStage.INVITED else None,
        ended_reason=row.ended_reason,
    )
