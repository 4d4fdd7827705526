"""A lock beside a SQLite file: shared by every process that works with it, and alone for who replaces it.

A file can be renamed under those who have it open; they would go on, and acknowledge, in what was put aside.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUse(RuntimeError):
    """Somebody else works with the database that should be replaced."""


class BeingReplaced(RuntimeError):
    """The database is being replaced; it can be used when that is done."""


def join(database: Path) -> int:
    """A file descriptor that keeps `database` from being replaced until it is closed.

    Raises BeingReplaced.
    """
    lock = _open(database)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise BeingReplaced() from None
    return lock


def is_being_replaced(database: Path) -> bool:
    try:
        os.close(join(database))
    except BeingReplaced:
        return True
    return False


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Within, nobody else works with `database`. Raises InUse while somebody does."""
    lock = _open(database)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InUse() from None
        yield
    finally:
        os.close(lock)


def _open(database: Path) -> int:
    path = database.with_name(database.name + "-service")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
