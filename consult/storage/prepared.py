"""Statements that run for every order."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, UpdateBase
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect(paramstyle="named")


class Prepared:
    """A statement given to SQLite's driver as text made once: a tenth of what building it anew costs.

    Every value has its own `bindparam`, and values are as rows hold them: moments in milliseconds.
    """

    def __init__(self, statement: UpdateBase | Select[Any]) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._statement = statement
        self._text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def run(self, conn: Connection, values: Mapping[str, object]) -> int:
        """Returns how many rows were written."""
        if conn.dialect.name == "sqlite":
            return int(self._through_driver(conn, values).rowcount)
        return int(conn.execute(self._statement, values).rowcount)

    def first(self, conn: Connection, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        """The first row, None when there is none."""
        if conn.dialect.name == "sqlite":
            rows = self._through_driver(conn, values).fetchall()
            return rows[0] if rows else None
        row = conn.execute(self._statement, values).first()
        return None if row is None else tuple(row)

    def glance(self, driver: sqlite3.Connection, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        """As `first`, through the driver alone, in no transaction but the statement's own."""
        rows = driver.execute(self._text, self._all(values)).fetchall()
        return rows[0] if rows else None

    def _through_driver(self, conn: Connection, values: Mapping[str, object]) -> Any:
        driver: Any = conn.connection.dbapi_connection
        return driver.execute(self._text, self._all(values))

    def _all(self, values: Mapping[str, object]) -> Mapping[str, object]:
        return {**self._fixed, **values} if self._fixed else values
