"""The tests of whole offices once more, with PostgreSQL behind them instead of SQLite."""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
PATHS = ("tests/hub", "tests/signalling", "tests/pages", "tests/faults")


async def all_on_postgres(home: Path, seed: int) -> dict[str, Any]:
    """Returns how many there were; raises AssertionError with what failed."""
    report = home / "report.xml"
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-n", "2", "--no-loadscope-reorder", "--tb=short"),
        *("--seed", str(seed), f"--junitxml={report}", *PATHS),
        cwd=REPOSITORY,
        env={**os.environ, "CONSULT_TEST_DATABASE": "postgres"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()
    assert running.returncode == 0, said.decode(errors="replace")[-20_000:]
    counts = dict(re.findall(r'(tests|skipped)="(\d+)"', report.read_text()))
    return {"tests": int(counts["tests"]), "failed": 0, "left_out": int(counts["skipped"])}
