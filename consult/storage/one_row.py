"""Reading one row, which the transaction may keep for itself until it ends."""

from typing import Any

from sqlalchemy import Connection, Row, Select


def one_row(conn: Connection, query: Select[Any], lock: bool = False) -> Row[Any] | None:
    """The first row, or None; with `lock` nobody else writes it before this transaction ends."""
    return conn.execute(query.with_for_update() if lock else query).first()
