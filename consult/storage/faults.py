"""Which errors of a database mean "not now" rather than "never"."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# Serialization failure, deadlock, lock not available: somebody else was in the way.
_CONTENDED = {"40001", "40P01", "55P03"}
# Somebody else has just written the row that this order, which looked before, was about to write.
_WRITTEN_MEANWHILE = "23505"
# Connection exceptions, too many connections, disk full, shutdown and restart, read-only standby.
_AWAY_CLASSES = {"08", "53", "57"}
_READ_ONLY = "25006"


def contended(error: BaseException | None) -> bool:
    """Another transaction was in the way: the same order may succeed, or be refused in words, alone."""
    return _sqlstate(error) in _CONTENDED or written_meanwhile(error)


def written_meanwhile(error: BaseException | None) -> bool:
    """The row stands there by now: the same order, asked again, sees it."""
    return _sqlstate(error) == _WRITTEN_MEANWHILE


def away(error: BaseException | None) -> bool:
    """The database cannot be used now: unreachable, locked, full or shutting down."""
    if isinstance(error, OSError | PoolTimeout):
        return True
    code = _sqlite_code(error)
    if code is not None:
        return code in _SQLITE_AWAY
    if not isinstance(error, DBAPIError):
        return False
    state = _sqlstate(error)
    if state:
        return state[:2] in _AWAY_CLASSES or state == _READ_ONLY or state in _CONTENDED
    return error.connection_invalidated or isinstance(error, InterfaceError)


def read_only(error: BaseException) -> bool:
    """The database, or this connection to it, takes no writes."""
    return _sqlite_code(error) == sqlite3.SQLITE_READONLY or _sqlstate(error) == _READ_ONLY


def _sqlite_code(error: BaseException | None) -> int | None:
    code: int | None = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _sqlstate(error: BaseException | None) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
