"""The line and what falls due in it: reads over many tickets, for matching and the sweep."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Select,
    and_,
    delete,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from consult.consultations.stages import Stage
from consult.consultations.store.tickets import TicketRow, every, row_of
from consult.storage import moments
from consult.storage.tables import duty, person, person_service, service, ticket, ticket_pass

MOST_UNITS = 2**31 - 1

# Written out, so that PostgreSQL too sees that the partial index of the line serves.
_waiting = ticket.c.stage == literal_column("'waiting'")


def waiting(conn: Connection, service_id: str | None = None, most: int | None = None) -> list[TicketRow]:
    """The line in order, of one service or all; only its first `most`."""
    query = every.where(ticket.c.stage == Stage.WAITING).limit(most)
    if service_id is not None:
        query = query.where(ticket.c.service_id == service_id)
    order = query.order_by(ticket.c.returned.desc(), ticket.c.order_at, ticket.c.id)
    return [row_of(row) for row in conn.execute(order)]


def order(conn: Connection, service_id: str) -> list[str]:
    """Ids of the line of a service, first to last."""
    query = select(ticket.c.id).where(ticket.c.stage == Stage.WAITING, ticket.c.service_id == service_id)
    return list(
        conn.execute(query.order_by(ticket.c.returned.desc(), ticket.c.order_at, ticket.c.id)).scalars()
    )


def first_fitting(
    conn: Connection, service_id: str, units_free: int, exclude: Collection[str] = ()
) -> str | None:
    """The first of the line who needs no more than `units_free`, has not gone away and is not excluded."""
    for returned in (true(), false()):  # each walks the line's index in its own order, until somebody fits
        query = select(ticket.c.id).where(
            _waiting,
            ticket.c.service_id == service_id,
            ticket.c.returned == returned,
            ticket.c.units <= units_free,
            ticket.c.away_since_at.is_(None),
            ticket.c.id.not_in(exclude),
        )
        first = conn.execute(query.order_by(ticket.c.order_at, ticket.c.id).limit(1)).scalar()
        if first is not None:
            return str(first)
    return None


def long_first(conn: Connection, service_ids: Iterable[str], waited_seconds: float) -> list[TicketRow]:
    """Who is first of these lines, has not gone away, and has waited so long, minutes of priority aside; in
    the lines' order.
    """
    before = moments.now(conn) - timedelta(seconds=waited_seconds)
    firsts = [first_fitting(conn, service_id, MOST_UNITS) for service_id in service_ids]
    query = every.where(ticket.c.id.in_([one for one in firsts if one]), ticket.c.joined_at <= before)
    return [row_of(row) for row in conn.execute(query.order_by(ticket.c.order_at, ticket.c.id))]


def waiting_count(conn: Connection, service_id: str) -> int:
    query = select(func.count()).where(ticket.c.stage == Stage.WAITING, ticket.c.service_id == service_id)
    return int(conn.execute(query).scalar_one())


def place_of(conn: Connection, row: TicketRow) -> int:
    """Where a waiting ticket stands in the line of its service, from 1."""
    earlier = or_(
        ticket.c.order_at < row.order_at, and_(ticket.c.order_at == row.order_at, ticket.c.id < row.id)
    )
    mine = and_(ticket.c.stage == Stage.WAITING, ticket.c.service_id == row.service_id)
    before = select(func.count()).where(mine, ticket.c.returned == row.returned, earlier)
    returned = select(func.count()).where(mine, ticket.c.returned.is_(True))
    ahead = int(conn.execute(before).scalar_one())
    return 1 + ahead + (0 if row.returned else int(conn.execute(returned).scalar_one()))


def waiting_among(conn: Connection, ticket_ids: Iterable[str]) -> list[TicketRow]:
    """Those of the given tickets that wait, in the line's order."""
    query = every.where(ticket.c.id.in_(list(ticket_ids)), ticket.c.stage == Stage.WAITING)
    order = query.order_by(ticket.c.returned.desc(), ticket.c.order_at, ticket.c.id)
    return [row_of(row) for row in conn.execute(order)]


def offers_run_out(conn: Connection) -> list[str]:
    query = select(ticket.c.id).where(
        ticket.c.stage == Stage.OFFERED, ticket.c.offer_expires_at <= moments.now(conn)
    )
    return list(conn.execute(query.order_by(ticket.c.id)).scalars())


def unparked(conn: Connection) -> list[TicketRow]:
    """Everybody whose page is expected to be open: who waits, is offered or is served."""
    stages = [Stage.WAITING, Stage.OFFERED, Stage.SERVING]
    return [row_of(row) for row in conn.execute(every.where(ticket.c.stage.in_(stages)))]


def away_too_long(conn: Connection, hold_seconds: float, ticket_id: str | None = None) -> list[str]:
    """Waiting tickets whose owner has been away for longer than a place is held; of all, or this one."""
    before = moments.now(conn) - timedelta(seconds=hold_seconds)
    query = select(ticket.c.id).where(ticket.c.stage == Stage.WAITING, ticket.c.away_since_at <= before)
    return _ids(conn, query, ticket.c.id, ticket_id)


def left_over(conn: Connection, day: str, ticket_id: str | None = None) -> list[str]:
    """Tickets of days before `day` that nobody serves any more; of all, or this one.

    At a service that is always open, who waits goes on waiting: midnight is no end there.
    """
    closes = ~service.c.always_open | service.c.retired_at.is_not(None)
    query = (
        select(ticket.c.id)
        .join(service, service.c.id == ticket.c.service_id)
        .where(
            ticket.c.day < day,
            or_(ticket.c.stage == Stage.PARKED, and_(ticket.c.stage == Stage.WAITING, closes)),
        )
    )
    return _ids(conn, query, ticket.c.id, ticket_id)


