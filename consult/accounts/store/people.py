"""Rows of the office's people and of the services each of them knows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from consult.audit.store import record
from consult.errors import Conflict, NotAllowed, NotFound
from consult.people import Role
from consult.storage import moments
from consult.storage.tables import person, person_service, service

STAFF = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    user_name: str
    name: str
    role: Role
    added_at: datetime
    disabled_at: datetime | None
    service_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What a sign-in is checked against."""

    id: str
    name: str
    role: Role
    password_hash: str


def everybody(conn: Connection) -> list[Person]:
    """Who works here first, by role and name; then who was disabled."""
    skills: dict[str, list[str]] = defaultdict(list)
    query = select(person_service).order_by(person_service.c.service_id)
    for row in conn.execute(query):
        skills[row.person_id].append(row.service_id)
    rows = conn.execute(select(person).order_by(person.c.role, person.c.name, person.c.id)).all()
    people = [
        Person(
            row.id,
            row.user_name,
            row.name,
            Role(row.role),
            row.added_at,
            row.disabled_at,
            tuple(skills[row.id]),
        )
        for row in rows
    ]
    return sorted(people, key=lambda one: one.disabled_at is not None)


def anybody(conn: Connection) -> bool:
    return bool(conn.execute(select(exists().where(person.c.id.is_not(None)))).scalar_one())


def account(conn: Connection, user_name: str) -> Account | None:
    """The account of this name; None when there is none or it is disabled."""
    query = select(person).where(person.c.user_name == user_name, person.c.disabled_at.is_(None))
    row = conn.execute(query).first()
    return None if row is None else Account(row.id, row.name, Role(row.role), row.password_hash)


def add(
    conn: Connection, person_id: str, user_name: str, name: str, role: Role, password_hash: str, actor: str
) -> None:
    """Raises Conflict when the user name is taken, also by somebody disabled."""
    if conn.execute(select(exists().where(person.c.user_name == user_name))).scalar_one():
        raise Conflict(user_name=user_name)
    conn.execute(
        person.insert().values(
            id=person_id,
            user_name=user_name,
            name=name,
            role=role,
            password_hash=password_hash,
            added_at=moments.now(conn),
        )
    )
    content = {"user_name": user_name, "name": name, "role": role.value}
    record(conn, f"staff:{person_id}", "person_added", actor, content)


def disable(conn: Connection, person_id: str, actor: str) -> Role:
    """The person's role.

    Raises NotFound when there is no such person or it is disabled already, NotAllowed for the last
    administrator: the office would be left without a key.
    """
    at_work = select(person.c.id, person.c.role).where(person.c.disabled_at.is_(None))
    # The other administrators are locked too, so that two of them cannot disable each other at once.
    query = at_work.where(or_(person.c.id == person_id, person.c.role == Role.ADMINISTRATOR))
    roles = {id: role for id, role in conn.execute(query.order_by(person.c.id).with_for_update())}
    role = roles.pop(person_id, None)
    if role is None:
        raise NotFound()
    if role == Role.ADMINISTRATOR and Role.ADMINISTRATOR not in roles.values():
        raise NotAllowed()
    conn.execute(update(person).where(person.c.id == person_id).values(disabled_at=moments.now(conn)))
    record(conn, f"staff:{person_id}", "person_disabled", actor, {"role": role})
    return Role(role)


def enable(conn: Connection, person_id: str, actor: str) -> Role:
    """The person's role. Raises NotFound when there is no such person or it is not disabled."""
    disabled = select(person.c.role).where(person.c.id == person_id, person.c.disabled_at.is_not(None))
    role = conn.execute(disabled.with_for_update()).scalar()
    if role is None:
        raise NotFound()
    conn.execute(update(person).where(person.c.id == person_id).values(disabled_at=None))
    record(conn, f"staff:{person_id}", "person_enabled", actor, {"role": role})
    return Role(role)


def set_skills(conn: Connection, person_id: str, service_ids: Iterable[str], actor: str) -> None:
    """Replace the services this officer may serve. Raises NotFound for an unknown officer or service."""
    query = select(person.c.id).where(person.c.id == person_id, person.c.role == Role.OFFICER)
    if conn.execute(query).first() is None:
        raise NotFound()
    wanted = sorted(set(service_ids))
    known = conn.execute(select(service.c.id).where(service.c.id.in_(wanted), service.c.retired_at.is_(None)))
    if len(known.all()) != len(wanted):
        raise NotFound()
    conn.execute(delete(person_service).where(person_service.c.person_id == person_id))
    for service_id in wanted:
        conn.execute(person_service.insert().values(person_id=person_id, service_id=service_id))
    record(conn, f"staff:{person_id}", "skills_set", actor, {"services": wanted})
