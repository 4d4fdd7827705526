"""Who was handed over to one officer waits for that one alone: for a time, and while that one is on duty."""

from sqlalchemy import Connection, exists, or_, select, text, update

from consult.audit.store import record
from consult.consultations.store.tickets import NOT_HELD
from consult.storage import moments
from consult.storage.tables import HELD, duty, person, ticket

# In the words of the index, which therefore finds the few of them.
_held = text(f"ticket.{HELD}")
_MAY_SERVE = ("available", "paused")


def of_everybody(conn: Connection) -> dict[str, str]:
    """Ticket -> the officer for whom alone it waits."""
    query = select(ticket.c.id, ticket.c.held_for).where(_held)
    return {ticket_id: holder for ticket_id, holder in conn.execute(query)}


def for_others(conn: Connection, officer_id: str) -> set[str]:
    """Who waits for one officer alone, and not for this one."""
    return {ticket_id for ticket_id, holder in of_everybody(conn).items() if holder != officer_id}


def over(conn: Connection, ticket_id: str | None = None) -> list[str]:
    """Tickets that waited for one officer long enough, or whose officer is off duty; of all, or this one."""
    on_duty = exists(
        select(duty.c.person_id)
        .join(person, person.c.id == duty.c.person_id)
        .where(
            duty.c.person_id == ticket.c.held_for,
            duty.c.state.in_(_MAY_SERVE),
            person.c.disabled_at.is_(None),
        )
    )
    query = select(ticket.c.id).where(_held, or_(ticket.c.held_until_at <= moments.now(conn), ~on_duty))
    if ticket_id is not None:
        query = query.where(ticket.c.id == ticket_id)
    # Sorted here: asked for in the order of ids, SQLite would read all tickets by those.
    return sorted(conn.execute(query).scalars())


def end(conn: Connection, ticket_id: str) -> None:
    """From now on the ticket is as any other in the line."""
    conn.execute(update(ticket).where(ticket.c.id == ticket_id).values(NOT_HELD))
    record(conn, f"ticket:{ticket_id}", "hold_ended", "office", {})
