"""Whether the database can be reached, and whether its tables are the newest."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import asyncpg
from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from consult.errors import SettingsWrong
from consult.live import address
from consult.settings import Settings
from consult.storage import in_service
from consult.storage.engines import database_url, parse, sqlite_engine, sqlite_path

T = TypeVar("T")

NEWEST = "0012"  # the last revision of storage.migrations; a test compares them
CONNECT_SECONDS = 5.0
WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.25

AWAY = (SQLAlchemyError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
# What the driver makes of an option in the address that it does not know, or whose value it does not.
MISREAD = (TypeError, ValueError)


async def prepare(settings: Settings) -> None:
    """Bring the tables to the newest form. Raises SettingsWrong when the database cannot be used."""
    if not await are_current(settings):
        await _with_mend(settings, lambda: _migrate(settings))


async def wait(settings: Settings) -> None:
    """Return when somebody has brought the tables to the newest form; a release may be doing it now.

    Raises SettingsWrong when the database cannot be used, or nobody did.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + WAIT_SECONDS
    while await _is_being_restored(settings) or not await are_current(settings):
        if clock() > until:
            raise SettingsWrong("The tables of the database are missing or old: run `consult migrate`.")
        await asyncio.sleep(LOOK_SECONDS)


async def _is_being_restored(settings: Settings) -> bool:
    url = parse(database_url(settings))
    if url.drivername != "sqlite" or not sqlite_path(url).exists():
        return False
    return await _with_mend(settings, lambda: in_service.is_being_replaced(sqlite_path(url)))


async def are_current(settings: Settings) -> bool:
    """Whether nothing is left to migrate. Raises SettingsWrong when the database cannot be reached."""
    url = parse(database_url(settings))
    if url.drivername == "sqlite":
        return await _with_mend(settings, lambda: _look_sqlite(url))
    return await _with_mend(settings, lambda: asyncio.run(_look_postgres(url)))


def _migrate(settings: Settings) -> None:
    # Only here: alembic takes a third of a second to import, and most starts have nothing to migrate.
    from alembic.util import CommandError

    from consult.storage.migrations import migrate

    try:
        migrate(database_url(settings))
    except CommandError as error:
        raise OSError(f"{error}; was it used by a newer version of Consult?") from error


async def _with_mend(settings: Settings, work: Callable[[], T]) -> T:
    try:
        with ThreadPoolExecutor(1) as thread:
            return await asyncio.get_running_loop().run_in_executor(thread, work)
    except AWAY as error:
        shown = address.shown(settings.database_url) if settings.database_url else settings.sqlite_path
        reason = " ".join(str(getattr(error, "orig", None) or error).split()) or type(error).__name__
        raise SettingsWrong(f"The database {shown} cannot be used ({reason}): {_mend(settings)}") from None
    except MISREAD as error:
        if not settings.database_url:
            raise
        raise SettingsWrong(
            f"DATABASE_URL has an option that cannot be used ({error}); asyncpg's options are written like "
            "postgresql://user:password@host/name?ssl=require."
        ) from None


def _mend(settings: Settings) -> str:
    if settings.database_url:
        return "start it, correct DATABASE_URL, or leave DATABASE_URL out to use SQLite."
    return "put its file right or restore it from a backup, or set CONSULT_DATA_DIR to another directory."


def _look_sqlite(url: URL) -> bool:
    path = sqlite_path(url)
    if not path.exists():
        return False
    engine = sqlite_engine(path, writes=False)
    try:
        with engine.connect() as conn:
            return _is_newest(conn)
    finally:
        engine.dispose()


async def _look_postgres(url: URL) -> bool:
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": CONNECT_SECONDS})
    try:
        async with engine.connect() as conn:
            return await conn.run_sync(_is_newest)
    finally:
        await engine.dispose()


def _is_newest(conn: Connection) -> bool:
    if not inspect(conn).has_table("alembic_version"):
        return False
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [NEWEST]
