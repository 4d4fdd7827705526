"""The rows of one office for one day: cleared away, furnished anew, and looked at."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, update

from consult.duty import store as duty
from consult.storage import tables

NOT_OF_A_DAY = {tables.house.name}
_mine = [table for table in reversed(tables.metadata.sorted_tables) if table.name not in NOT_OF_A_DAY]

# Asked after every step, and so as text that nothing has to make first; moments are milliseconds.
_TICKETS = (
    "SELECT id, stage, service_id, officer_id, units, attempt, assignment_epoch, returned,"
    " joined_at, order_at, away_since_at, held_for FROM ticket"
)
_DUTIES = "SELECT person_id, state, load, capacity, offered_ticket FROM duty"
_BESIDE = {
    "calls": "SELECT ticket_id, id, stage, generation FROM call WHERE stage <> 'ended'",
    "guests": (
        "SELECT ticket_id, id, role, stage, applicant_admitted_at IS NOT NULL,"
        " officer_admitted_at IS NOT NULL FROM guest ORDER BY revision"
    ),
    "recordings": ("SELECT ticket_id, id, call_id, stage, reason, slices FROM recording ORDER BY revision"),
    "photos": "SELECT ticket_id, id, author_id FROM photo ORDER BY seq",
    "ratings": "SELECT ticket_id, score FROM rating",
}
"""What most days know nothing of; the ticket comes first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """At one moment."""

    tickets: dict[str, Row[Any]]
    duties: dict[str, Row[Any]]
    beside: dict[str, list[Row[Any]]]
    """Live calls, and all guests, recordings, photos and ratings."""


def clear(conn: Connection) -> None:
    """As if nobody had ever been here: no rows, and the clock as it is elsewhere."""
    for table in _mine:
        conn.execute(delete(table))
    conn.execute(update(tables.house).values(clock_offset_ms=0))


def furnish(conn: Connection, services: int, capacities: Sequence[int]) -> tuple[dict[str, str], list[str]]:
    """Services, id -> letter, and the ids of officers with these capacities who can do all of them."""
    letters = {secrets.token_hex(6): "ABCDEFGH"[number] for number in range(services)}
    people = [secrets.token_hex(6) for _ in capacities]
    for service, letter in letters.items():
        conn.execute(
            insert(tables.service).values(
                id=service, letter=letter, name_id="Layanan", name_en="Service", always_open=True
            )
        )
    for person, capacity in zip(people, capacities, strict=True):
        conn.execute(
            insert(tables.person).values(
                id=person, user_name=person, name="Petugas", role="officer", password_hash="-", added_at=0
            )
        )
        for service in letters:
            conn.execute(insert(tables.person_service).values(person_id=person, service_id=service))
        duty.enrol(conn, person, capacity)
    return letters, people


def tickets(conn: Connection) -> dict[str, Row[Any]]:
    return {row.id: row for row in conn.exec_driver_sql(_TICKETS)}


def look(conn: Connection, beside: Collection[str]) -> Seen:
    """`beside`: of what there was something on this day."""
    return Seen(
        tickets(conn),
        {row.person_id: row for row in conn.exec_driver_sql(_DUTIES)},
        {what: list(conn.exec_driver_sql(_BESIDE[what])) for what in sorted(beside)},
    )
