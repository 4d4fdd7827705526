"""Another process at a turnstile. Run as `python -m tests.support.turns DATABASE_FILE spin|hold`.

`spin` takes turn after turn and counts them in a file beside the database; `hold` keeps its first turn.
"""

import mmap
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consult.storage.turnstile import Turnstile

TURN_SECONDS = 0.0005


class Turns:
    """How many turns the other process has had."""

    def __init__(self, database: Path) -> None:
        path = database.with_name("turns")
        path.touch()
        if path.stat().st_size < 8:
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8)

    def count(self) -> int:
        return int(struct.unpack("q", self._memory[:8])[0])

    def add(self) -> None:
        self._memory[:8] = struct.pack("q", self.count() + 1)


@contextmanager
def at_the_turnstile(database: Path, manner: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Such a process, once it had its first turn."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.turns", str(database), manner], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"in\n"
        yield process
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def _spin(turnstile: Turnstile, turns: Turns) -> None:
    while True:
        with turnstile:
            ends_at = time.perf_counter() + TURN_SECONDS
            while time.perf_counter() < ends_at:
                pass
            turns.add()
            if turns.count() == 1:
                print("in", flush=True)


def _hold(turnstile: Turnstile) -> None:
    with turnstile:
        print("in", flush=True)
        sys.stdin.read()
        time.sleep(600)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    if sys.argv[2] == "spin":
        _spin(Turnstile(file), Turns(file))
    else:
        _hold(Turnstile(file))
