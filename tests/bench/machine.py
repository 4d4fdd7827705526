"""What a figure depends on: the machine, its load, and what processes used of it."""

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path


def describe() -> str:
    """One paragraph that belongs beside every table of figures."""
    one, five, _ = os.getloadavg()
    return "\n".join(
        [
            f"machine  {_cpu_model()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, "
            f"{platform.system()} {platform.release()}",
            f"load     {one:.1f} (1 min), {five:.1f} (5 min)",
            f"python   {platform.python_version()}",
            f"commit   {_commit()}",
            f"date     {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        ]
    )


def cpu_seconds(*pids: int) -> float:
    """What these processes have used so far: every thread, in nanoseconds resolution."""
    return _scheduled(0, pids)


def starved_seconds(*pids: int) -> float:
    """How long their threads were ready so far and had no processor."""
    return _scheduled(1, pids)


def rss_kib(pid: int) -> int:
    """Memory of the process that is in RAM now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def _scheduled(column: int, pids: Iterable[int]) -> float:
    tasks = (task for pid in pids for task in Path(f"/proc/{pid}/task").iterdir())
    return sum(_nanoseconds(task, column) for task in tasks) / 1e9


def _nanoseconds(task: Path, column: int) -> int:
    try:
        return int((task / "schedstat").read_text().split()[column])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # a thread that ended while we looked


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()

    changed = (
        " with uncommitted changes" if git("status", "--porcelain", "--", "consult", "tests/bench") else ""
    )
    return (git("rev-parse", "--short", "HEAD") or "unknown") + changed
