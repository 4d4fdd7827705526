"""Places where tests make a process fail: killed, held up, or with an error, at that very line.

Off unless `CONSULT_FAILPOINTS` arms them, which the settings refuse for a service that others can reach.
Every firing is written to a file first, so that a test can see that its fault was one:
`before_commit=kill`, `after_commit=raise*2` (twice), `sweep_read=pause:0.5@3` (after passing three times).
"""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

POINTS = {
    "before_commit": "The orders of a batch are carried out; nothing is committed.",
    "after_commit": "A batch is committed; nobody was told. `raise`: COMMIT done, then an error.",
    "before_ack": "An order is committed; its answer is not yet written.",
    "after_ack": "An answer has left for the page.",
    "before_publish": "What other processes are to hear stands ready for Redis.",
    "after_publish": "Redis has taken what other processes are to hear.",
    "sweep_read": "The sweep has read what is due; nothing is written.",
    "offer_proposed": "Redis has proposed a citizen for an officer; no offer is written.",
    "accept_asked": "An officer accepts; nothing is written.",
}
RECORD = "failpoints.jsonl"

_PLAN = re.compile(
    r"(?P<name>\w+)=(?P<action>kill|raise|pause:(?P<seconds>\d+(\.\d+)?))(\*(?P<times>\d+))?(@(?P<passes>\d+))?"
)


class Injected(ConnectionError):
    """The error of an armed failpoint: as when the other side is gone and nobody knows what it did."""


@dataclass(slots=True)
class _Armed:
    action: str
    seconds: float
    times: int
    passes: int


_armed: dict[str, _Armed] = {}
_guard = threading.Lock()
_record: Path | None = None


def faults(plans: str) -> list[str]:
    """A plain sentence for each part of `plans` that cannot be followed."""
    return [
        f"CONSULT_FAILPOINTS has {part!r}; write NAME=kill, NAME=raise or NAME=pause:SECONDS, then *TIMES "
        f"and @PASSES where wanted, with a NAME among {', '.join(POINTS)}."
        for part in _parts(plans)
        if (plan := _PLAN.fullmatch(part)) is None or plan["name"] not in POINTS
    ]


def arm(plans: str, directory: Path) -> None:
    """From now on this process fails as planned; firings are recorded in `directory`. Empty: not at all."""
    global _record
    _armed.clear()
    _record = directory / RECORD
    for plan in filter(None, map(_PLAN.fullmatch, _parts(plans))):
        action = plan["action"].partition(":")[0]
        _armed[plan["name"]] = _Armed(
            action, float(plan["seconds"] or 0), int(plan["times"] or 1), int(plan["passes"] or 0)
        )


def reach(name: str) -> None:
    """This line is reached. Raises Injected, ends the process or waits when that is planned for `name`."""
    if _armed:
        _reached(name)


def reach_soon(later: Callable[[float, Callable[[str], None], str], object], name: str) -> None:
    """As `reach`, once what was just written to a socket has left; `later` is the event loop's call_later."""
    if _armed:
        later(0.001, reach, name)


def _reached(name: str) -> None:
    with _guard:
        armed = _armed.get(name)
        if armed is None:
            return
        if armed.passes:
            armed.passes -= 1
            return
        armed.times -= 1
        if armed.times <= 0:
            del _armed[name]
    _write_down(name, armed.action)
    if armed.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if armed.action == "raise":
        raise Injected(f"failpoint {name}")
    time.sleep(armed.seconds)


def _write_down(name: str, action: str) -> None:
    if _record is None:
        return
    line = json.dumps({"point": name, "action": action, "pid": os.getpid(), "at": time.time()}) + "\n"
    written = os.open(_record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(written, line.encode())
    finally:
        os.close(written)


def _parts(plans: str) -> list[str]:
    return [part.strip() for part in plans.split(",") if part.strip()]
