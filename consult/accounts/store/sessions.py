"""Rows of sessions. A row knows only the hash of the reference that the cookie holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from consult.people import Role
from consult.storage import moments
from consult.storage.tables import person, session, ticket

# The hub notes the sessions of open pages once a minute.
IN_USE_SECONDS = 150


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts, in seconds: at most, and without use."""

    staff_seconds: float
    staff_idle_seconds: float
    applicant_seconds: float


@dataclass(frozen=True, slots=True)
class SessionRow:
    reference_hash: bytes
    role: Role
    owner_id: str
    owner_name: str
    language: str
    seen_at: datetime


def start_staff(conn: Connection, reference_hash: bytes, person_id: str, lives: Lifetimes) -> None:
    _start(conn, reference_hash, lives.staff_seconds, person_id=person_id)


def start_applicant(conn: Connection, reference_hash: bytes, ticket_id: str, lives: Lifetimes) -> None:
    _start(conn, reference_hash, lives.applicant_seconds, ticket_id=ticket_id)


def _start(conn: Connection, reference_hash: bytes, seconds: float, **owner: str) -> None:
    now = moments.now(conn)
    values = {"reference_hash": reference_hash, "started_at": now, "seen_at": now}
    conn.execute(session.insert().values(**values, **owner, expires_at=now + timedelta(seconds=seconds)))


def find_staff(conn: Connection, reference_hash: bytes, lives: Lifetimes) -> SessionRow | None:
    query = (
        select(session, person.c.role, person.c.name.label("owner_name"))
        .join(person, person.c.id == session.c.person_id)
        .where(
            session.c.reference_hash == reference_hash, person.c.disabled_at.is_(None), _alive(conn, lives)
        )
    )
    row = conn.execute(query).first()
    if row is None:
        return None
    return SessionRow(row.reference_hash, Role(row.role), row.person_id, row.owner_name, "", row.seen_at)


def find_applicant(
    conn: Connection, reference_hash: bytes, ticket_id: str, lives: Lifetimes
) -> SessionRow | None:
    """The session, when it belongs to this ticket."""
    query = (
        select(session, ticket.c.name.label("owner_name"), ticket.c.language)
        .join(ticket, ticket.c.id == session.c.ticket_id)
        .where(session.c.reference_hash == reference_hash, ticket.c.id == ticket_id, _alive(conn, lives))
    )
    row = conn.execute(query).first()
    if row is None:
        return None
    return SessionRow(
        row.reference_hash, Role.APPLICANT, row.ticket_id, row.owner_name, row.language, row.seen_at
    )


def alive(conn: Connection, hashes: Iterable[bytes], lives: Lifetimes) -> set[bytes]:
    """Those of these sessions that still hold."""
    query = (
        select(session.c.reference_hash)
        .outerjoin(person, person.c.id == session.c.person_id)
        .where(
            session.c.reference_hash.in_(sorted(hashes)), person.c.disabled_at.is_(None), _alive(conn, lives)
        )
    )
    return set(conn.execute(query).scalars())


def touch(conn: Connection, hashes: Iterable[bytes]) -> None:
    """These sessions are in use now."""
    query = update(session).where(session.c.reference_hash.in_(sorted(hashes)))
    conn.execute(query.values(seen_at=moments.now(conn)))


def touch_staff(conn: Connection, hashes: Iterable[bytes]) -> None:
    """As `touch`, leaving out applicants' sessions, which do not end by idleness."""
    query = update(session).where(
        session.c.reference_hash.in_(sorted(hashes)), session.c.person_id.is_not(None)
    )
    conn.execute(query.values(seen_at=moments.now(conn)))


def end(conn: Connection, reference_hash: bytes) -> None:
    conn.execute(delete(session).where(session.c.reference_hash == reference_hash))


def end_of_person(conn: Connection, person_id: str) -> None:
    conn.execute(delete(session).where(session.c.person_id == person_id))


def others_in_use(conn: Connection, person_id: str, reference_hash: bytes, lives: Lifetimes) -> bool:
    """Whether the person has a page open under another session than this one."""
    used_since = moments.now(conn) - timedelta(seconds=IN_USE_SECONDS)
    query = select(session.c.reference_hash).where(
        session.c.person_id == person_id,
        session.c.reference_hash != reference_hash,
        session.c.seen_at > used_since,
        _alive(conn, lives),
    )
    return conn.execute(query.limit(1)).first() is not None


def prune(conn: Connection, lives: Lifetimes) -> int:
    """Remove sessions that are over. Returns how many."""
    return conn.execute(delete(session).where(~_alive(conn, lives))).rowcount


def _alive(conn: Connection, lives: Lifetimes) -> ColumnElement[bool]:
    now = moments.now(conn)
    used_since = now - timedelta(seconds=lives.staff_idle_seconds)
    in_use = or_(session.c.person_id.is_(None), session.c.seen_at > used_since)
    return and_(session.c.expires_at > now, in_use)
