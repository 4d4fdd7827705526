"""Slices in rows, and what can be played of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from consult.audit.store import record
from consult.errors import StaleAttempt
from consult.recordings.rules import RecordingStage
from consult.recordings.store.life import RecordingRow, find
from consult.storage import moments
from consult.storage.tables import person, recording, recording_slice, ticket


@dataclass(frozen=True, slots=True)
class SliceRow:
    number: int
    file: str
    size_bytes: int
    link: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that can be played, for whoever may."""

    id: str
    ticket_id: str
    label: str
    officer_name: str
    started_at: datetime
    stopped_at: datetime | None
    size_bytes: int
    reason: str


def slice_at(conn: Connection, recording_id: str, number: int) -> SliceRow | None:
    query = _slices.where(recording_slice.c.recording_id == recording_id, recording_slice.c.number == number)
    row = conn.execute(query).first()
    return None if row is None else SliceRow(*row)


_slices = select(
    recording_slice.c.number, recording_slice.c.file, recording_slice.c.size_bytes, recording_slice.c.link
)


def slices(conn: Connection, recording_id: str) -> list[SliceRow]:
    """In their order."""
    query = _slices.where(recording_slice.c.recording_id == recording_id).order_by(recording_slice.c.number)
    return [SliceRow(*row) for row in conn.execute(query)]


def add_slice(conn: Connection, before: RecordingRow, kept: SliceRow) -> None:
    """The next slice, if nobody was faster. Raises StaleAttempt."""
    now = moments.now(conn)
    changed = conn.execute(
        update(recording)
        .where(
            recording.c.id == before.id, recording.c.slices == kept.number, recording.c.head == before.head
        )
        .values(
            slices=kept.number + 1,
            size_bytes=recording.c.size_bytes + kept.size_bytes,
            head=kept.link,
            last_slice_at=now,
        )
    )
    if changed.rowcount != 1:
        raise StaleAttempt()
    conn.execute(
        recording_slice.insert().values(
            recording_id=before.id,
            number=kept.number,
            file=kept.file,
            size_bytes=kept.size_bytes,
            link=kept.link,
            at=now,
        )
    )


def remove(conn: Connection, recording_id: str) -> list[str]:
    """Forget the slices; returns their files. That it was recorded, and its chain's head, stay."""
    row = find(conn, recording_id)
    files = [one.file for one in slices(conn, recording_id)]
    conn.execute(delete(recording_slice).where(recording_slice.c.recording_id == recording_id))
    conn.execute(update(recording).where(recording.c.id == recording_id).values(removed_at=moments.now(conn)))
    content = {"recording": recording_id, "step": "removed", "slices": row.slices}
    record(conn, f"ticket:{row.ticket_id}", "recording", "office", content)
    return files


def files_among(conn: Connection, names: list[str]) -> set[str]:
    """Those of the names that a slice stands for."""
    query = select(recording_slice.c.file).where(recording_slice.c.file.in_(names))
    return set(conn.execute(query).scalars())


def kept(conn: Connection, most: int) -> list[Kept]:
    """What can be played, the newest first."""
    query = (
        select(
            recording.c.id,
            recording.c.ticket_id,
            ticket.c.label,
            person.c.name,
            recording.c.started_at,
            recording.c.stopped_at,
            recording.c.size_bytes,
            recording.c.reason,
        )
        .join(ticket, ticket.c.id == recording.c.ticket_id)
        .join(person, person.c.id == recording.c.officer_id)
        .where(
            recording.c.slices > 0,
            or_(recording.c.stage == RecordingStage.STOPPED, recording.c.stage == RecordingStage.RECORDING),
            recording.c.removed_at.is_(None),
        )
        .order_by(recording.c.started_at.desc())
        .limit(most)
    )
    return [Kept(*row) for row in conn.execute(query)]
