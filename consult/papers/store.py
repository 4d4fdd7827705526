"""The photos of a consultation. An erased one keeps its row: that it was sent stays true."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from consult.audit.store import record
from consult.papers.photo import Redrawn
from consult.people import Caller
from consult.storage import moments
from consult.storage.tables import photo

ERASED_AT_ONCE = 100  # a round holds up nobody; the next one does the rest


@dataclass(frozen=True, slots=True)
class Known:
    """A photo that is there already."""

    seq: int
    author_id: str
    digest: bytes


def find(conn: Connection, ticket_id: str, photo_id: str) -> Known | None:
    row = conn.execute(
        select(photo.c.seq, photo.c.author_id, photo.c.digest).where(
            photo.c.ticket_id == ticket_id, photo.c.id == photo_id
        )
    ).first()
    return None if row is None else Known(*row)


def count(conn: Connection, ticket_id: str) -> int:
    """How many were ever sent into this consultation."""
    return conn.execute(select(func.count()).where(photo.c.ticket_id == ticket_id)).scalar_one()


def add(
    conn: Connection, caller: Caller, ticket_id: str, photo_id: str, digest: bytes, redrawn: Redrawn, seq: int
) -> None:
    """Keep the photo of the entry `seq`, with an event row that commits to its bytes."""
    conn.execute(
        photo.insert(),
        {
            "ticket_id": ticket_id,
            "id": photo_id,
            "seq": seq,
            "author_id": caller.id,
            "sent_at": moments.now(conn),
            "digest": digest,
            "width": redrawn.width,
            "height": redrawn.height,
            "small": redrawn.small,
            "content": redrawn.content,
        },
    )
    told = {"photo": photo_id, "seq": seq, "sha256": hashlib.sha256(redrawn.content).hexdigest()}
    record(conn, f"ticket:{ticket_id}", "photo", caller.id, told)


def content(conn: Connection, ticket_id: str, photo_id: str, small: bool) -> bytes | None:
    """None when there is no such photo, or it was erased."""
    column = photo.c.small if small else photo.c.content
    return conn.execute(select(column).where(photo.c.ticket_id == ticket_id, photo.c.id == photo_id)).scalar()


def older(conn: Connection, than: datetime) -> list[tuple[str, str]]:
    """(ticket, photo) of some photos that were sent before `than` and are still kept, the oldest first."""
    old = (
        select(photo.c.ticket_id, photo.c.id)
        .where(photo.c.content.is_not(None), photo.c.sent_at < than)
        .order_by(photo.c.sent_at)
        .limit(ERASED_AT_ONCE)
    )
    return [(row.ticket_id, row.id) for row in conn.execute(old)]


def erase(conn: Connection, ticket_id: str, photo_id: str) -> None:
    """Remove what can be seen of a photo; does nothing when that was done before."""
    erased = conn.execute(
        update(photo)
        .where(photo.c.ticket_id == ticket_id, photo.c.id == photo_id, photo.c.content.is_not(None))
        .values(content=None, small=None)
    )
    if erased.rowcount:
        record(conn, f"ticket:{ticket_id}", "photo_erased", "office", {"photo": photo_id})
