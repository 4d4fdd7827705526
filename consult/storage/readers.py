"""Queries: each sees one moment of the database and never holds up a writer."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

from consult.storage import moments
from consult.storage.engines import begin_sqlite, postgres_engine, sqlite_engine
from consult.storage.orders import Order, T

SQLITE_THREADS = 4
POSTGRES_CONNECTIONS = 6


class SqliteReader:
    def __init__(self, path: Path) -> None:
        self._engine = sqlite_engine(path, writes=False)
        self._threads = ThreadPoolExecutor(SQLITE_THREADS, thread_name_prefix="consult-reader")

    async def start(self) -> None:
        await self.read(lambda conn: moments.now(conn))

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def read(self, query: Order[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, query)

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
            connect_args={"server_settings": {"default_transaction_read_only": "on"}},
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

    async def _once(self, query: Order[T]) -> T:
        async with self._engine.connect() as conn:
            return await conn.run_sync(_fresh, query)


def _fresh(conn: Connection, query: Order[T]) -> T:
    moments.forget(conn)
    return query(conn)
