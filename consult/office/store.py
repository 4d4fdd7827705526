"""Rows of services, their hours, and the days on which the office is closed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, exists, func, select, update

from consult.audit.store import record
from consult.errors import Conflict, NotFound
from consult.office.hours import Span, Week
from consult.storage import moments
from consult.storage.tables import closure, service, service_hours

SUBJECT = "office"

letters = select(service.c.letter)
"""Every letter that was ever given, also to a service that was retired."""


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    letter: str
    name_id: str
    name_en: str
    always_open: bool
    week: Week

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_id


@dataclass(frozen=True, slots=True)
class Closure:
    day: date
    reason_id: str
    reason_en: str

    def reason(self, language: str) -> str:
        return self.reason_en if language == "en" else self.reason_id


def services(conn: Connection) -> list[Service]:
    """The services that are offered, in the office's order."""
    weeks: dict[str, dict[int, Span]] = defaultdict(dict)
    for row in conn.execute(select(service_hours)):
        weeks[row.service_id][row.weekday] = Span(row.opens_minute, row.closes_minute)
    query = select(service).where(service.c.retired_at.is_(None)).order_by(service.c.sort, service.c.letter)
    return [
        Service(row.id, row.letter, row.name_id, row.name_en, row.always_open, weeks[row.id])
        for row in conn.execute(query)
    ]


def closures(conn: Connection, since: date) -> list[Closure]:
    query = select(closure).where(closure.c.day >= since.isoformat()).order_by(closure.c.day)
    return [Closure(date.fromisoformat(row.day), row.reason_id, row.reason_en) for row in conn.execute(query)]


def add_service(conn: Connection, values: Service, actor: str) -> None:
    """Raises Conflict when the letter is taken, also by a service that was retired."""
    if conn.execute(select(exists().where(service.c.letter == values.letter))).scalar_one():
        raise Conflict(letter=values.letter)
    last = conn.execute(select(func.coalesce(func.max(service.c.sort), 0))).scalar_one()
    conn.execute(
        service.insert().values(
            id=values.id,
            letter=values.letter,
            name_id=values.name_id,
            name_en=values.name_en,
            always_open=values.always_open,
            sort=last + 1,
        )
    )
    _insert_week(conn, values.id, values.week)
    content = {"service": values.id, "letter": values.letter, "name": values.name_id}
    record(conn, SUBJECT, "service_added", actor, content | _hours_content(values.always_open, values.week))


def retire_service(conn: Connection, service_id: str, actor: str) -> None:
    """No new numbers; tickets that stand stay. Raises NotFound."""
    query = update(service).where(service.c.id == service_id, service.c.retired_at.is_(None))
    if conn.execute(query.values(retired_at=moments.now(conn))).rowcount != 1:
        raise NotFound()
    record(conn, SUBJECT, "service_retired", actor, {"service": service_id})


def set_hours(conn: Connection, service_id: str, always_open: bool, week: Week, actor: str) -> None:
    """Replace the weekly hours of a service. Raises NotFound."""
    query = update(service).where(service.c.id == service_id, service.c.retired_at.is_(None))
    if conn.execute(query.values(always_open=always_open)).rowcount != 1:
        raise NotFound()
    conn.execute(delete(service_hours).where(service_hours.c.service_id == service_id))
    _insert_week(conn, service_id, week)
    content = {"service": service_id, **_hours_content(always_open, week)}
    record(conn, SUBJECT, "hours_set", actor, content)


def add_closure(conn: Connection, values: Closure, actor: str) -> None:
    """Raises Conflict when the day is a closure already."""
    day = values.day.isoformat()
    if conn.execute(select(exists().where(closure.c.day == day))).scalar_one():
        raise Conflict(day=day)
    conn.execute(closure.insert().values(day=day, reason_id=values.reason_id, reason_en=values.reason_en))
    record(conn, SUBJECT, "closure_added", actor, {"day": day, "reason": values.reason_id})


def remove_closure(conn: Connection, day: date, actor: str) -> None:
    """Raises NotFound."""
    if conn.execute(delete(closure).where(closure.c.day == day.isoformat())).rowcount != 1:
        raise NotFound()
    record(conn, SUBJECT, "closure_removed", actor, {"day": day.isoformat()})


def _insert_week(conn: Connection, service_id: str, week: Week) -> None:
    for weekday, span in sorted(week.items()):
        conn.execute(
            service_hours.insert().values(
                service_id=service_id,
                weekday=weekday,
                opens_minute=span.opens_minute,
                closes_minute=span.closes_minute,
            )
        )


def _hours_content(always_open: bool, week: Mapping[int, Span]) -> dict[str, object]:
    hours = {str(day): [span.opens_minute, span.closes_minute] for day, span in sorted(week.items())}
    return {"always_open": always_open, "hours": hours}
