"""The chain of event rows: it verifies, and every change of any row shows."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from consult.audit.store import erase, record, verify
from consult.storage.database import Database
from consult.storage.tables import chain, event

SUBJECT = "ticket:t1"
EVENTS = 6


def write_some(conn: Connection, subject: str = SUBJECT) -> None:
    for number in range(EVENTS):
        record(conn, subject, "stage", "staff:o", {"to": "waiting", "number": number, "text": "Aéi\n"})


async def holds(database: Database, subject: str = SUBJECT) -> bool:
    return await database.read(lambda conn: verify(conn, subject))


async def test_what_was_recorded_verifies_and_is_numbered_without_a_gap(database: Database) -> None:
    await database.write(write_some)
    assert await holds(database)
    assert await holds(database, "ticket:never"), "nothing recorded is nothing changed"
    numbers = await database.read(lambda conn: list(conn.execute(select(event.c.number)).scalars()))
    assert sorted(numbers) == list(range(1, EVENTS + 1))


async def test_orders_at_the_same_moment_leave_one_chain(database: Database) -> None:
    await asyncio.gather(*(database.write(write_some) for _ in range(10)))
    assert await holds(database)


@pytest.mark.parametrize("number", [1, 3, EVENTS])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", lambda old: int(old.timestamp() * 1000) + 1),
        ("kind", lambda old: old + "x"),
        ("actor", lambda old: "staff:p"),
        ("content", lambda old: old + b" "),
        ("content", lambda old: None),
        ("salt", lambda old: os.urandom(16)),
        ("salt", lambda old: None),
        ("commitment", lambda old: os.urandom(32)),
        ("link", lambda old: os.urandom(32)),
        ("subject", lambda old: "ticket:t2"),
        ("number", lambda old: 99),
    ],
)
async def test_a_change_of_any_column_shows(
    sqlite_database: Database, number: int, column: str, value: Callable[[Any], Any]
) -> None:
    def mutate(conn: Connection) -> None:
        write_some(conn)
        this = (event.c.subject == SUBJECT) & (event.c.number == number)
        old = conn.execute(select(event.c[column]).where(this)).scalar_one()
        conn.execute(update(event).where(this).values({column: value(old)}))

    await sqlite_database.write(mutate)
    assert not await holds(sqlite_database)


async def test_taking_rows_away_adding_and_exchanging_them_shows(database: Database) -> None:
    def took_one(conn: Connection) -> None:
        conn.execute(delete(event).where(event.c.number == 3))

    def took_the_last(conn: Connection) -> None:
        conn.execute(delete(event).where(event.c.number == EVENTS))

    def took_all(conn: Connection) -> None:
        conn.execute(delete(event))

    def took_the_head(conn: Connection) -> None:
        conn.execute(delete(chain))

    def added_one(conn: Connection) -> None:
        last = conn.execute(select(event).where(event.c.number == EVENTS)).one()
        conn.execute(insert(event).values({**last._mapping, "number": EVENTS + 1}))

    def exchanged_two(conn: Connection) -> None:
        for old, new in ((2, 100), (3, 2), (100, 3)):
            conn.execute(update(event).where(event.c.number == old).values(number=new))

    for mutation in (took_one, took_the_last, took_all, took_the_head, added_one, exchanged_two):
        assert not await database.write(lambda conn, mutation=mutation: _after(conn, mutation)), (  # type: ignore[misc]
            mutation.__name__
        )


def _after(conn: Connection, mutation: Callable[[Connection], None]) -> bool:
    conn.execute(delete(event))
    conn.execute(delete(chain))
    write_some(conn)
    assert verify(conn, SUBJECT)
    mutation(conn)
    return verify(conn, SUBJECT)


async def test_erasing_leaves_nothing_to_read_and_a_chain_that_verifies(database: Database) -> None:
    def order(conn: Connection) -> None:
        write_some(conn)
        erase(conn, SUBJECT)
        record(conn, SUBJECT, "erased", "office", {})

    await database.write(order)
    assert await holds(database)
    left = await database.read(lambda conn: conn.execute(select(event.c.content, event.c.salt)).all())
    assert [row for row in left if row.content is not None or row.salt is not None] == [left[-1]]


async def test_the_same_content_commits_differently_each_time(database: Database) -> None:
    """Otherwise an erased content that can be guessed could be proved to have stood there."""

    def order(conn: Connection) -> None:
        for _ in range(3):
            record(conn, SUBJECT, "entry", "office", {"text": "ya"})

    await database.write(order)
    kept = await database.read(lambda conn: list(conn.execute(select(event.c.commitment)).scalars()))
    assert len(set(kept)) == 3
