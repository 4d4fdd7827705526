"""One consistent file of everything, made while the service runs, and a database filled from it again.

The file is a SQLite database with the same tables, whichever database it was made of, so that what was
saved from one kind can be restored into the other.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, insert, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from consult.storage.engines import begin_sqlite, parse, sqlite_engine, sqlite_path
from consult.storage.in_service import InUse, alone
from consult.storage.migrations import migrate
from consult.storage.tables import house, metadata, photo, session

ROWS_AT_ONCE = 500
PHOTOS_AT_ONCE = 4  # of some megabytes each
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
Finish = Callable[[Connection], None]


class NotASave(ValueError):
    """The file cannot be restored from; the message says why."""


def save(url: str, path: Path) -> int:
    """Write everything of one moment to the new file `path`, whole or not at all. Returns its bytes.

    Readers and writers of the database go on meanwhile. Raises FileExistsError, OSError, or the
    database's error.
    """
    if path.exists():
        raise FileExistsError(path)
    making = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    parsed = parse(url)
    try:
        if parsed.drivername == "sqlite":
            _copy_sqlite(sqlite_path(parsed), making)
        else:
            _in_a_thread(_save_postgres(parsed, making))
        check(making)
        os.chmod(making, 0o600)
        _to_disk(making)
        os.link(making, path)  # unlike a rename, this never replaces a file that came meanwhile
        return path.stat().st_size
    finally:
        _remove(making)


def check(path: Path) -> int:
    """How many tickets the file holds. Raises NotASave when it is no whole save of this service."""
    if not path.is_file():
        raise NotASave("there is no such file")
    try:
        with _reading(path) as opened:
            if opened.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise NotASave("it is damaged")
            if opened.execute("SELECT count(*) FROM house").fetchone() != (1,):
                raise NotASave("it is not a save of this service")
            return int(opened.execute("SELECT count(*) FROM ticket").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise NotASave(f"it is not a save of this service ({error})") from None


def restore(url: str, path: Path, finish: Finish) -> Path | None:
    """Make the database hold what `path` holds, then `finish` in the same transaction.

    Pages find another epoch and start from the snapshot; staff sign in again, since a session that was
    ended after the save would otherwise be open again. A SQLite database that was there is kept beside
    it, under the name returned. Raises NotASave, or InUse while others work with the database.
    """
    check(path)
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        with alone(sqlite_path(parsed)):
            return _restore_sqlite(sqlite_path(parsed), path, finish)
    with _ready_copy(path) as source:
        migrate(url)
        _in_a_thread(_restore_postgres(parsed, source, finish))
    return None


def _brought_up_to_date(path: Path) -> None:
    from alembic.util import CommandError

    try:
        migrate(f"sqlite:///{path}")
    except CommandError as error:
        raise NotASave(f"it was made by a newer version ({error})") from None


def _restore_sqlite(target: Path, path: Path, finish: Finish) -> Path | None:
    making = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        _copy_sqlite(path, making)
        _brought_up_to_date(making)
        with _opened(making) as engine, engine.begin() as conn:
            begin_sqlite(conn, writes=True)
            _begin_anew(conn)
            finish(conn)
        _put_log_into_file(making)
        os.chmod(making, 0o600)
        _to_disk(making)
        before = _put_aside(target) if target.exists() else None
        os.replace(making, target)
        _to_disk(target.parent)
        return before
    finally:
        _remove(making)


def _put_aside(target: Path) -> Path:
    before = target.with_name(f"{target.name}-before-restore-{secrets.token_hex(3)}")
    for suffix in ("", "-wal", "-shm"):
        part = target.with_name(target.name + suffix)
        if part.exists():
            part.rename(before.with_name(before.name + suffix))
    return before


async def _save_postgres(url: URL, path: Path) -> None:
    migrate(f"sqlite:///{path}")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as conn:
            # One snapshot for all tables; it locks nobody out.
            await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with _opened(path) as target, target.begin() as into:
                begin_sqlite(into, writes=True)
                into.execute(text("PRAGMA defer_foreign_keys = ON"))
                _empty(into)
                for table in metadata.sorted_tables:
                    fetch = {"max_row_buffer": _at_once(table)}
                    rows = await conn.stream(select(table), execution_options=fetch)
                    async for some in rows.mappings().partitions(_at_once(table)):
                        into.execute(insert(table), [dict(row) for row in some])
    finally:
        await engine.dispose()
    _put_log_into_file(path)


async def _restore_postgres(url: URL, source: Engine, finish: Finish) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as conn:
            if await conn.scalar(_OTHERS):
                raise InUse()
            await conn.run_sync(_fill, source, finish)
    finally:
        await engine.dispose()


def _fill(conn: Connection, source: Engine, finish: Finish) -> None:
    _empty(conn)
    with source.connect() as rows:
        for table in metadata.sorted_tables:
            for some in rows.execute(select(table)).mappings().partitions(_at_once(table)):
                conn.execute(insert(table), [dict(row) for row in some])
    _begin_anew(conn)
    finish(conn)


def _empty(conn: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        conn.execute(table.delete())


def _at_once(table: Table) -> int:
    return PHOTOS_AT_ONCE if table is photo else ROWS_AT_ONCE


def _begin_anew(conn: Connection) -> None:
    conn.execute(update(house).values(epoch=secrets.token_hex(16)))
    conn.execute(session.delete().where(session.c.person_id.is_not(None)))


@contextmanager
def _ready_copy(path: Path) -> Iterator[Engine]:
    """A copy of the save with the newest tables; the save itself is never changed."""
    copy = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        _copy_sqlite(path, copy)
        _brought_up_to_date(copy)
        with _opened(copy) as engine:
            yield engine
    finally:
        _remove(copy)


def _copy_sqlite(source: Path, target: Path) -> None:
    with _reading(source) as opened:
        # A copy of the file alone would miss what still stands in its log.
        opened.execute("VACUUM INTO ?", (str(target),))


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)) as opened:
        yield opened


def _put_log_into_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _opened(path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(path, writes=True)
    try:
        yield engine
    finally:
        engine.dispose()


def _in_a_thread(work: Any) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()
