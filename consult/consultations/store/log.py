"""The conversation log: entries with a gap-free seq for each consultation and lane."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, case, select, update

from consult.audit.store import record
from consult.consultations.stages import Stage
from consult.people import Caller, Role, Side
from consult.storage import moments
from consult.storage.prepared import Prepared
from consult.storage.tables import entry, ticket
from consult.wire.to_client import Entry, Seen

CONVERSATION = "conversation"
STAFF = "staff"
LATEST = 20

_next = (
    update(ticket)
    .where(ticket.c.id == bindparam("ticket"))
    .values(last_seq=ticket.c.last_seq + 1)
    .returning(ticket.c.last_seq)
)
_next_staff = (
    update(ticket)
    .where(ticket.c.id == bindparam("ticket"))
    .values(last_staff_seq=ticket.c.last_staff_seq + 1)
    .returning(ticket.c.last_staff_seq)
)
# The author's right to write is part of the UPDATE that takes the number.
_may_write = update(ticket).where(ticket.c.id == bindparam("ticket"), ticket.c.stage == Stage.SERVING.value)
_takes_seq = {"last_seq": ticket.c.last_seq + 1}
_returned = ticket.c.last_seq, ticket.c.officer_id
_next_by_applicant = Prepared(_may_write.values(_takes_seq).returning(*_returned))
_next_by_officer = Prepared(
    _may_write.where(ticket.c.officer_id == bindparam("officer")).values(_takes_seq).returning(*_returned)
)
_put_message = Prepared(
    entry.insert().values(
        {
            name: bindparam(name)
            for name in ("ticket_id", "lane", "seq", "at", "kind", "side", "author_id", "author_name", "text")
        }
    )
)
_insert = entry.insert()
_after = (
    select(entry)
    .where(
        entry.c.ticket_id == bindparam("ticket"),
        entry.c.lane == bindparam("lane"),
        entry.c.seq > bindparam("after"),
    )
    .order_by(entry.c.seq)
)


def add(
    conn: Connection,
    ticket_id: str,
    kind: str,
    name: str = "",
    detail: dict[str, Any] | None = None,
    lane: str = CONVERSATION,
    side: Side = Side.OFFICE,
    author_id: str | None = None,
    text: str = "",
) -> Entry:
    """Append an entry of the office's (served, ended, call ...), or a photo, and return it with its seq."""
    statement = _next if lane == CONVERSATION else _next_staff
    seq = conn.execute(statement, {"ticket": ticket_id}).scalar_one()
    return _put(conn, ticket_id, lane, seq, kind, side, author_id, name, detail or {}, text)


def add_message(
    conn: Connection, caller: Caller, ticket_id: str, text: str
) -> tuple[Entry, str | None] | None:
    """Append a message; returns it with the serving officer's id, None when the caller may not write."""
    if caller.role is Role.APPLICANT:
        own = caller.id == ticket_id
        row = _next_by_applicant.first(conn, {"ticket": ticket_id}) if own else None
    else:
        row = _next_by_officer.first(conn, {"ticket": ticket_id, "officer": caller.id})
    if row is None:
        return None
    seq, officer_id = row
    at_ms = moments.now_ms(conn)
    values = {
        "ticket_id": ticket_id,
        "lane": CONVERSATION,
        "seq": seq,
        "at": at_ms,
        "kind": "message",
        "side": caller.side.value,
        "author_id": caller.id,
        "author_name": caller.name,
        "text": text,
    }
    _put_message.run(conn, values)
    content = {"lane": CONVERSATION, "seq": seq, "kind": "message", "text": text}
    record(conn, f"ticket:{ticket_id}", "entry", caller.id, content)
    side: Literal["applicant", "officer"] = "applicant" if caller.role is Role.APPLICANT else "officer"
    made = Entry(seq=seq, at=at_ms, kind="message", by=side, name=caller.name, text=text, values={})
    return made, officer_id


