"""Figures for the board, straight from the rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, or_, select, text

from consult.storage.tables import call, duty, guest, person, service, ticket

RETURNED_OFTEN = 3  # then somebody has to look at it
MOST_RETURNED = 20


@dataclass(frozen=True, slots=True)
class ServiceCounts:
    id: str
    letter: str
    name_id: str
    name_en: str
    waiting_chat: int
    waiting_video: int
    serving: int
    longest_since_at: datetime | None
    longest_label: str | None


def services(conn: Connection) -> list[ServiceCounts]:
    """Each service with who waits and who is served, in the office's order.

    A retired one stays until its last citizen has left.
    """
    # An offered citizen has not been served yet, so still waits.
    in_line = ticket.c.stage.in_(["waiting", "offered"])
    counts = (
        select(
            ticket.c.service_id,
            func.sum(case((in_line & (ticket.c.channel == "chat"), 1), else_=0)).label("chat"),
            func.sum(case((in_line & (ticket.c.channel == "video"), 1), else_=0)).label("video"),
            func.sum(case((ticket.c.stage == "serving", 1), else_=0)).label("serving"),
            func.min(case((in_line, ticket.c.joined_at))).label("longest"),
        )
        .where(ticket.c.stage.in_(["waiting", "offered", "serving"]))
        .group_by(ticket.c.service_id)
        .subquery()
    )
    query = (
        select(service, counts)
        .outerjoin(counts, counts.c.service_id == service.c.id)
        .where(or_(service.c.retired_at.is_(None), counts.c.service_id.is_not(None)))
        .order_by(service.c.sort, service.c.letter)
    )
    return [_counts(conn, row) for row in conn.execute(query).all()]


def _counts(conn: Connection, row: Row[Any]) -> ServiceCounts:
    label = None
    if row.longest is not None:
        label = conn.execute(
            select(ticket.c.label)
            .where(ticket.c.service_id == row.id, ticket.c.stage.in_(["waiting", "offered"]))
            .order_by(ticket.c.joined_at, ticket.c.id)
            .limit(1)
        ).scalar()
    return ServiceCounts(
        row.id,
        row.letter,
        row.name_id,
        row.name_en,
        int(row.chat or 0),
        int(row.video or 0),
        int(row.serving or 0),
        row.longest,
        label,
    )


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    label: str
    name_id: str
    name_en: str
    times: int


def returned_often(conn: Connection) -> list[ReturnedRow]:
    """Who waits and was given back to the head RETURNED_OFTEN times or more, the most often first."""
    query = (
        select(ticket.c.label, service.c.name_id, service.c.name_en, ticket.c.returns)
        .join(service, service.c.id == ticket.c.service_id)
        .where(ticket.c.stage.in_(["waiting", "offered"]), ticket.c.returns >= RETURNED_OFTEN)
        .order_by(ticket.c.returns.desc(), ticket.c.label, ticket.c.id)
        .limit(MOST_RETURNED)
    )
    return [ReturnedRow(*row) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class OfficerCounts:
    id: str
    name: str
    state: str
    reason: str
    since_at: datetime
    load: int
    capacity: int
    chats: int
    calls: int
    offered: bool


def officers(conn: Connection) -> list[OfficerCounts]:
    """Every officer who is not disabled, by name, with what is being served."""
    live_call = select(call.c.id).where(call.c.ticket_id == ticket.c.id, call.c.stage != "ended").exists()
    in_call = case((live_call, 1), else_=0)
    served = (
        select(ticket.c.officer_id, func.count().label("all"), func.sum(in_call).label("calls"))
        .where(ticket.c.stage == "serving")
        .group_by(ticket.c.officer_id)
        .subquery()
    )
    query = (
        select(duty, person.c.name, served.c.all, served.c.calls)
        .join(person, person.c.id == duty.c.person_id)
        .outerjoin(served, served.c.officer_id == duty.c.person_id)
        .where(person.c.disabled_at.is_(None))
        .order_by(person.c.name, person.c.id)
    )
    return [
        OfficerCounts(
            row.person_id,
            row.name,
            row.state,
            row.reason,
            row.since_at,
            row.load,
            row.capacity,
            int(row.all or 0) - int(row.calls or 0),
            int(row.calls or 0),
            row.offered_ticket is not None,
        )
        for row in conn.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class CallRow:
    id: str
    ticket: str
    label: str
    name_id: str
    name_en: str
    officer: str
    media: str
    connected_at: datetime | None
    chair: str
    listener: str


def calls(conn: Connection) -> list[CallRow]:
    """Each call that goes on, the oldest first."""
    query = (
        select(
            call.c.id,
            ticket.c.id.label("ticket"),
            ticket.c.label,
            service.c.name_id,
            service.c.name_en,
            person.c.name.label("officer"),
            func.coalesce(call.c.accepted_media, call.c.media).label("media"),
            call.c.connected_at,
            func.coalesce(guest.c.role, "").label("chair"),
            case((guest.c.person_id.is_not(None), guest.c.name), else_="").label("listener"),
        )
        .join(ticket, ticket.c.id == call.c.ticket_id)
        .join(service, service.c.id == ticket.c.service_id)
        .join(person, person.c.id == ticket.c.officer_id)
        .outerjoin(guest, (guest.c.ticket_id == ticket.c.id) & text("guest.stage <> 'ended'"))
        .where(
            text("call.stage <> 'ended'"),
            call.c.stage.in_(["connecting", "connected"]),
            ticket.c.stage == "serving",
        )
        .order_by(call.c.rang_at, call.c.id)
    )
    return [CallRow(**row._mapping) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class TicketRow:
    id: str
    label: str
    name_id: str
    name_en: str
    stage: str
    joined_at: datetime
    served_at: datetime | None
    assignment_epoch: int
    officer: str
    media: str


def served(conn: Connection) -> list[TicketRow]:
    """Who is being served, the longest first."""
    query = _tickets().where(ticket.c.stage == "serving").order_by(ticket.c.served_at, ticket.c.id)
    return [TicketRow(**row._mapping) for row in conn.execute(query)]


def numbered(conn: Connection, label: str) -> list[TicketRow]:
    """Whoever has this number and is not over, the newest first."""
    alive = ticket.c.stage.in_(["waiting", "offered", "serving", "parked"])
    query = _tickets().where(alive, ticket.c.label == label)
    return [TicketRow(**row._mapping) for row in conn.execute(query.order_by(ticket.c.joined_at.desc()))]


def _tickets() -> Select[Any]:
    talking = (call.c.ticket_id == ticket.c.id) & text("call.stage <> 'ended'")
    return (
        select(
            ticket.c.id,
            ticket.c.label,
            service.c.name_id,
            service.c.name_en,
            ticket.c.stage,
            ticket.c.joined_at,
            ticket.c.served_at,
            ticket.c.assignment_epoch,
            func.coalesce(person.c.name, "").label("officer"),
            case(
                (
                    call.c.stage.in_(["connecting", "connected"]),
                    func.coalesce(call.c.accepted_media, call.c.media),
                ),
                else_="",
            ).label("media"),
        )
        .join(service, service.c.id == ticket.c.service_id)
        .outerjoin(person, person.c.id == ticket.c.officer_id)
        .outerjoin(call, talking)
    )
