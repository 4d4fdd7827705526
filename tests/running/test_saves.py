"""`consult backup` and `consult restore`: what was committed is there again, on either kind of database."""

import asyncio
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.audit.store import verify
from consult.errors import SettingsWrong
from consult.storage import in_service, tables
from consult.storage.database import Database
from consult.storage.engines import parse, sqlite_path
from tests.hub.conftest import open_office
from tests.running.program import START_SECONDS, Program, consult, free_port
from tests.support.databases import opened
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

MESSAGES = 20


@asynccontextmanager
async def talking(database_url: str, valkey: str) -> AsyncIterator[list[str]]:
    """An office in which a consultation goes on; yields the texts that were acknowledged so far."""
    acknowledged: list[str] = []

    async def talk(client: Any) -> None:
        for number in range(10_000):
            text = f"pesan {number}"
            answer = await client.order("PostMessage", text=text)
            while answer.get("code") == "busy":  # sent again under its number, as a page does
                await client.sends("PostMessage", cseq=client.cseq, text=text)
                answer = await client.answer(client.cseq)
            assert answer["t"] == "Acked", answer
            acknowledged.append(text)

    generous = {"applicant_frames_per_second": 10_000, "applicant_frames_burst": 10_000}
    async with (
        open_office(database_url, valkey, **generous) as office,
        office.consultation() as consultation,
    ):
        running = asyncio.create_task(talk(consultation.citizen))
        await until(lambda: running.done() or len(acknowledged) >= MESSAGES)
        try:
            assert not running.done() or running.result() is None
            yield acknowledged
        finally:
            running.cancel()
            await asyncio.wait({running})


def backup(home: Path, url: str) -> Path:
    path = home / "all.save"
    ended = consult(home, "backup", str(path), DATABASE_URL=url)
    assert ended.returncode == 0, ended.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    return path


def restore(home: Path, path: Path, url: str, *more: str) -> "subprocess.CompletedProcess[str]":
    return consult(home, "restore", str(path), *more, DATABASE_URL=url)


async def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    def query(conn: Any) -> dict[str, list[tuple[object, ...]]]:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(select(table))), key=repr)
            for table in metadata_tables()
        }

    return await database.read(query)


def metadata_tables() -> list[Any]:
    return list(tables.metadata.sorted_tables)


async def texts(database: Database) -> list[str]:
    query = select(tables.entry.c.text).where(tables.entry.c.kind == "message").order_by(tables.entry.c.seq)
    return list(await database.read(lambda conn: conn.execute(query).scalars().all()))


@pytest.mark.parametrize(("kind", "into"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
async def test_what_was_acknowledged_before_the_save_is_there_again(
    request: pytest.FixtureRequest,
    postgres: PostgresServer,
    valkey: str,
    tmp_path: Path,
    kind: str,
    into: str,
) -> None:
    database_url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    async with talking(database_url, valkey) as acknowledged:
        known = list(acknowledged)
        path = await asyncio.to_thread(backup, tmp_path, database_url)
    target = f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}" if into == "sqlite" else postgres.new_database()
    ended = await asyncio.to_thread(restore, tmp_path, path, target)
    assert ended.returncode == 0, ended.stderr
    async with opened(f"sqlite:///{path}") as saved, opened(target) as restored:
        found = await texts(restored)
        assert found[: len(known)] == known
        assert found == await texts(saved) == [f"pesan {number}" for number in range(len(found))]
        before, after = await contents(saved), await contents(restored)
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"house", "session", "event", "chain"}
        assert before["house"][0][1] != after["house"][0][1], "another epoch"
        assert len(after["event"]) == len(before["event"]) + 1
        assert all(row[1] is None for row in after["session"]), "staff sign in again"
        assert await restored.read(lambda conn: verify(conn, "office"))


async def test_an_office_is_replaced_only_when_that_is_said_and_what_was_there_is_kept(
    sqlite_url: str, valkey: str, tmp_path: Path
) -> None:
    async with talking(sqlite_url, valkey):
        path = await asyncio.to_thread(backup, tmp_path, sqlite_url)
    async with opened(sqlite_url) as database:
        later = await texts(database)
    refused = restore(tmp_path, path, sqlite_url)
    assert refused.returncode == 2
    assert "add --replace" in refused.stderr
    async with opened(sqlite_url) as database:
        assert await texts(database) == later
    done = restore(tmp_path, path, sqlite_url, "--replace")
    assert done.returncode == 0, done.stderr
    (kept,) = await asyncio.to_thread(lambda: list(tmp_path.glob("consult.sqlite3-before-restore-??????")))
    async with opened(f"sqlite:///{kept}") as database:
        assert await texts(database) == later
    async with opened(sqlite_url) as database, opened(f"sqlite:///{path}") as saved:
        assert await texts(database) == await texts(saved)


