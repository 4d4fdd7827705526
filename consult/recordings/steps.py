"""Steps of a recording: parts of one transaction, with what the conversation says about each."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.store import log, tickets
from consult.errors import NotFound, StageForbids
from consult.people import Address, Caller, Side, applicant_address, staff_address
from consult.recordings.participants import as_people, participants
from consult.recordings.rules import OPEN, TEXT_VERSION, RecordingStage, RecordingStep
from consult.recordings.store import life
from consult.recordings.store.life import RecordingRow
from consult.signalling import store as calls
from consult.signalling.calls import CallStage
from consult.signalling.store import CallRow
from consult.storage import moments
from consult.wire.to_client import Entry


@dataclass(frozen=True, slots=True)
class Changed:
    """A recording after a step, with what was said and whom to tell."""

    row: RecordingRow
    entries: tuple[Entry, ...]
    to: tuple[Address, ...]

    @property
    def seq(self) -> int | None:
        return self.entries[0].seq if self.entries else None


def ask(conn: Connection, call: CallRow, caller: Caller, stream: str) -> Changed:
    """Raises NotFound from a page that is not in the call, StageForbids unless both are connected."""
    present = participants(conn, call)
    if call.stage is not CallStage.CONNECTED or len(present) < 2:
        raise StageForbids(stage=call.stage.value, step="record")
    if as_people(present).get(caller.side.value) != stream:
        raise NotFound()
    if Side.GUEST.value in as_people(present):
        raise StageForbids(stage=Side.GUEST.value, step="record")
    row = life.ask(conn, call, caller.id, as_people(present), caller.side.value)
    entry = _said(conn, row, "asked", caller)
    return Changed(row, (entry,), tuple(one.address for one in present))


def agree(
    conn: Connection, call: CallRow, row: RecordingRow, caller: Caller, stream: str, text_version: int
) -> Changed:
    """A yes; with the last one the recording begins. Only from the page that is in the call."""
    if settled := lapsed(conn, row, call):
        return settled
    key = caller.side.value
    if row.people.get(key) != stream:
        raise NotFound()
    if text_version != TEXT_VERSION or key in row.agreed:
        raise StageForbids(stage=row.stage.value, step=RecordingStep.AGREE.value)
    agreed = row.agreed | {key: moments.now_ms(conn)}
    row = life.advance(conn, row, RecordingStep.AGREE, caller.subject, agreed=agreed)
    entries = [_said(conn, row, "agreed", caller)]
    if set(agreed) == set(row.people):
        row = life.advance(conn, row, RecordingStep.BEGIN, "office", started_at=moments.now(conn))
        entries.append(_said(conn, row, "started"))
    return Changed(row, tuple(entries), _addresses(conn, call))


def refuse(conn: Connection, call: CallRow, row: RecordingRow, caller: Caller) -> Changed:
    """A no; while it already records, that is a withdrawal."""
    if row.stage is RecordingStage.RECORDING:
        return withdraw(conn, call, row, caller)
    if row.officer_id == caller.id:
        raise StageForbids(stage=row.stage.value, step=RecordingStep.REFUSE.value)
    row = life.advance(conn, row, RecordingStep.REFUSE, caller.subject, reason="declined")
    return Changed(row, (_said(conn, row, "declined", caller),), _addresses(conn, call))


def withdraw(conn: Connection, call: CallRow, row: RecordingRow, caller: Caller) -> Changed:
    """Nothing is recorded or kept from here on. From any page of the person; twice is once."""
    if row.stage not in OPEN:
        return Changed(row, (), _addresses(conn, call))
    row = life.advance(conn, row, RecordingStep.WITHDRAW, caller.subject, reason="withdrawn")
    return Changed(row, (_said(conn, row, "withdrawn", caller),), _addresses(conn, call))


def stop(conn: Connection, call: CallRow, row: RecordingRow, caller: Caller, why: str) -> Changed:
    """The officer ends it, or takes the question back; or the page that records has lost its recorder."""
    if row.officer_id != caller.id:
        raise NotFound()
    if row.stage not in OPEN:
        return Changed(row, (), _addresses(conn, call))
    reason = "taken_back" if row.stage is RecordingStage.ASKED else why
    row = life.advance(conn, row, RecordingStep.STOP, caller.subject, reason=reason)
    return Changed(row, (_said(conn, row, reason, caller),), _addresses(conn, call))


def lapsed(conn: Connection, row: RecordingRow, call: CallRow) -> Changed | None:
    """End an open recording whose call is over or has other people in it; None when it goes on."""
    present = participants(conn, call)
    if row.stage not in OPEN or as_people(present) == row.people:
        return None
    over = "call_ended" if row.stage is RecordingStage.RECORDING else "unanswered"
    return lapse(conn, row, call, "people_changed" if present else over)


def lapse(conn: Connection, row: RecordingRow, call: CallRow, reason: str) -> Changed:
    row = life.advance(conn, row, RecordingStep.LAPSE, "office", reason=reason)
    return Changed(row, (_said(conn, row, reason),), _addresses(conn, call))


def call_of(conn: Connection, row: RecordingRow) -> CallRow:
    return calls.find(conn, row.ticket_id, row.call_id, lock=True)


def strangers(conn: Connection, row: RecordingRow, call: CallRow) -> bool:
    """Whether others than those who agreed are in the call, though nobody has noted it yet."""
    present = participants(conn, call)
    return row.stage is RecordingStage.RECORDING and bool(present) and as_people(present) != row.people


def _said(conn: Connection, row: RecordingRow, reason: str, by: Caller | None = None) -> Entry:
    detail: dict[str, str | int] = {
        "reason": reason,
        "recording": row.id,
        "text": row.text_version,
        "by": by.side.value if by else Side.OFFICE.value,
    }
    return log.add(conn, row.ticket_id, "recording", by.name if by else "", detail)


def _addresses(conn: Connection, call: CallRow) -> tuple[Address, ...]:
    """Everybody of the consultation, also once the call is over."""
    ticket = tickets.find(conn, call.ticket_id)
    staff = (staff_address(ticket.officer_id),) if ticket.officer_id is not None else ()
    return (applicant_address(ticket.id), *staff)
