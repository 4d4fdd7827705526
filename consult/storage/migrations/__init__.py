"""Brings a database to the newest schema."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, text
from sqlalchemy.pool import NullPool

from consult.storage.engines import begin_sqlite, parse, sqlite_engine, sqlite_path
from consult.storage.tables import house

HERE = Path(__file__).resolve().parent
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4927306651)")


def migrate(url: str) -> None:
    """Create or upgrade every table, all or nothing; safe when several processes do it at once."""
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        _migrate_sqlite(sqlite_path(parsed))
        return
    # Its own thread, so that it can be called where an event loop runs.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate_postgres(parsed)).result()


def _migrate_sqlite(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(path, writes=True)
    try:
        with engine.begin() as conn:
            begin_sqlite(conn, writes=True)
            upgrade(conn)
    finally:
        engine.dispose()


async def _migrate_postgres(url: URL) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as conn:
            await conn.execute(_ONE_AT_A_TIME)
            await conn.run_sync(upgrade)
    finally:
        await engine.dispose()


def upgrade(conn: Connection) -> None:
    """Run the missing revisions in the transaction of `conn` and see that the house has its row."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
    if conn.execute(house.select()).first() is None:
        conn.execute(house.insert().values(id=1, epoch=secrets.token_hex(16)))
