"""Fresh, migrated databases of both kinds: each is a copy of one that was migrated once."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, update

from consult.storage.database import Database
from consult.storage.migrations import migrate
from consult.storage.tables import house
from tests.support.postgres import PostgresServer


class SqliteTemplate:
    def __init__(self, directory: Path) -> None:
        self._original = directory / "template.sqlite3"
        migrate(f"sqlite:///{self._original}")

    def copy_to(self, directory: Path) -> str:
        """The address of a migrated database in `directory`."""
        path = directory / "consult.sqlite3"
        shutil.copyfile(self._original, path)
        return f"sqlite:///{path}"

    def for_processes(self) -> str:
        """Nothing: each office makes a file in its own data directory."""
        return ""


class PostgresTemplate:
    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        server.run_sql("CREATE DATABASE migrated")
        migrate(server.address("migrated"))

    def copy(self) -> str:
        """The address of a migrated database."""
        return self._server.new_database("migrated")

    def copy_to(self, directory: Path) -> str:
        """As `copy`; the server keeps its files itself, so there is nothing in `directory`."""
        return self.copy()

    def for_processes(self) -> str:
        """As `copy`."""
        return self.copy()


OfficeTemplate = SqliteTemplate | PostgresTemplate


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.start()
    try:
        yield database
    finally:
        await database.close()


async def let_pass(database: Database, **time: float) -> None:
    """Move the database's clock on, for everybody who uses it: `let_pass(database, seconds=30)`."""
    step_ms = round(timedelta(**time) / timedelta(milliseconds=1))

    def order(conn: Connection) -> None:
        conn.execute(update(house).values(clock_offset_ms=house.c.clock_offset_ms + step_ms))

    await database.write(order)
