"""Citizens who are being served and whose page is gone: told after a while, and in the end let go.

In two steps, by an entry that stands in between: after a standstill of everything, in which nobody was heard
of, whoever comes back within the time of the second is not let go.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select

from consult.consultations.stages import Stage
from consult.consultations.store.log import CONVERSATION
from consult.storage import moments
from consult.storage.tables import entry, ticket

TOLD = "applicant_away"


def to_tell(conn: Connection, away_seconds: float, ticket_id: str | None = None) -> list[str]:
    """Away for so long, which their conversation does not say yet; of all, or this one."""
    before = moments.now(conn) - timedelta(seconds=away_seconds)
    return _served(conn, and_(ticket.c.away_since_at <= before, ~exists(_told())), ticket_id)


def to_let_go(conn: Connection, told_seconds: float, ticket_id: str | None = None) -> list[str]:
    """Still away, so long after that was told; of all, or this one."""
    before = moments.now(conn) - timedelta(seconds=told_seconds)
    return _served(conn, exists(_told().where(entry.c.at <= before)), ticket_id)


def _told() -> Select[tuple[int]]:
    """The entry about this absence, not about an earlier one."""
    return select(entry.c.seq).where(
        entry.c.ticket_id == ticket.c.id,
        entry.c.lane == CONVERSATION,
        entry.c.kind == TOLD,
        entry.c.at >= ticket.c.away_since_at,
    )


def _served(conn: Connection, which: ColumnElement[bool], ticket_id: str | None) -> list[str]:
    query = select(ticket.c.id).where(
        ticket.c.stage == Stage.SERVING, ticket.c.away_since_at.is_not(None), which
    )
    if ticket_id is not None:
        query = query.where(ticket.c.id == ticket_id)
    return list(conn.execute(query.order_by(ticket.c.id)).scalars())
