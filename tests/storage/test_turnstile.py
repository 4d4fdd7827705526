"""Several processes that write to one SQLite file."""

import asyncio
import fcntl
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from consult.audit.store import record, verify
from consult.errors import Busy
from consult.storage.database import Database
from consult.storage.tables import event
from consult.storage.turnstile import Turnstile
from tests.support.databases import opened
from tests.support.flooding import flooded
from tests.support.turns import Turns, at_the_turnstile


def written_by(name: str) -> "func.count[int]":
    return select(func.count()).select_from(event).where(event.c.actor == name)  # type: ignore[return-value]


def test_who_stands_in_the_gate_waits_for_one_turn_of_a_process_that_never_pauses(tmp_path: Path) -> None:
    database = tmp_path / "consult.sqlite3"
    turns, waited = Turns(database), []
    with (
        at_the_turnstile(database, "spin"),
        (tmp_path / "consult.sqlite3-gate").open() as gate,
        (tmp_path / "consult.sqlite3-write").open() as write,
    ):
        for _ in range(600):
            fcntl.flock(gate, fcntl.LOCK_EX)
            before = turns.count()
            fcntl.flock(write, fcntl.LOCK_EX)
            after = turns.count()
            waited.append(after - before)
            fcntl.flock(gate, fcntl.LOCK_UN)
            fcntl.flock(write, fcntl.LOCK_UN)
            while turns.count() == after:  # the other one gets its turn, too
                time.sleep(0)
    assert max(waited) <= 1


def test_a_process_that_is_killed_in_its_turn_holds_up_nobody(tmp_path: Path) -> None:
    database = tmp_path / "consult.sqlite3"
    mine = Turnstile(database)
    with at_the_turnstile(database, "hold") as other:
        other.kill()
        with mine:
            pass
    mine.close()


async def test_two_saturated_processes_starve_nobody(sqlite_url: str) -> None:
    async with flooded(sqlite_url, "left"), flooded(sqlite_url, "right"), opened(sqlite_url) as database:
        before = [
            await database.read(lambda conn, name=name: conn.scalar(written_by(name)))
            for name in ("left", "right")
        ]
        for number in range(30):
            await database.write(
                lambda conn, number=number: record(conn, "mine", "note", "mine", {"n": number})
            )
        after = [
            await database.read(lambda conn, name=name: conn.scalar(written_by(name)))
            for name in ("left", "right")
        ]

    assert all(later > earlier for earlier, later in zip(before, after, strict=True))
    async with opened(sqlite_url) as database:
        assert await database.read(lambda conn: conn.scalar(written_by("mine"))) == 30
        for subject in ("mine", "left:0", "right:39"):
            assert await database.read(lambda conn, subject=subject: verify(conn, subject))


async def test_an_order_that_waits_too_long_is_refused_and_not_done_later(sqlite_url: str) -> None:
    def note(conn: Connection) -> None:
        record(conn, "mine", "note", "mine", {})

    file = Path(sqlite_url.removeprefix("sqlite:///"))
    async with opened(sqlite_url) as database:
        await database.write(note)
        with at_the_turnstile(file, "hold") as other:
            other.send_signal(signal.SIGSTOP)
            with pytest.raises(Busy) as refusal:
                await database.write(note)
            assert refusal.value.retry_ms == 1000
        await database.write(note)
        assert await database.read(lambda conn: conn.scalar(written_by("mine"))) == 2


async def test_a_foreign_program_that_locks_the_file_makes_it_busy_and_no_more(sqlite_url: str) -> None:
    def note(conn: Connection) -> None:
        record(conn, "mine", "note", "mine", {})

    foreign = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    async with opened(sqlite_url) as database:
        foreign.execute("BEGIN IMMEDIATE")
        outcomes = await asyncio.gather(*(database.write(note) for _ in range(5)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Busy] * 5
        foreign.execute("ROLLBACK")
        await database.write(note)
        assert await database.read(lambda conn: conn.scalar(written_by("mine"))) == 1
    foreign.close()


async def test_closing_waits_for_its_turn(sqlite_url: str) -> None:
    async with flooded(sqlite_url, "left"):
        database = Database(sqlite_url)
        await database.start()
        accepted = [
            asyncio.create_task(database.write(lambda conn: record(conn, "mine", "note", "mine", {})))
            for _ in range(50)
        ]
        await asyncio.sleep(0)
        await database.close()
        assert all(task.done() and task.exception() is None for task in accepted) or await asyncio.gather(
            *accepted
        )
    async with opened(sqlite_url) as again:
        assert await again.read(lambda conn: conn.scalar(written_by("mine"))) == 50
