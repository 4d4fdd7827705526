"""Which database an address names, and how connections to it are set up."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
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
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
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
    """Connections to a SQLite file, each usable from one thread at a time; see `begin_sqlite`."""

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

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=0)


def glancing_sqlite(path: Path) -> sqlite3.Connection:
    """A connection that reads and never waits: what is locked raises OperationalError."""
    opened = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    opened.execute("PRAGMA query_only = ON")
    return opened


def begin_sqlite(conn: Connection, *, writes: bool) -> None:
    """Begin the transaction that SQLAlchemy, whose driver does not, believes to have begun.

    A writing one takes the write lock at once: asked for later, it is refused without waiting when
    somebody else wrote meanwhile.
    """
    driver: Any = conn.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def postgres_engine(url: URL, *, connections: int, **options: Any) -> AsyncEngine:
    """At most so many connections to a PostgreSQL database."""
    return create_async_engine(url, pool_size=connections, max_overflow=0, pool_timeout=5, **options)
