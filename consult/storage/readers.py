"""Queries: each sees one moment of the database and never holds up a writer."""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from consult.storage import moments
from consult.storage.engines import begin_sqlite, glancing_sqlite, postgres_engine, sqlite_engine
from consult.storage.orders import Order, T
from consult.storage.prepared import Prepared

SQLITE_THREADS = 4
POSTGRES_CONNECTIONS = 6


class SqliteReader:
    def __init__(self, path: Path) -> None:
        self._engine = sqlite_engine(path, writes=False)
        self._threads = ThreadPoolExecutor(SQLITE_THREADS, thread_name_prefix="consult-reader")
        self._path = path
        self._glancing: sqlite3.Connection | None = None

    async def start(self) -> None:
        await self.read(lambda conn: moments.now(conn))
        self._glancing = glancing_sqlite(self._path)

    async def close(self) -> None:
        if self._glancing is not None:
            self._glancing.close()
            self._glancing = None
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def read(self, query: Order[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, query)

    async def glance(self, statement: Prepared, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        # A row by its keys takes a twentieth of what the way to a thread and back does.
        if self._glancing is not None:
            try:
                return statement.glance(self._glancing, values)
            except sqlite3.OperationalError:
                pass  # somebody repairs the file: that may be waited for, but not here
        return await self.read(lambda conn: statement.first(conn, values))

    def _look(self, query: Order[T]) -> T:
        with self._engine.connect() as conn, conn.begin():
            begin_sqlite(conn, writes=False)
            return _fresh(conn, query)


class PostgresReader:
    def __init__(self, url: URL) -> None:
        self._engine = postgres_engine(
            url,
            connections=POSTGRES_CONNECTIONS,
            isolation_level="REPEATABLE READ",
            connect_args={
                "timeout": 5,
                # A server behind a cut line never answers, and would keep this connection for good.
                "command_timeout": 10,
                "server_settings": {"default_transaction_read_only": "on"},
            },
        )

    async def start(self) -> None:
        await self.read(lambda conn: moments.now(conn))

    async def close(self) -> None:
        await self._engine.dispose()

    async def read(self, query: Order[T]) -> T:
        try:
            return await self._once(query)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            # The server was restarted since; a query may be asked twice.
            return await self._once(query)

    async def glance(self, statement: Prepared, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        return await self.read(lambda conn: statement.first(conn, values))

    async def _once(self, query: Order[T]) -> T:
        async with self._engine.connect() as conn:
            return await conn.run_sync(_fresh, query)


def _fresh(conn: Connection, query: Order[T]) -> T:
    moments.forget(conn)
    return query(conn)
