"""Calls over thin and lossy lines between two Chromiums: what is heard and seen, at its worst."""

import os
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure
from tests.network.matrix import DIRECT
from tests.network.measures import heard_and_seen
from tests.network.pair import Pair, pair

CALLS = 3
# Percent of sound concealed, and frames a second; 0: measured without a target.
LINES = (
    ("100 kbit/s", {"kbit": 100.0}, 1.0, 7.0),
    ("300 kbit/s", {"kbit": 300.0}, 1.0, 0.0),
    ("10 % loss", {"loss": 0.1}, 9.0, 0.0),
    ("50 kbit/s", {"kbit": 50.0}, 0.0, 0.0),  # too thin for any picture
)


async def run() -> list[Figure]:
    with TemporaryDirectory(prefix="consult-lines-") as directory:
        async with pair(Path(directory)) as two:
            return [figure for line in LINES for figure in await _over(two, *line)]


async def _over(
    two: Pair, name: str, line: dict[str, float], concealed: float, frames: float
) -> list[Figure]:
    heard, seen = [], []
    for _ in range(CALLS):
        sides = (await heard_and_seen(two, DIRECT, **line)).values()
        heard.append(max(side["concealed_percent"] for side in sides))
        seen.append(min(side["frames_a_second"] for side in sides))
        load = os.getloadavg()[0]
        print(f"  {name}: {heard[-1]:.1f} %, {seen[-1]:.1f} a second, load {load:.1f}", file=sys.stderr)
    enough = min(seen) >= frames if frames else None
    wanted = f"at least {frames:g}" if frames else ""
    return [
        Figure(
            "lines",
            f"{name}: sound concealed at the worse side, {CALLS} calls",
            f"median {median(heard):.1f} %, worst {max(heard):.1f} %",
            f"under {concealed:g} %" if concealed else "",
            max(heard) < concealed if concealed else None,
        ),
        Figure(
            "lines",
            f"{name}: frames a second at the worse side, {CALLS} calls",
            f"median {median(seen):.1f}, worst {min(seen):.1f}",
            wanted,
            enough,
        ),
    ]
