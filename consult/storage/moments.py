"""The database's clock, the only one that deadlines are measured with."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

_SQLITE_MS = "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"
_POSTGRES_MS = "CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)"
_OFFSET_MS = "coalesce((SELECT clock_offset_ms FROM house WHERE id = 1), 0)"
_QUERIES = {
    "sqlite": text(f"SELECT {_SQLITE_MS} + {_OFFSET_MS}"),
    "postgresql": text(f"SELECT {_POSTGRES_MS} + {_OFFSET_MS}"),
}
_KEY = "consult.now"


def now(conn: Connection) -> datetime:
    """The moment of this transaction, aware, in UTC: read once, the same for every order of a batch."""
    return datetime.fromtimestamp(now_ms(conn) / 1000, UTC)


def now_ms(conn: Connection) -> int:
    """`now` in milliseconds since 1970, as rows hold it."""
    known: int | None = conn.info.get(_KEY)
    if known is None:
        known = int(conn.execute(_QUERIES[conn.dialect.name]).scalar_one())
        conn.info[_KEY] = known
    return known


def forget(conn: Connection) -> None:
    """A new transaction begins: `now` is read again."""
    conn.info.pop(_KEY, None)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, as rows and frames hold them."""
    return round(moment.timestamp() * 1000)
