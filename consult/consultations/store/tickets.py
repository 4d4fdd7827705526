"""Tickets: finding, opening and advancing them. Each step is one conditional UPDATE and one event row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from consult.audit.store import record
from consult.consultations.stages import LIVE as LIVE_STAGES
from consult.consultations.stages import MAY_HOLD, TO_THE_HEAD, Stage, Step, next_stage
from consult.errors import NotFound, StaleAttempt
from consult.people import Caller, Role
from consult.storage import moments
from consult.storage.tables import LIVE, duty, person, service, ticket, ticket_number


@dataclass(frozen=True, slots=True)
class TicketRow:
    id: str
    service_id: str
    service_name: str
    service_name_en: str
    day: str
    label: str
    channel: str
    units: int
    name: str
    phone: str
    application_number: str
    language: str
    stage: Stage
    joined_at: datetime
    returned: bool
    order_at: datetime
    away_since_at: datetime | None
    attempt: int
    officer_id: str | None
    officer_name: str | None
    officer_state: str | None
    offered_at: datetime | None
    offer_expires_at: datetime | None
    offered_to: str | None
    assignment_epoch: int
    served_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    last_seq: int
    applicant_delivered: int
    applicant_read: int
    officer_delivered: int
    officer_read: int
    held_for: str | None
    held_until_at: datetime | None

    @property
    def score(self) -> float:
        """The place in the line: returned people first, then the order time."""
        return self.order_at.timestamp() * 1000 - (RETURNED_MS if self.returned else 0)


RETURNED_MS = 10**13  # larger than any instant in milliseconds
FROM_ELSEWHERE = "transfer"  # in the place of a day: numbers of people who come from other services

NOT_HELD: dict[str, Any] = {"held_for": None, "held_until_at": None}

_columns = (
    *(column for column in ticket.c if column.name in TicketRow.__dataclass_fields__),
    service.c.name_id.label("service_name"),
    service.c.name_en.label("service_name_en"),
    person.c.name.label("officer_name"),
    duty.c.state.label("officer_state"),
)
every = (
    select(*_columns)
    .join(service, service.c.id == ticket.c.service_id)
    .outerjoin(person, person.c.id == ticket.c.officer_id)
    .outerjoin(duty, duty.c.person_id == ticket.c.officer_id)
)
_one = every.where(ticket.c.id == bindparam("ticket"))


def row_of(row: Row[Any]) -> TicketRow:
    values = dict(row._mapping)
    values["stage"] = Stage(values["stage"])
    return TicketRow(**values)


def find(conn: Connection, ticket_id: str, lock: bool = False) -> TicketRow:
    """Raises NotFound."""
    row = conn.execute(_one.with_for_update(of=ticket) if lock else _one, {"ticket": ticket_id}).first()
    if row is None:
        raise NotFound()
    return row_of(row)


def find_for(conn: Connection, caller: Caller, ticket_id: str, lock: bool = False) -> TicketRow:
    """The ticket, when it is the caller's: the applicant's own, or the one this officer holds.

    Raises NotFound alike for what is not there and for what is not the caller's.
    """
    found = find(conn, ticket_id, lock)
    if caller.role is Role.APPLICANT:
        if found.id != caller.id:
            raise NotFound()
    elif caller.role is Role.GUEST or found.officer_id != caller.id:
        raise NotFound()
    return found


def live_of_visitor(conn: Connection, visitor_hash: bytes) -> TicketRow | None:
    # In the words of the unique index, which therefore finds the row.
    row = conn.execute(every.where(ticket.c.visitor_hash == visitor_hash, text(f"ticket.{LIVE}"))).first()
    return None if row is None else row_of(row)


def hashes(conn: Connection, ticket_id: str) -> tuple[bytes, str] | None:
    """(secret hash, PIN hash) of a ticket, None when there is none."""
    row = conn.execute(
        select(ticket.c.secret_hash, ticket.c.pin_hash).where(ticket.c.id == ticket_id)
    ).first()
    return None if row is None else (row.secret_hash, row.pin_hash)


def by_label(conn: Connection, label: str, day: str, most: int) -> list[tuple[str, str]]:
    """(id, PIN hash) of who may come back by this label on a local day, at most so many.

    First the one of that day, in whichever stage, then those of other days that are not over, newest first:
    midnight ends neither a consultation nor the line of a service that is always open.
    """
    of_the_day = and_(ticket.c.day == day, ticket.c.label == label)
    alive = and_(ticket.c.stage.in_(sorted(LIVE_STAGES)), ticket.c.label == label)
    query = select(ticket.c.id, ticket.c.pin_hash).where(or_(of_the_day, alive))
    newest = query.order_by((ticket.c.day == day).desc(), ticket.c.day.desc(), ticket.c.number.desc())
    return [(row.id, row.pin_hash) for row in conn.execute(newest.limit(most))]


def next_number(conn: Connection, service_id: str, day: str) -> int:
    """The next queue number of a service and local day, counting from 1."""
    insert: Any = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(ticket_number)
        .values(service_id=service_id, day=day, last_number=1)
        .on_conflict_do_update(
            index_elements=["service_id", "day"], set_={"last_number": ticket_number.c.last_number + 1}
        )
        .returning(ticket_number.c.last_number)
    )
    return int(conn.execute(statement).scalar_one())


def label_of(letter: str, number: int) -> str:
    """What is said aloud: B-014. No two services ever have the same letter."""
    return f"{letter}-{number:03d}"


def number_of_newcomer(conn: Connection, service_id: str) -> int:
    """A number below zero for somebody who comes from another service, whose label stays as it is."""
    return -next_number(conn, service_id, FROM_ELSEWHERE)


# By its label, which stays: the one before may have been transferred to another service.
# The latest of that label, which one of a former day that was reopened has as well.
_order_of_label = select(func.max(ticket.c.order_at)).where(
    ticket.c.day == bindparam("of_day"), ticket.c.label == bindparam("before")
)


def open_ticket(conn: Connection, values: dict[str, Any]) -> TicketRow:
    """Insert a waiting ticket; `values` are the columns except stage and order."""
    now = moments.now(conn)
    order_at = _behind_the_last(conn, values, now)
    conn.execute(
        ticket.insert().values(
            **values, stage=Stage.WAITING, joined_at=now, order_at=order_at, away_since_at=now
        )
    )
    record(
        conn,
        f"ticket:{values['id']}",
        "join",
        f"ticket:{values['id']}",
        {
            "service": values["service_id"],
            "label": values["label"],
            "channel": values["channel"],
            "notice_version": values["notice_version"],
            "notice_language": values["notice_language"],
        },
    )
    return find(conn, values["id"])


def _behind_the_last(conn: Connection, values: dict[str, Any], now: datetime) -> datetime:
    """The place of a number is behind the number before it, also in the same moment or after a clock was set.

    `next_number` has locked the row that gives numbers, so the one before stands there by now.
    """
    letter = values["label"].partition("-")[0]
    before = label_of(letter, values["number"] - 1)
    last = conn.execute(_order_of_label, {"of_day": values["day"], "before": before}).scalar()
    return now if last is None else max(now, last + timedelta(milliseconds=1))


def advance(
    conn: Connection,
    before: TicketRow,
    step: Step,
    actor: str,
    detail: dict[str, Any] | None = None,
    **columns: Any,
) -> TicketRow:
    """Take one step of the table, if the row is still as in `before`.

    Raises StageForbids or Ended from the table, StaleAttempt when somebody was faster.
    """
    stage = next_stage(before.stage, step)
    if step in TO_THE_HEAD:
        columns |= {"returned": True, "returns": ticket.c.returns + 1}
    if step not in MAY_HOLD:
        columns |= NOT_HELD  # the first step after it ends the wait for one officer
    if stage is not Stage.OFFERED:
        columns["offer_expires_at"] = None
    if stage in (Stage.WAITING, Stage.PARKED):
        columns["officer_id"] = None
    if stage is Stage.ENDED:
        columns |= {"ended_at": moments.now(conn)}
    elif before.stage is Stage.ENDED:
        columns |= {"ended_at": None, "ended_reason": None}
    changed = conn.execute(
        update(ticket)
        .where(
            ticket.c.id == before.id,
            ticket.c.stage == before.stage,
            ticket.c.attempt == before.attempt,
            ticket.c.assignment_epoch == before.assignment_epoch,
        )
        .values(stage=stage, **columns)
    )
    if changed.rowcount != 1:
        raise StaleAttempt()
    content = {"from": before.stage.value, "to": stage.value, "step": step.value, **(detail or {})}
    record(conn, f"ticket:{before.id}", "stage", actor, content)
    return find(conn, before.id)


def set_units(conn: Connection, ticket_id: str, units: int) -> None:
    conn.execute(update(ticket).where(ticket.c.id == ticket_id).values(units=units))


def set_away(conn: Connection, ticket_id: str, away: bool) -> None:
    """The owner's page is gone (since now, unless already) or back."""
    query = update(ticket).where(ticket.c.id == ticket_id)
    if away:
        conn.execute(query.where(ticket.c.away_since_at.is_(None)).values(away_since_at=moments.now(conn)))
    else:
        conn.execute(query.values(away_since_at=None))


def held_by(conn: Connection, officer_id: str, *stages: Stage) -> list[TicketRow]:
    """The tickets this officer holds in the given stages, oldest first."""
    query = every.where(
        ticket.c.officer_id == officer_id, ticket.c.stage.in_([stage.value for stage in stages])
    )
    return [row_of(row) for row in conn.execute(query.order_by(ticket.c.served_at, ticket.c.id))]
