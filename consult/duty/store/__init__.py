"""Officers' rows: state, load and skills. Load and capacity meet in one UPDATE."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, exists, func, or_, select, update

from consult.audit.store import record
from consult.duty.rules import ON_DUTY, RESUMABLE, DutyState, DutyStep, next_state
from consult.errors import NotFound
from consult.storage import moments
from consult.storage.tables import duty, person, person_service


@dataclass(frozen=True, slots=True)
class DutyRow:
    person_id: str
    name: str
    state: DutyState
    reason: str
    since_at: datetime
    state_before_lost: str | None
    load: int
    capacity: int
    revision: int
    offered_ticket: str | None
    seen_at: datetime

    @property
    def free_units(self) -> int:
        return max(0, self.capacity - self.load)


_columns = (
    duty.c.person_id,
    person.c.name,
    duty.c.state,
    duty.c.reason,
    duty.c.since_at,
    duty.c.state_before_lost,
    duty.c.load,
    duty.c.capacity,
    duty.c.revision,
    duty.c.offered_ticket,
    duty.c.seen_at,
)
_all = select(*_columns).join(person, person.c.id == duty.c.person_id)
_one = _all.where(duty.c.person_id == bindparam("person_id"))


def _row(row: Any) -> DutyRow:
    values = dict(row._mapping)
    values["state"] = DutyState(values["state"])
    return DutyRow(**values)


def enrol(conn: Connection, person_id: str, capacity: int) -> None:
    """Give an officer a duty row, off duty."""
    if conn.execute(select(duty.c.person_id).where(duty.c.person_id == person_id)).first() is None:
        now = moments.now(conn)
        conn.execute(
            duty.insert().values(
                person_id=person_id,
                state=DutyState.OFFLINE,
                since_at=now,
                capacity=capacity,
                seen_at=now,
                idle_since_at=now,
            )
        )


def find(conn: Connection, person_id: str, lock: bool = False) -> DutyRow:
    """Raises NotFound when the person has no duty row (is no officer)."""
    query = _one.with_for_update(of=duty) if lock else _one
    row = conn.execute(query, {"person_id": person_id}).first()
    if row is None:
        raise NotFound()
    return _row(row)


def everybody(conn: Connection) -> list[DutyRow]:
    """All officers who are not disabled, by name."""
    return [
        _row(row) for row in conn.execute(_all.where(person.c.disabled_at.is_(None)).order_by(person.c.name))
    ]


def skills(conn: Connection, person_id: str) -> list[str]:
    return skills_of(conn, [person_id])[person_id]


def skills_of(conn: Connection, person_ids: Iterable[str]) -> dict[str, list[str]]:
    """Person id -> the services that each of these people serves, in the order of their ids."""
    found: dict[str, list[str]] = {id: [] for id in person_ids}
    query = select(person_service.c.person_id, person_service.c.service_id)
    of_these = query.where(person_service.c.person_id.in_(sorted(found)))
    for person_id, service_id in conn.execute(of_these.order_by(person_service.c.service_id)):
        found[person_id].append(service_id)
    return found


def free_officers(conn: Connection) -> list[tuple[DutyRow, list[str]]]:
    """Officers who may be offered somebody now, least loaded and longest idle first, with their skills."""
    rows = conn.execute(
        _all.where(
            duty.c.state == DutyState.AVAILABLE,
            duty.c.offered_ticket.is_(None),
            duty.c.load < duty.c.capacity,
            person.c.disabled_at.is_(None),
        ).order_by(duty.c.load, duty.c.idle_since_at, duty.c.person_id)
    ).all()
    known = skills_of(conn, [row.person_id for row in rows])
    return [(_row(row), known[row.person_id]) for row in rows]


def on_duty_counts(conn: Connection) -> dict[str, int]:
    """Service id -> officers with that skill who are on duty."""
    query = (
        select(person_service.c.service_id, func.count())
        .join(duty, duty.c.person_id == person_service.c.person_id)
        .where(duty.c.state.in_([state.value for state in ON_DUTY]))
        .group_by(person_service.c.service_id)
    )
    return {service_id: count for service_id, count in conn.execute(query)}


def places(conn: Connection, service_id: str, units: int) -> int:
    """How many people the officers on duty for a service can serve at once, at `units` each."""
    query = (
        select(func.sum(duty.c.capacity // units))
        .select_from(duty)
        .join(person_service, person_service.c.person_id == duty.c.person_id)
        .where(
            person_service.c.service_id == service_id, duty.c.state.in_([state.value for state in ON_DUTY])
        )
    )
    return int(conn.execute(query).scalar() or 0)


def change(conn: Connection, person_id: str, step: DutyStep, actor: str, reason: str = "") -> DutyRow:
    """Take one step of the table. Raises StageForbids, NotFound."""
    before = find(conn, person_id, lock=True)
    state = next_state(before.state, step)
    if state is DutyState.DRAINING and before.load == 0:
        state = DutyState.OFFLINE
    return _to(conn, before, state, step.value, actor, reason)


def come_back(conn: Connection, person_id: str, actor: str) -> DutyRow | None:
    """A lost officer is heard of again: the state from before, nothing else. None when not lost."""
    before = find(conn, person_id, lock=True)
    if before.state is not DutyState.LOST:
        return None
    state = DutyState(before.state_before_lost or DutyState.PAUSED)
    if state not in RESUMABLE:
        state = DutyState.PAUSED
    if state is DutyState.DRAINING and before.load == 0:
        state = DutyState.OFFLINE  # what was still to be done was ended meanwhile
    return _to(conn, before, state, "come_back", actor, before.reason)


def _to(conn: Connection, before: DutyRow, state: DutyState, step: str, actor: str, reason: str) -> DutyRow:
    now = moments.now(conn)
    values: dict[str, object] = {
        "state": state,
        "reason": reason,
        "revision": duty.c.revision + 1,
    }
    # What the office does to an officer, a missed offer for one, is no sign of life.
    if actor == f"staff:{before.person_id}":
        values["seen_at"] = now
    if state is not before.state:
        values["since_at"] = now
    if state is DutyState.LOST:
        values["state_before_lost"] = before.state
    if state is DutyState.AVAILABLE:
        values["idle_since_at"] = now
    conn.execute(update(duty).where(duty.c.person_id == before.person_id).values(values))
    record(
        conn,
        f"staff:{before.person_id}",
        "officer_state",
        actor,
        {"from": before.state.value, "to": state.value, "step": step, "reason": reason},
    )
    return find(conn, before.person_id)


_grant = (
    update(duty)
    .where(
        duty.c.person_id == bindparam("officer"),
        duty.c.load + bindparam("units") <= duty.c.capacity,
        ~exists(
            select(person.c.id).where(person.c.id == duty.c.person_id, person.c.disabled_at.is_not(None))
        ),
    )
    .values(load=duty.c.load + bindparam("units"), revision=duty.c.revision + 1)
)
_grant_offer = _grant.where(duty.c.state == "available", duty.c.offered_ticket.is_(None)).values(
    offered_ticket=bindparam("ticket")
)
_grant_pick_up = _grant.where(
    or_(duty.c.state == "available", duty.c.state == "paused"), duty.c.offered_ticket.is_(None)
)


def grant_offer(conn: Connection, person_id: str, ticket_id: str, units: int) -> bool:
    """Take `units` for an offer; False when the officer is not available, has an offer or no room."""
    values = {"officer": person_id, "ticket": ticket_id, "units": units}
    return conn.execute(_grant_offer, values).rowcount == 1


def grant_pick_up(conn: Connection, person_id: str, units: int) -> bool:
    """Take `units` for a pick-up; False when the officer may not pick up or has no room."""
    return conn.execute(_grant_pick_up, {"officer": person_id, "units": units}).rowcount == 1


def grant_up_to(conn: Connection, person_id: str, units: int) -> int:
    """Take as many of `units` as are free (a call inside a running chat). Returns how many were taken."""
    free = find(conn, person_id, lock=True).free_units
    taken = min(units, free)
    granted = taken > 0 and conn.execute(_grant, {"officer": person_id, "units": taken}).rowcount == 1
    return taken if granted else 0


def release(conn: Connection, person_id: str, units: int) -> DutyRow:
    """Give `units` back; a draining officer with nothing left goes off duty."""
    now = moments.now(conn)
    conn.execute(
        update(duty)
        .where(duty.c.person_id == person_id)
        .values(
            load=case((duty.c.load > units, duty.c.load - units), else_=0),
            revision=duty.c.revision + 1,
            idle_since_at=now,
        )
    )
    after = find(conn, person_id)
    if after.state is DutyState.DRAINING and after.load == 0:
        return change(conn, person_id, DutyStep.EMPTY, "office", after.reason)
    return after


def offer_answered(conn: Connection, person_id: str, ticket_id: str) -> None:
    """The officer's open offer is settled, whatever the answer."""
    conn.execute(
        update(duty)
        .where(duty.c.person_id == person_id, duty.c.offered_ticket == ticket_id)
        .values(offered_ticket=None, revision=duty.c.revision + 1)
    )


def seen(conn: Connection, person_ids: Iterable[str]) -> list[str]:
    """Heard of these officers now. Returns those who count as lost: they are to `come_back`."""
    heard = sorted(person_ids)
    conn.execute(update(duty).where(duty.c.person_id.in_(heard)).values(seen_at=moments.now(conn)))
    query = select(duty.c.person_id).where(duty.c.person_id.in_(heard), duty.c.state == DutyState.LOST)
    return list(conn.execute(query.order_by(duty.c.person_id)).scalars())


def silent(conn: Connection, lost_seconds: float) -> list[str]:
    """Officers on duty who were not heard of for `lost_seconds`."""
    before = moments.now(conn) - timedelta(seconds=lost_seconds)
    states = [state.value for state in RESUMABLE]
    query = select(duty.c.person_id).where(duty.c.state.in_(states), duty.c.seen_at <= before)
    return list(conn.execute(query.order_by(duty.c.person_id)).scalars())