async def test_nothing_is_restored_under_a_running_service(tmp_path: Path) -> None:
    with Program(tmp_path, "up", "--port", str(free_port()), CONSULT_WORKERS=1) as program:
        await program.is_open()
        path = tmp_path / "all.save"
        saved = await asyncio.to_thread(consult, tmp_path, "backup", str(path))
        assert saved.returncode == 0, saved.stderr
        refused = await asyncio.to_thread(consult, tmp_path, "restore", str(path), "--replace")
        assert refused.returncode == 2
        assert refused.stderr.startswith("Stop the service before restoring.")
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("process", ["serve", "sweep"])
async def test_nothing_is_restored_under_a_process_that_was_started_by_itself(
    sqlite_url: str, valkey: str, tmp_path: Path, process: str
) -> None:
    """As from a Procfile: no `up` has locked the data directory, and the file may lie anywhere."""
    path = await asyncio.to_thread(backup, tmp_path, sqlite_url)
    given = {"DATABASE_URL": sqlite_url, "REDIS_URL": valkey}
    port = ["--port", str(free_port())] if process == "serve" else []
    before = await asyncio.to_thread(lambda: (tmp_path / "consult.sqlite3").stat().st_ino)
    with Program(tmp_path / "home", process, *port, **given) as program:
        # Which only a writer opens: others may only have looked whether there are tables.
        await until(lambda: holds(program, tmp_path / "consult.sqlite3-write"), START_SECONDS)
        refused = await asyncio.to_thread(restore, tmp_path, path, sqlite_url, "--replace")
        assert refused.returncode == 2
        assert "stop all of them" in refused.stderr and len(refused.stderr.splitlines()) == 1
        after = await asyncio.to_thread(lambda: (tmp_path / "consult.sqlite3").stat().st_ino)
        assert after == before, "it is the file it was"
        await program.end(signal.SIGTERM)
    done = await asyncio.to_thread(restore, tmp_path, path, sqlite_url, "--replace")
    assert done.returncode == 0, done.stderr


def holds(program: Program, file: Path) -> bool:
    """Whether the process has the file open."""
    try:
        return any(link.readlink() == file for link in Path(f"/proc/{program.process.pid}/fd").iterdir())
    except OSError:
        return False


async def test_no_process_begins_to_serve_while_the_database_is_replaced(sqlite_url: str) -> None:
    database, file = Database(sqlite_url), sqlite_path(parse(sqlite_url))
    with in_service.alone(file), pytest.raises(SettingsWrong, match="being restored"):
        await database.start()
    await database.start()
    with pytest.raises(in_service.InUse), in_service.alone(file):
        pass
    await database.close()
    with in_service.alone(file):
        pass


async def test_servers_on_postgres_keep_the_database_from_being_replaced(
    postgres_url: str, tmp_path: Path
) -> None:
    path = backup(tmp_path, postgres_url)
    async with opened(postgres_url) as database:
        await database.read(
            lambda conn: conn.execute(select(func.count()).select_from(tables.ticket)).scalar()
        )
        refused = await asyncio.to_thread(restore, tmp_path, path, postgres_url, "--replace")
    assert refused.returncode == 2
    assert "stop all of them" in refused.stderr


def test_what_is_no_save_is_refused_and_nothing_is_changed(sqlite_url: str, tmp_path: Path) -> None:
    path = backup(tmp_path, sqlite_url)
    damaged, foreign, newer = tmp_path / "damaged", tmp_path / "foreign", tmp_path / "newer"
    content = path.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("CREATE TABLE house (id)")
        other.commit()
    newer.write_bytes(content)
    with closing(sqlite3.connect(newer)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
    before = (tmp_path / "consult.sqlite3").read_bytes()
    for wrong in (damaged, foreign, newer, tmp_path / "missing", tmp_path):
        refused = restore(tmp_path, wrong, sqlite_url, "--replace")
        assert refused.returncode == 2, wrong
        assert "cannot be restored" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (tmp_path / "consult.sqlite3").read_bytes() == before


def test_a_save_never_replaces_a_file_and_leaves_nothing_half_made(sqlite_url: str, tmp_path: Path) -> None:
    path = backup(tmp_path, sqlite_url)
    content = path.read_bytes()
    refused = consult(tmp_path, "backup", str(path), DATABASE_URL=sqlite_url)
    assert refused.returncode == 2 and "give another name" in refused.stderr
    assert path.read_bytes() == content
    elsewhere = consult(tmp_path, "backup", str(tmp_path / "no" / "such" / "place"), DATABASE_URL=sqlite_url)
    assert elsewhere.returncode == 2 and "nothing was saved" in elsewhere.stderr
    assert not [found for found in tmp_path.iterdir() if found.name.startswith(".")]
