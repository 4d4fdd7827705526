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
OUTAGE_CALLS = 3
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
        calls = [await back_seconds(two, ROWS["cone with cone"], seconds, moves) for _ in range(OUTAGE_CALLS)]
        target = BACK_SECONDS[moves]
        where = "another address" if moves else "same address"
        reached = all(side is not None and side <= target for back in calls for side in back)
        what = f"back after {seconds:g} s, {where}, {OUTAGE_CALLS} calls"
        found.append(_figure(what, _sides(calls), f"at most {target:g} s", reached))
    return found


def _sides(calls: Sequence[Sequence[float | None]]) -> str:
    """Of each side the quickest and the slowest call."""
    citizen, officer = (
        "–".join("not within 50 s" if value is None else f"{value:.1f}" for value in _ends(side))
        for side in zip(*calls, strict=True)
    )
    return f"citizen {citizen} s, officer {officer} s"


def _ends(values: Sequence[float | None]) -> Sequence[float | None]:
    ordered = sorted(values, key=lambda value: float("inf") if value is None else value)
    return ordered[0], ordered[-1]


def _figure(what: str, measured: str, target: str, reached: bool | None) -> Figure:
    figure = Figure("video", what, measured, target, reached)
    print(f"  {what}: {measured}", file=sys.stderr, flush=True)  # all of it takes some minutes
    return figure
