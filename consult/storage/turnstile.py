"""Turns between processes that write to one SQLite file."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turnstile:
    """One process at a time, and a process that comes back at once stands behind the one that waits.

    Whoever waits for `write` holds `gate`, so the process that just wrote must pass the gate again
    behind it. With one lock alone a saturated process takes it back before the others wake up.
    """

    def __init__(self, database: Path) -> None:
        self._gate = _open(database.with_name(database.name + "-gate"))
        self._write = _open(database.with_name(database.name + "-write"))

    def __enter__(self) -> None:
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._write, fcntl.LOCK_EX)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._write, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._gate)
        os.close(self._write)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
