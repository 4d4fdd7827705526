"""The database: orders that write, queries that read."""

import asyncio
import os
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, Protocol, Self

from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from consult.errors import Busy, SettingsWrong
from consult.settings import Settings
from consult.storage import faults, in_service
from consult.storage.engines import database_url, parse, sqlite_path
from consult.storage.orders import Accepted, Order, T, busy
from consult.storage.outage import Outage
from consult.storage.prepared import Prepared
from consult.storage.readers import PostgresReader, SqliteReader
from consult.storage.receipts import Receipt
from consult.storage.tables import house
from consult.storage.writer_postgres import PostgresWriter
from consult.storage.writer_sqlite import SqliteWriter

__all__ = ["Database", "Order", "Receipt"]


class Writer(Protocol):
    async def start(self) -> None: ...
    async def close(self) -> None: ...
    def submit(self, accepted: Accepted) -> None: ...


class Reader(Protocol):
    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def read(self, query: Order[T]) -> T: ...
    async def glance(self, statement: Prepared, values: Mapping[str, object]) -> tuple[Any, ...] | None: ...


class Database:
    """One database, chosen by its address.

    An order is a function of a connection. It may run more than once before it is committed, so it
    touches nothing but its connection; whatever else must happen happens after `write` has returned.
    """

    def __init__(self, url: str) -> None:
        parsed = parse(url)
        self._shown = parsed.render_as_string(hide_password=True)
        self._file: Path | None = None
        self._in_service: int | None = None
        self._writer: Writer
        self._reader: Reader
        if parsed.drivername == "sqlite":
            self._file = sqlite_path(parsed)
            self._writer, self._reader = SqliteWriter(self._file), SqliteReader(self._file)
        else:
            self._writer, self._reader = PostgresWriter(parsed), PostgresReader(parsed)
        self.outage = Outage(lambda: self.write(_probe, ahead=True))

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(database_url(settings))

    async def start(self) -> None:
        """Raises SettingsWrong when the database cannot be used: unreachable, or its tables are missing."""
        try:
            if self._file is not None:
                self._in_service = in_service.join(self._file)
            await self._reader.start()
            await self._writer.start()
        except in_service.BeingReplaced:
            raise SettingsWrong(
                f"The database {self._shown} is being restored: start again when that is done."
            ) from None
        except (DBAPIError, OSError) as error:
            self._leave_service()
            reason = str(getattr(error, "orig", error))
            raise SettingsWrong(
                f"The database {self._shown} cannot be used ({reason}); "
                "check DATABASE_URL and run `consult migrate`."
            ) from error

    async def close(self) -> None:
        """Carry out what was accepted, then close every connection."""
        await self.outage.close()
        await self._writer.close()
        await self._reader.close()
        self._leave_service()

    def _leave_service(self) -> None:
        if self._in_service is not None:
            os.close(self._in_service)
            self._in_service = None

    async def write(
        self,
        order: Order[T],
        receipt: Receipt | None = None,
        *,
        ahead: bool = False,
        newcomer: bool = False,
    ) -> T:
        """Carry out the order, whole or not at all; returns once it is committed.

        With a receipt it is carried out once: a repeat raises Reproduced, a reused number Conflict, a
        number too high OutOfOrder; a final refusal is stored as the answer. Raises Busy when the
        database cannot be written now. An order whose caller goes away is carried out all the same.

        `ahead`: for the few that somebody stands waiting for. It goes before what waits in this process and
        is committed at once; should it overtake an earlier number of its stream, it is OutOfOrder.
        `newcomer`: for somebody who is not here yet. Busy at once while those who are have to wait for long.
        """
        if newcomer and self.outage.lasts:
            raise busy()  # at once, and for what it is: no crowd
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(Accepted(order, receipt, answer, ahead, newcomer))
        try:
            result = await answer
        except Busy:
            self.outage.begin()
            raise
        self.outage.written()
        return result

    async def read(self, query: Order[T]) -> T:
        """Run the query on one consistent state of the database. Raises Busy when it cannot be reached."""
        return await self._reached(self._reader.read(query))

    async def glance(self, statement: Prepared, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        """The first row of a statement that finds it by its keys, as it is committed now; None without one.

        For what is asked for every frame: with SQLite it is answered without leaving the event loop, so it
        must not search. Raises Busy when the database cannot be reached.
        """
        return await self._reached(self._reader.glance(statement, values))

    async def _reached(self, reading: Awaitable[T]) -> T:
        try:
            return await reading
        except Exception as error:
            if faults.read_only(error) or not faults.away(error):
                raise
            self.outage.begin()
            raise busy() from error


def _probe(conn: Connection) -> None:
    """A row is written anew as it is: a transaction that writes nothing succeeds on a full disk, too."""
    conn.execute(update(house).values(epoch=house.c.epoch))
