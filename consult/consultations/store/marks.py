"""What changes when a page has something new to show: to be compared with what it was a moment ago."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from consult.storage.tables import call, duty, ticket

ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class TicketMark:
    id: str
    officer_id: str | None
    away: bool
    shown: tuple[Any, ...]


_marks = (
    select(
        ticket.c.id,
        ticket.c.officer_id,
        ticket.c.away_since_at,
        ticket.c.stage,
        ticket.c.attempt,
        ticket.c.assignment_epoch,
        ticket.c.last_seq,
        ticket.c.last_staff_seq,
        ticket.c.applicant_delivered,
        ticket.c.applicant_read,
        ticket.c.officer_delivered,
        ticket.c.officer_read,
        duty.c.state,
        call.c.id.label("call"),
        call.c.stage.label("call_stage"),
        call.c.generation,
        call.c.accepted_media,
    )
    .outerjoin(duty, duty.c.person_id == ticket.c.officer_id)
    .outerjoin(call, and_(call.c.ticket_id == ticket.c.id, call.c.stage != "ended"))
)
_held = ticket.c.stage.in_(["offered", "serving"])


def of_tickets(conn: Connection, ticket_ids: Collection[str]) -> list[TicketMark]:
    return _found(conn, [ticket.c.id.in_(some) for some in _chunks(ticket_ids)])


def of_held(conn: Connection, officer_ids: Collection[str]) -> list[TicketMark]:
    """The tickets that these officers hold, offered or served."""
    return _found(conn, [and_(ticket.c.officer_id.in_(some), _held) for some in _chunks(officer_ids)])


def of_duties(conn: Connection, officer_ids: Collection[str]) -> dict[str, int]:
    """Officer -> revision of the duty row."""
    revisions: dict[str, int] = {}
    for some in _chunks(officer_ids):
        query = select(duty.c.person_id, duty.c.revision).where(duty.c.person_id.in_(some))
        revisions.update((person, revision) for person, revision in conn.execute(query))
    return revisions


def _found(conn: Connection, conditions: list[ColumnElement[bool]]) -> list[TicketMark]:
    rows = [row for condition in conditions for row in conn.execute(_marks.where(condition))]
    return [
        TicketMark(id, officer_id, away_since_at is not None, (away_since_at is not None, *shown))
        for id, officer_id, away_since_at, *shown in rows
    ]


def _chunks(ids: Collection[str]) -> Iterator[Sequence[str]]:
    every = sorted(ids)
    for start in range(0, len(every), ASKED_AT_ONCE):
        yield every[start : start + ASKED_AT_ONCE]
