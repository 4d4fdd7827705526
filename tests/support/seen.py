"""What stands in the rows of some services, and in the index of their lines, at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from consult.consultations.store import log
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.store import DutyRow
from consult.storage import tables


@dataclass(frozen=True)
class Seen:
    """What stands in the rows and, of the lines, in the index."""

    rows: dict[str, TicketRow]
    duties: dict[str, DutyRow]
    said: dict[str, tuple[int, int, int]]
    """How many entries a conversation has, and the seq of the first and the last."""
    calls: dict[str, Row[Any]]
    """The live ones, by ticket."""
    recordings: dict[str, Row[Any]]
    """The newest of each ticket."""
    lines: list[list[str]]


def look(conn: Connection, rows: dict[str, TicketRow], people: Iterable[str], calls: bool) -> Seen:
    """At these tickets and people, and at `calls` and what is recorded of them; without the lines."""
    duties = {person: duty.find(conn, person) for person in people}
    seen = Seen(rows, duties, _said(conn, rows), {}, {}, [])
    return replace(seen, calls=_calls(conn, rows), recordings=_recordings(conn, rows)) if calls else seen


def _said(conn: Connection, ticket_ids: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    seq = tables.entry.c.seq
    query = select(tables.entry.c.ticket_id, func.count(), func.min(seq), func.max(seq)).where(
        tables.entry.c.ticket_id.in_(list(ticket_ids)), tables.entry.c.lane == log.CONVERSATION
    )
    return {id: (n, a, b) for id, n, a, b in conn.execute(query.group_by(tables.entry.c.ticket_id))}


def _calls(conn: Connection, ticket_ids: Iterable[str]) -> dict[str, Row[Any]]:
    columns = tables.call.c
    query = select(columns.ticket_id, columns.id, columns.stage, columns.generation).where(
        columns.ticket_id.in_(list(ticket_ids)), columns.stage != "ended"
    )
    return {row.ticket_id: row for row in conn.execute(query)}


def _recordings(conn: Connection, ticket_ids: Iterable[str]) -> dict[str, Row[Any]]:
    one = tables.recording.c
    query = select(one.ticket_id, one.id, one.call_id, one.stage, one.people, one.agreed).where(
        one.ticket_id.in_(list(ticket_ids))
    )
    return {row.ticket_id: row for row in conn.execute(query.order_by(one.revision))}
