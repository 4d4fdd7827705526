"""How soon the office is open: `consult up` in an empty directory, and again in the one it made.

Counted from the command until it says "is open.", with everything it starts: Valkey, servers, sweep.
"""

import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure, at_most, plain
from tests.running.program import Program, free_port

ROUNDS = 3


async def run(rounds: int = ROUNDS) -> list[Figure]:
    first, second = [], []
    for _ in range(rounds):
        with TemporaryDirectory(prefix="consult-bench-") as directory:
            home = Path(directory, "data")
            first.append(await _seconds_until_open(home))
            second.append(await _seconds_until_open(home))
    return [
        plain("start", "the first start, with an office of its own", first, " s"),
        at_most("start", "the second start", second, 5, " s"),
        plain("start", "second to first", [b / a for a, b in zip(first, second, strict=True)], " times"),
    ]


async def _seconds_until_open(home: Path) -> float:
    began = time.monotonic()
    with Program(home, "up", CONSULT_PORT=free_port()) as program:
        await program.is_open()
        took_seconds = time.monotonic() - began
        assert await program.end(signal.SIGTERM) == 0
    return took_seconds
