"""Which database an address names, and how connections to it are set up."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from consult.errors import SettingsWrong
from consult.settings import Settings

SQLITE_BUSY_SECONDS = 5.0


def database_url(settings: Settings) -> str:
    """The address of the database these settings name."""
    return settings.database_url or f"sqlite:///{settings.sqlite_path}"


def parse(url: str) -> URL:
    """The address with its driver. Raises SettingsWrong when it names no database we know."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsWrong("DATABASE_URL must look like postgresql://user:password@host/name.") from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed.set(drivername="sqlite")
    if kind in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+asyncpg")
    raise SettingsWrong("DATABASE_URL must begin with postgresql:// or sqlite:/// and name a database.")


def sqlite_path(url: URL) -> Path:
    return Path(str(url.database)).absolute()


def sqlite_engine(path: Path, *, writes: bool) -> Engine:
    """Connections to a SQLite file, usable from any one thread at a time.

    A writing transaction takes the write lock when it begins: one that takes it later is refused
    at once, whatever the timeout, when somebody else wrote meanwhile.
    """

    def connect() -> sqlite3.Connection:
        # isolation_level None: sqlite3 leaves BEGIN to us.
        opened = sqlite3.connect(
            path,
            timeout=SQLITE_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA synchronous = FULL")
        opened.execute("PRAGMA foreign_keys = ON")
        opened.execute("PRAGMA temp_store = MEMORY")
        if not writes:
            opened.execute("PRAGMA query_only = ON")
        return opened

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=0)

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def postgres_engine(url: URL, *, connections: int, **options: Any) -> AsyncEngine:
    """At most so many connections to a PostgreSQL database."""
    return create_async_engine(url, pool_size=connections, max_overflow=0, pool_timeout=5, **options)
