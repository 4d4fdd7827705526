"""Steps of a recording: parts of one transaction, with what the conversation says about each."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.store import guests, log, tickets
from consult.errors import NotFound, StageForbids
from consult.people import Address, Caller, Role, Side, applicant_address, staff_address
from consult.recordings.participants import as_people, is_among, mark_of, participants, without_departed
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
    """A recording after a step, with what was said and whom to tell. A guest hears of the recording alone."""

    row: RecordingRow
    entries: tuple[Entry, ...]
    to: tuple[Address, ...]
    guest: Address | None = None

    @property
    def seq(self) -> int | None:
        return self.entries[0].seq if self.entries else None


def ask(conn: Connection, call: CallRow, caller: Caller, stream: str) -> Changed:
    """Raises NotFound from a page that is not in the call, StageForbids unless all are connected."""
    present = participants(conn, call)
    if call.stage is not CallStage.CONNECTED or len(present) < 2:
        raise StageForbids(stage=call.stage.value, step="record")
    if as_people(present).get(caller.side.value) != stream:
        raise NotFound()
    # A supervisor who listens is not asked, and a guest who is not connected yet cannot answer.
    if any(one.listens or not one.mark for one in present):
        raise StageForbids(stage=Side.GUEST.value, step="record")
    row = life.ask(conn, call, caller.id, as_people(present), caller.side.value)
    return _changed(conn, call, row, _said(conn, row, "asked", caller))


def agree(
    conn: Connection, call: CallRow, row: RecordingRow, caller: Caller, stream: str, text_version: int
) -> Changed:
    """A yes; with the last one the recording begins. Only from the page that is in the call."""
    if settled := lapsed(conn, row, call):
        return settled
    if went := departed(conn, row, call):
        row = went.row
        if row.stage is RecordingStage.RECORDING:
            return went
    key = caller.side.value
    if row.people.get(key) != mark_of(caller, stream):
        raise NotFound()
    if text_version != TEXT_VERSION or key in row.agreed:
        raise StageForbids(stage=row.stage.value, step=RecordingStep.AGREE.value)
    agreed = row.agreed | {key: moments.now_ms(conn)}
    role = _guest_role(conn, caller)
    row = life.advance(conn, row, RecordingStep.AGREE, caller.subject, role, agreed=agreed)
    said = _said(conn, row, "agreed", caller)
    return _begun(conn, call, row, said) or _changed(conn, call, row, said)


def refuse(conn: Connection, call: CallRow, row: RecordingRow, caller: Caller) -> Changed:
    """A no; while it already records, that is a withdrawal."""
    if row.stage is RecordingStage.RECORDING:
        return withdraw(conn, call, row, caller)
    if row.officer_id == caller.id:
        raise StageForbids(stage=row.stage.value, step=RecordingStep.REFUSE.value)
    return _ended(conn, call, row, caller, RecordingStep.REFUSE, "declined")


def withdraw(conn: Connection, call: CallRow, row: RecordingRow, caller: Caller) -> Changed:
    """Nothing is recorded or kept from here on. From any page of the person; twice is once."""
    if row.stage not in OPEN:
        return _changed(conn, call, row)
    return _ended(conn, call, row, caller, RecordingStep.WITHDRAW, "withdrawn")


def stop(conn: Connection, call: CallRow, row: RecordingRow, caller: Caller, why: str) -> Changed:
    """The officer ends it, or takes the question back; or the page that records has lost its recorder."""
    if row.officer_id != caller.id:
        raise NotFound()
    if row.stage not in OPEN:
        return _changed(conn, call, row)
    reason = "taken_back" if row.stage is RecordingStage.ASKED else why
    return _ended(conn, call, row, caller, RecordingStep.STOP, reason)


def lapsed(conn: Connection, row: RecordingRow, call: CallRow) -> Changed | None:
    """End an open recording whose call is over or has other people in it; None when it goes on."""
    present = participants(conn, call)
    if row.stage not in OPEN or _are_those_asked(row, as_people(present)):
        return None
    over = "call_ended" if row.stage is RecordingStage.RECORDING else "unanswered"
    return lapse(conn, row, call, "people_changed" if present else over)


def lapse(conn: Connection, row: RecordingRow, call: CallRow, reason: str) -> Changed:
    row = life.advance(conn, row, RecordingStep.LAPSE, "office", reason=reason)
    return _changed(conn, call, row, _said(conn, row, reason))


def departed(conn: Connection, row: RecordingRow, call: CallRow) -> Changed | None:
    """Wait no longer for a guest who went; None when nobody did. What the others said holds."""
    people = without_departed(row.people, as_people(participants(conn, call)))
    if row.stage not in OPEN or people == row.people:
        return None
    row = life.advance(conn, row, RecordingStep.DEPART, "office", people=people)
    return _begun(conn, call, row) or _changed(conn, call, row)


def call_of(conn: Connection, row: RecordingRow) -> CallRow:
    return calls.find(conn, row.ticket_id, row.call_id, lock=True)


def strangers(conn: Connection, row: RecordingRow, call: CallRow) -> bool:
    """Whether others than those who agreed are in the call, though nobody has noted it yet."""
    present = as_people(participants(conn, call))
    return row.stage is RecordingStage.RECORDING and bool(present) and not _are_those_asked(row, present)


def _are_those_asked(row: RecordingRow, present: dict[str, str]) -> bool:
    return present == without_departed(row.people, present)


def _begun(conn: Connection, call: CallRow, row: RecordingRow, *said: Entry) -> Changed | None:
    """It records with the last yes that was waited for; None while somebody has not answered."""
    if row.stage is not RecordingStage.ASKED or not set(row.people) <= set(row.agreed):
        return None
    row = life.advance(conn, row, RecordingStep.BEGIN, "office", started_at=moments.now(conn))
    return _changed(conn, call, row, *said, _said(conn, row, "started"))


def _ended(
    conn: Connection, call: CallRow, row: RecordingRow, caller: Caller, step: RecordingStep, reason: str
) -> Changed:
    role, by = _guest_role(conn, caller), caller.side.value
    row = life.advance(conn, row, step, caller.subject, role, reason=reason, ended_by=by)
    return _changed(conn, call, row, _said(conn, row, reason, caller))


def _said(conn: Connection, row: RecordingRow, reason: str, by: Caller | None = None) -> Entry:
    detail: dict[str, str | int] = {
        "reason": reason,
        "recording": row.id,
        "text": row.text_version,
        "by": by.side.value if by else Side.OFFICE.value,
    }
    if by is not None and by.role is Role.GUEST:
        detail["role"] = _guest_role(conn, by)
    return log.add(conn, row.ticket_id, "recording", by.name if by else "", detail)


def _guest_role(conn: Connection, caller: Caller) -> str:
    """What a guest is here for; "" for the two sides."""
    return guests.find_any(conn, caller.id).role if caller.role is Role.GUEST else ""


def _changed(conn: Connection, call: CallRow, row: RecordingRow, *entries: Entry) -> Changed:
    """To both sides, also once the call is over, and to the guest who was asked."""
    ticket = tickets.find(conn, call.ticket_id)
    staff = (staff_address(ticket.officer_id),) if ticket.officer_id is not None else ()
    guest = guests.live(conn, ticket.id)
    asked = guest is not None and is_among(row.people, guest.id)
    return Changed(
        row,
        entries,
        (applicant_address(ticket.id), *staff),
        guest.address if guest is not None and asked else None,
    )
