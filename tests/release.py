"""The release profile: the faults of CI at full size, seed by seed. `scripts/test --release [PART ...]`.

Each finished seed is a line of the results file; begun again, it goes on after the last one.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.cancelled import cancel_calls, redis_call, sql_call
from tests.faults.kills import kill_servers
from tests.faults.races import race_for_everybody
from tests.faults.redis_gone import flush_and_kill
from tests.faults.rolling import restart_rolling
from tests.faults.stalled import stall_readers
from tests.network.matrix import try_all
from tests.network.mixed import both_ways
from tests.on_postgres import all_on_postgres
from tests.release_record import record, total
from tests.support.databases import PostgresTemplate, SqliteTemplate
from tests.support.postgres import PostgresServer
from tests.support.valkey import running

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / ".cache" / "release" / "results.jsonl"
Figures = dict[str, Any]
CALLS = 5_000
ACCEPT_RACES = 6_000  # 30,000 in five seeds


@dataclass(frozen=True)
class Part:
    about: str
    seeds: int
    run: Callable[[Path, int], Coroutine[Any, Any, Figures]]


async def _cancel(home: Path, seed: int) -> Figures:
    """A quarter each: Redis, SQLite's reads and writes, PostgreSQL's reads."""
    chance = random.Random(seed)
    figures: Counter[str] = Counter()
    with running(home) as valkey, PostgresServer() as postgres:
        sqlite = SqliteTemplate(home).copy_to(home)
        calls = (
            redis_call(valkey.address, home, CALLS),
            sql_call(sqlite, home, writes=False),
            sql_call(sqlite, home, writes=True),
            sql_call(PostgresTemplate(postgres).copy(), home, writes=False),
        )
        for opened in calls:
            async with opened as call:
                figures.update(await cancel_calls(call, CALLS, chance))
    assert figures["mismatches"] == 0, figures
    return dict(figures)


async def _race(home: Path, seed: int) -> Figures:
    figures = await race_for_everybody(home, seed, applicants=10_000, matchers=50, officers=60)
    assert figures["accept_races"] >= ACCEPT_RACES, figures
    return figures


PARTS: dict[str, Part] = {
    "kills": Part(
        "4,000 messages with 40 kills of server processes",
        50,
        lambda home, seed: kill_servers(home, seed, messages=4_000, kills=40),
    ),
    "races": Part(
        "10,000 applicants for 50 matchers, 6,000 accepts raced",
        5,
        _race,
    ),
    "cancelled": Part(
        "20,000 calls to Redis, SQLite and PostgreSQL, some 8,000 of them cancelled", 13, _cancel
    ),
    "redis": Part(
        "20 times Redis emptied and 20 times killed while 300 wait",
        10,
        lambda home, seed: flush_and_kill(home, seed, waiting=300, times=20),
    ),
    "stalled": Part(
        "200 stalled among 1,000 readers",
        1,
        lambda home, seed: stall_readers(
            home, seed, readers=999, stalled=200, messages=1_000, most_slower=0.2
        ),
    ),
    "rolling": Part(
        "10 rolling restarts with 500 pages",
        10,
        lambda home, seed: restart_rolling(home, seed, sessions=500, restarts=10),
    ),
    "postgres": Part("the tests of whole offices and their processes over PostgreSQL", 1, all_on_postgres),
    "video": Part(
        "5 pairs of networks that calls must get through",
        5,
        lambda home, _: try_all(home),
    ),
    "firefox": Part(
        "calls between Chromium and Firefox, each once the officer's: screen, recording, listening",
        5,
        lambda home, _: both_ways(home),
    ),
}


def main() -> int:
    arguments = _arguments()
    if arguments.record:
        record(result for name in arguments.parts or PARTS for result in _results(name))
        return 0
    failed = 0
    for name in arguments.parts or PARTS:
        part = PARTS[name]
        seeds = range(arguments.first_seed, arguments.first_seed + (arguments.seeds or part.seeds))
        done = set() if arguments.fresh else _done(name)
        for seed in seeds:
            if seed not in done:
                failed += not _run(name, part, seed)
        print(_total(name, part, seeds), flush=True)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/test --release", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--seeds", type=int, help="how many seeds of each part (default: each part's own)")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N")
    parser.add_argument("--fresh", action="store_true", help="run also what the results file has")
    parser.add_argument("--record", action="store_true", help="run nothing; write docs/release-runs.md")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    return arguments


def _run(name: str, part: Part, seed: int) -> bool:
    began = time.time()
    fault = None
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix=f"consult-{name}-") as directory:
        home = Path(directory) / "data"
        home.mkdir()
        try:
            figures = asyncio.run(part.run(home, seed))
        except Exception:
            fault = traceback.format_exc()
    result = {
        "part": name,
        "seed": seed,
        "passed": fault is None,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "seconds": round(time.time() - began, 1),
        "commit": _commit(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "figures": figures,
        "fault": fault,
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")
    print(f"{name} seed {seed}: {'passed' if fault is None else 'FAILED'} {figures or fault}", flush=True)
    return fault is None


def _results(name: str) -> list[dict[str, Any]]:
    if not RESULTS.exists():
        return []
    lines = [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["part"] == name]


def _done(name: str) -> set[int]:
    return {result["seed"] for result in _results(name) if result["passed"]}


def _total(name: str, part: Part, seeds: Iterable[int]) -> str:
    latest = {result["seed"]: result for result in _results(name) if result["seed"] in seeds}
    passed = sum(result["passed"] for result in latest.values())
    figures = total(latest.values())
    return f"{name} ({part.about} for each seed): {passed} of {len(latest)} seeds passed; {figures}"


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
    )
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
