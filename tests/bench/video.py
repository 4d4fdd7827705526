"""Calls over bad networks between two Chromiums: time to connect, and to come back."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure, percentile
from tests.network.matrix import DIRECT, ROWS
from tests.network.measures import back_seconds, connect_seconds
from tests.network.pair import Pair, pair

CALLS = 10
CONNECT = (
    ("direct", DIRECT, 2.0),
    ("relay", ROWS["symmetric with symmetric"], 2.5),
    ("only TCP 443", ROWS["only TCP 443 open"], 2.5),
)
OUTAGES = ((5.0, False), (15.0, False), (1.0, True), (2.0, True), (8.0, True))
BACK_SECONDS = {False: 2.0, True: 5.0}


async def run() -> list[Figure]:
    with TemporaryDirectory(prefix="consult-video-") as directory:
        async with pair(Path(directory)) as two:
            return [*await _connect(two), *await _outages(two)]


async def _connect(two: Pair) -> list[Figure]:
    found = []
    for name, row, target in CONNECT:
        seconds = await connect_seconds(two, row, CALLS)
        p95 = percentile(seconds, 95)
        measured = f"{p95:.2f} s (p50 {percentile(seconds, 50):.2f})"
        found.append(
            _figure(f"connect, {name}, p95 of {CALLS}", measured, f"at most {target:g} s", p95 <= target)
        )
    return found


async def _outages(two: Pair) -> list[Figure]:
    found = []
    for seconds, moves in OUTAGES:
        back = await back_seconds(two, ROWS["cone with cone"], seconds, moves)
        target = BACK_SECONDS[moves]
        where = "another address" if moves else "same address"
        reached = all(side is not None and side <= target for side in back)
        found.append(
            _figure(f"back after {seconds:g} s, {where}", _sides(back), f"at most {target:g} s", reached)
        )
    return found


def _sides(values: Sequence[float | None]) -> str:
    words = ["not within 50 s" if value is None else f"{value:.1f} s" for value in values]
    return f"citizen {words[0]}, officer {words[1]}"


def _figure(what: str, measured: str, target: str, reached: bool | None) -> Figure:
    figure = Figure("video", what, measured, target, reached)
    print(f"  {what}: {measured}", file=sys.stderr, flush=True)  # all of it takes some minutes
    return figure