def left_alone(conn: Connection, service_ids: Collection[str], ticket_id: str | None = None) -> list[str]:
    """Tickets that wait, or are parked, at these services while nobody is on duty there; of all, or this one.

    A lost officer may be back in a moment, and counts as on duty until the office gives up.
    """
    on_duty = exists(
        select(duty.c.person_id)
        .join(person_service, person_service.c.person_id == duty.c.person_id)
        .where(
            person_service.c.service_id == ticket.c.service_id,
            duty.c.state.in_(["available", "paused", "lost"]),
        )
    )
    query = select(ticket.c.id).where(
        ticket.c.service_id.in_(sorted(service_ids)),
        ticket.c.stage.in_([Stage.WAITING, Stage.PARKED]),
        ~on_duty,
    )
    return _ids(conn, query, ticket.c.id, ticket_id)


def _ids(conn: Connection, query: Select[Any], column: Column[Any], one: str | None) -> list[str]:
    query = query.order_by(column) if one is None else query.where(column == one)
    return list(conn.execute(query).scalars())


def gone_officers(
    conn: Connection, requeue_seconds: float, lost_seconds: float, officer_id: str | None = None
) -> list[str]:
    """Officers whose people go back to the line: lost for too long; or disabled, or off duty since then, and
    holding somebody.

    Too long: not heard of for `requeue_seconds`, and counted as lost for what these are more than
    `lost_seconds`. After a standstill nobody was heard of; whoever is here has that time to say so.
    Of all, or this one.
    """
    now = moments.now(conn)
    silent = duty.c.seen_at <= now - timedelta(seconds=requeue_seconds)
    missed = duty.c.since_at <= now - timedelta(seconds=max(0.0, requeue_seconds - lost_seconds))
    holding = exists(
        select(ticket.c.id).where(
            ticket.c.officer_id == duty.c.person_id, ticket.c.stage.in_(["offered", "serving"])
        )
    )
    query = (
        select(duty.c.person_id)
        .join(person, person.c.id == duty.c.person_id)
        .where(
            or_(
                and_(duty.c.state == "lost", silent, missed),
                # Off duty nobody holds anybody, but who was disabled and let in again within a second.
                and_(
                    or_(duty.c.state.in_(["disabled", "offline"]), person.c.disabled_at.is_not(None)),
                    holding,
                ),
            )
        )
    )
    return _ids(conn, query, duty.c.person_id, officer_id)


def record_pass(conn: Connection, ticket_id: str, officer_id: str, transferred: bool = False) -> None:
    """Remember that this officer passed on this citizen, or handed them over, now."""
    insert: Any = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    now = moments.now(conn)
    conn.execute(
        insert(ticket_pass)
        .values(ticket_id=ticket_id, officer_id=officer_id, passed_at=now, transferred=transferred)
        .on_conflict_do_update(
            index_elements=["ticket_id", "officer_id"], set_={"passed_at": now, "transferred": transferred}
        )
    )


def passed_since(conn: Connection, officer_id: str, since: datetime) -> int:
    """How many citizens this officer has passed on after `since`; whom they handed over does not count."""
    mine = (ticket_pass.c.officer_id == officer_id, ticket_pass.c.passed_at > since)
    query = select(func.count()).where(*mine, ticket_pass.c.transferred.is_(False))
    return int(conn.execute(query).scalar_one())


def forget_pass(conn: Connection, ticket_id: str, officer_id: str) -> None:
    """This officer may be offered this citizen again: somebody asked for just that."""
    mine = (ticket_pass.c.ticket_id == ticket_id, ticket_pass.c.officer_id == officer_id)
    conn.execute(delete(ticket_pass).where(*mine))


def passed_lately(conn: Connection, officer_id: str, holds_seconds: float) -> set[str]:
    """Whom this officer has passed on within `holds_seconds`."""
    return passed_lately_by(conn, [officer_id], holds_seconds)[officer_id]


def passed_lately_by(
    conn: Connection, officer_ids: Iterable[str], holds_seconds: float
) -> dict[str, set[str]]:
    """Officer id -> whom each of these officers has passed on within `holds_seconds`."""
    found: dict[str, set[str]] = {id: set() for id in officer_ids}
    since = moments.now(conn) - timedelta(seconds=holds_seconds)
    query = select(ticket_pass.c.officer_id, ticket_pass.c.ticket_id).where(
        ticket_pass.c.officer_id.in_(sorted(found)), ticket_pass.c.passed_at > since
    )
    for officer_id, ticket_id in conn.execute(query):
        found[officer_id].add(ticket_id)
    return found


def served_seconds(conn: Connection, service_id: str, most: int) -> list[float]:
    """How long the last `most` finished consultations of a service took, in seconds."""
    query = (
        select(ticket.c.served_at, ticket.c.ended_at)
        .where(
            ticket.c.service_id == service_id,
            ticket.c.stage == Stage.ENDED,
            ticket.c.served_at.is_not(None),
            ticket.c.ended_at.is_not(None),
        )
        .order_by(ticket.c.ended_at.desc())
        .limit(most)
    )
    return [(row.ended_at - row.served_at).total_seconds() for row in conn.execute(query)]