def _put(
    conn: Connection,
    ticket_id: str,
    lane: str,
    seq: int,
    kind: str,
    side: Side,
    author_id: str | None,
    name: str,
    detail: dict[str, Any],
    text: str,
) -> Entry:
    now = moments.now(conn)
    conn.execute(
        _insert,
        {
            "ticket_id": ticket_id,
            "lane": lane,
            "seq": seq,
            "at": now,
            "kind": kind,
            "side": side.value,
            "author_id": author_id,
            "author_name": name,
            "text": text,
            "detail": detail,
        },
    )
    content: dict[str, Any] = {"lane": lane, "seq": seq, "kind": kind}
    if detail:
        content["detail"] = detail
    if text:
        content["text"] = text
    record(conn, f"ticket:{ticket_id}", "entry", author_id or "office", content)
    return Entry(seq=seq, at=_ms(now), kind=kind, by=side.value, name=name, text=text, values=detail)  # type: ignore[arg-type]


def after(conn: Connection, ticket_id: str, seq: int, lane: str = CONVERSATION) -> list[Entry]:
    """Every entry after `seq`, in order."""
    rows = conn.execute(_after, {"ticket": ticket_id, "lane": lane, "after": seq})
    return [_entry(row) for row in rows]


def has_newer(conn: Connection, ticket_id: str, kind: str, by: str, since: datetime) -> bool:
    """Whether that side caused an entry of this kind after `since`; looks at the last few entries only."""
    last = select(ticket.c.last_seq).where(ticket.c.id == ticket_id).scalar_subquery()
    query = select(entry.c.detail).where(
        entry.c.ticket_id == ticket_id,
        entry.c.lane == CONVERSATION,
        entry.c.seq > last - LATEST,
        entry.c.kind == kind,
        entry.c.at > since,
    )
    return any(row.detail.get("by") == by for row in conn.execute(query))


def newest(conn: Connection, ticket_id: str, kind: str, by: str, since: datetime) -> dict[str, Any] | None:
    """What the last entry of this kind that was caused by that side says, if it is not older than `since`."""
    query = (
        select(entry.c.detail)
        .where(
            entry.c.ticket_id == ticket_id,
            entry.c.lane == CONVERSATION,
            entry.c.kind == kind,
            entry.c.at >= since,
            entry.c.detail["by"].as_string() == by,
        )
        .order_by(entry.c.seq.desc())
        .limit(1)
    )
    detail: dict[str, Any] | None = conn.execute(query).scalar()
    return detail


def mark_seen(conn: Connection, side: Side, ticket_id: str, delivered: int, read: int) -> Seen:
    """Move this side's marks forward, never back and never past the last entry; returns all four marks."""
    now_delivered, now_read = (
        (ticket.c.applicant_delivered, ticket.c.applicant_read)
        if side is Side.APPLICANT
        else (ticket.c.officer_delivered, ticket.c.officer_read)
    )
    row = conn.execute(
        select(
            ticket.c.last_seq,
            ticket.c.applicant_delivered,
            ticket.c.applicant_read,
            ticket.c.officer_delivered,
            ticket.c.officer_read,
        ).where(ticket.c.id == ticket_id)
    ).one()
    delivered = min(max(delivered, read), row.last_seq)
    read = min(read, row.last_seq)
    marks = conn.execute(
        update(ticket)
        .where(ticket.c.id == ticket_id)
        .values(
            {
                now_delivered: case((now_delivered < delivered, delivered), else_=now_delivered),
                now_read: case((now_read < read, read), else_=now_read),
            }
        )
        .returning(
            ticket.c.applicant_delivered,
            ticket.c.applicant_read,
            ticket.c.officer_delivered,
            ticket.c.officer_read,
        )
    ).one()
    return Seen(*marks)


def last_seqs(conn: Connection, caller: Caller) -> dict[str, int]:
    """Ticket id -> last seq, for each consultation this caller takes part in."""
    query = select(ticket.c.id, ticket.c.last_seq)
    if caller.role is Role.APPLICANT:
        query = query.where(ticket.c.id == caller.id)
    else:
        query = query.where(ticket.c.officer_id == caller.id, ticket.c.stage == Stage.SERVING)
    return {row.id: row.last_seq for row in conn.execute(query)}


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        at=_ms(row.at),
        kind=row.kind,
        by=row.side,
        name=row.author_name,
        text=row.text,
        values=row.detail,
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
