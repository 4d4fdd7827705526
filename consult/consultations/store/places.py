"""The one live place that a visitor may hold."""

from sqlalchemy import Connection, select, text

from consult.storage.tables import LIVE, ticket


def is_held_elsewhere(conn: Connection, ticket_id: str) -> bool:
    """Whether the visitor of this ticket holds a live place of another number."""
    visitor = select(ticket.c.visitor_hash).where(ticket.c.id == ticket_id).scalar_subquery()
    # In the words of the unique index, which therefore finds the row.
    other = select(ticket.c.id).where(
        ticket.c.visitor_hash == visitor, text(f"ticket.{LIVE}"), ticket.c.id != ticket_id
    )
    return conn.execute(other).first() is not None
