"""The release line of the Procfile under honcho, which ends every line as soon as one has ended."""

import os
import time
from pathlib import Path

PROC = Path("/proc")
LOOK_SECONDS = 1.0


def stay() -> None:
    """Return when no other line of the same honcho runs: at once when there is none, as on a platform."""
    if "HONCHO_PROCESS_NAME" not in os.environ or not PROC.is_dir():
        return
    honcho = _honcho_of(os.getpid())
    while honcho is not None and _others(honcho):
        time.sleep(LOOK_SECONDS)


def _others(honcho: int) -> bool:
    mine = os.environ["HONCHO_PROCESS_NAME"]
    others = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return any(_line(pid) not in (None, mine) and _honcho_of(pid) == honcho for pid in others)


def _honcho_of(pid: int) -> int | None:
    """The nearest ancestor that is no line itself, but runs them."""
    try:
        while _line(pid) is not None:
            pid = _parent(pid)
        # honcho starts each line from a process of its own.
        return _parent(pid)
    except OSError:
        return None


def _line(pid: int) -> str | None:
    """The name of the Procfile line that `pid` belongs to."""
    try:
        variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    named = [variable for variable in variables if variable.startswith(b"HONCHO_PROCESS_NAME=")]
    return named[0].partition(b"=")[2].decode() if named else None


def _parent(pid: int) -> int:
    status = (PROC / str(pid) / "stat").read_text()
    return int(status.rpartition(")")[2].split()[1])
