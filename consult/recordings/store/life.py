"""Recordings in rows: one open for each consultation, each step by compare-and-set."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from consult.audit.store import record
from consult.consultations.credential import new_id
from consult.errors import NotFound, StaleAttempt
from consult.recordings.chain import first_link
from consult.recordings.rules import (
    LATE_SECONDS,
    OPEN,
    SEALED,
    SILENT_SECONDS,
    TEXT_VERSION,
    RecordingStage,
    RecordingStep,
    next_recording,
)
from consult.signalling.store import CallRow
from consult.storage import moments
from consult.storage.tables import recording


@dataclass(frozen=True, slots=True)
class RecordingRow:
    id: str
    ticket_id: str
    call_id: str
    officer_id: str
    stage: RecordingStage
    revision: int
    people: dict[str, str]
    agreed: dict[str, int]
    text_version: int
    asked_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    reason: str
    ended_by: str
    slices: int
    size_bytes: int
    head: bytes
    last_slice_at: datetime | None
    finished_at: datetime | None
    removed_at: datetime | None


_all = select(*(column for column in recording.c if column.name in RecordingRow.__dataclass_fields__))


def _row(row: Row[Any]) -> RecordingRow:
    values = dict(row._mapping)
    values["stage"] = RecordingStage(values["stage"])
    return RecordingRow(**values)


def find(conn: Connection, recording_id: str) -> RecordingRow:
    """Raises NotFound."""
    row = conn.execute(_all.where(recording.c.id == recording_id)).first()
    if row is None:
        raise NotFound()
    return _row(row)


def find_of(conn: Connection, ticket_id: str, recording_id: str, lock: bool = False) -> RecordingRow:
    """Raises NotFound when this consultation has no such recording."""
    query = _all.where(recording.c.id == recording_id, recording.c.ticket_id == ticket_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound()
    return _row(row)


def last(conn: Connection, ticket_id: str, lock: bool = False) -> RecordingRow | None:
    """The newest recording of this consultation, in whichever stage."""
    query = _all.where(recording.c.ticket_id == ticket_id).order_by(recording.c.revision.desc()).limit(1)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _row(row)


def ask(conn: Connection, call: CallRow, officer_id: str, people: dict[str, str], by: str) -> RecordingRow:
    """A new recording that is asked for. Raises StageForbids while one is open."""
    before = last(conn, call.ticket_id, lock=True)
    stage = next_recording(before.stage if before else RecordingStage.NONE, RecordingStep.ASK)
    recording_id, now = new_id(), moments.now(conn)
    conn.execute(
        recording.insert().values(
            id=recording_id,
            ticket_id=call.ticket_id,
            call_id=call.id,
            officer_id=officer_id,
            stage=stage,
            revision=(before.revision if before else 0) + 1,
            people=people,
            # Who asks to record agrees to be recorded.
            agreed={by: moments.to_ms(now)},
            text_version=TEXT_VERSION,
            asked_at=now,
            head=first_link(recording_id),
        )
    )
    row = find(conn, recording_id)
    _recorded(conn, row, RecordingStep.ASK, by, {"people": sorted(people)})
    return row


def advance(
    conn: Connection,
    before: RecordingRow,
    step: RecordingStep,
    actor: str,
    role: str = "",
    **columns: Any,
) -> RecordingRow:
    """Take one step of the table. `role`: of a guest whose step it is. Raises StageForbids, StaleAttempt when
    somebody was faster.
    """
    stage = next_recording(before.stage, step)
    if stage is RecordingStage.STOPPED and before.stage is RecordingStage.RECORDING:
        columns["stopped_at"] = moments.now(conn)
    if stage not in OPEN and (stage is not RecordingStage.STOPPED or _nothing_follows(before, columns)):
        columns["finished_at"] = moments.now(conn)
    changed = conn.execute(
        update(recording)
        .where(
            recording.c.id == before.id,
            recording.c.stage == before.stage,
            recording.c.revision == before.revision,
        )
        .values(stage=stage, revision=before.revision + 1, **columns)
    )
    if changed.rowcount != 1:
        raise StaleAttempt()
    after = find(conn, before.id)
    told = {"reason": after.reason, "role": role}
    _recorded(conn, after, step, actor, {name: value for name, value in told.items() if value})
    if after.finished_at is not None:
        _finished(conn, after)
    return after


def _nothing_follows(before: RecordingRow, columns: dict[str, Any]) -> bool:
    return before.started_at is None or columns.get("reason") in SEALED


def _recorded(
    conn: Connection, row: RecordingRow, step: RecordingStep, actor: str, content: dict[str, Any]
) -> None:
    told = {"recording": row.id, "step": step.value, "stage": row.stage.value, "text": row.text_version}
    record(conn, f"ticket:{row.ticket_id}", "recording", actor, told | content)


def finish(conn: Connection, recording_id: str) -> None:
    """No slice is taken any more; the head of the chain goes into the event log."""
    done = conn.execute(
        update(recording)
        .where(
            recording.c.id == recording_id,
            recording.c.stage == RecordingStage.STOPPED,
            recording.c.finished_at.is_(None),
        )
        .values(finished_at=moments.now(conn))
    )
    if done.rowcount == 1:
        _finished(conn, find(conn, recording_id))


def _finished(conn: Connection, row: RecordingRow) -> None:
    if row.started_at is None:
        return
    content = {
        "recording": row.id,
        "step": "finished",
        "slices": row.slices,
        "bytes": row.size_bytes,
        "head": row.head.hex(),
    }
    record(conn, f"ticket:{row.ticket_id}", "recording", "office", content)


def read(conn: Connection, row: RecordingRow, actor: str) -> None:
    """Somebody plays or downloads it: an event of its own."""
    record(conn, f"ticket:{row.ticket_id}", "recording_read", actor, {"recording": row.id})


def silent(conn: Connection) -> list[str]:
    """Recordings that go on, but whose page has sent nothing for too long."""
    before = moments.now(conn) - timedelta(seconds=SILENT_SECONDS)
    heard_at = func.coalesce(recording.c.last_slice_at, recording.c.started_at)
    query = select(recording.c.id).where(recording.c.stage == RecordingStage.RECORDING, heard_at < before)
    return list(conn.execute(query).scalars())


def late(conn: Connection) -> list[str]:
    """Recordings that stopped so long ago that no slice is waited for any more."""
    before = moments.now(conn) - timedelta(seconds=LATE_SECONDS)
    query = select(recording.c.id).where(
        recording.c.stage == RecordingStage.STOPPED,
        recording.c.finished_at.is_(None),
        recording.c.stopped_at < before,
    )
    return list(conn.execute(query).scalars())


def outlived(conn: Connection, days: int) -> list[str]:
    """Finished recordings that are older than they are kept."""
    before = moments.now(conn) - timedelta(days=days)
    query = select(recording.c.id).where(
        recording.c.stage == RecordingStage.STOPPED,
        recording.c.removed_at.is_(None),
        recording.c.finished_at < before,
    )
    return list(conn.execute(query).scalars())
