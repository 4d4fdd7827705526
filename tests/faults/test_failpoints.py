"""Failpoints do what was planned, say so in a file, and are refused where the public comes in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consult import failpoints
from consult.errors import Busy, Reproduced
from consult.settings import read
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from tests.storage.test_writing import days, put


@pytest.fixture(autouse=True)
def disarmed_at_the_end(tmp_path: Path) -> Iterator[None]:
    yield
    failpoints.arm("", tmp_path)


def fired(directory: Path) -> list[tuple[str, str]]:
    lines = (directory / failpoints.RECORD).read_text().splitlines()
    return [(line["point"], line["action"]) for line in map(json.loads, lines)]


def test_nothing_happens_unless_armed(tmp_path: Path) -> None:
    failpoints.arm("", tmp_path)
    for name in failpoints.POINTS:
        failpoints.reach(name)
    assert not (tmp_path / failpoints.RECORD).exists()


def test_it_passes_fires_as_often_as_planned_and_is_written_down(tmp_path: Path) -> None:
    failpoints.arm("before_ack=raise*2@3, after_ack=pause:0", tmp_path)
    raised = []
    for number in range(8):
        try:
            failpoints.reach("before_ack")
        except failpoints.Injected:
            raised.append(number)
    failpoints.reach("after_ack")
    assert raised == [3, 4]
    assert fired(tmp_path) == [("before_ack", "raise"), ("before_ack", "raise"), ("after_ack", "pause")]


def test_a_killed_process_has_written_it_down_before(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from consult import failpoints;"
        "failpoints.arm('after_commit=kill', Path(sys.argv[1])); failpoints.reach('after_commit');"
        "print('still here')"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, timeout=60)
    assert ended.returncode == -9
    assert ended.stdout == b""
    assert fired(tmp_path) == [("after_commit", "kill")]


@pytest.mark.parametrize(
    "wrong", ["nowhere=kill", "before_ack", "before_ack=explode", "before_ack=pause", "before_ack=kill@"]
)
def test_a_wrong_plan_is_refused_in_one_sentence(wrong: str) -> None:
    _, faults = read({"CONSULT_FAILPOINTS": wrong})
    assert len(faults) == 1
    assert repr(wrong) in faults[0]


@pytest.mark.parametrize(
    "public",
    [
        {"CONSULT_PUBLIC_URL": "https://consult.example"},
        {"CONSULT_TRUSTED_PROXIES": "127.0.0.1"},
        {"CONSULT_HOST": "192.0.2.1", "CONSULT_PUBLIC_URL": "https://consult.example"},
    ],
)
def test_a_service_that_others_reach_refuses_them(public: dict[str, str]) -> None:
    assert read(public)[1] == []
    _, faults = read({"CONSULT_FAILPOINTS": "before_ack=kill", **public})
    assert any("CONSULT_FAILPOINTS" in fault for fault in faults)


async def test_the_ambiguous_commit_is_carried_out_once(database: Database, tmp_path: Path) -> None:
    """COMMIT done, then an error: nobody is told it went well, and asking again tells the truth."""
    failpoints.arm("after_commit=raise", tmp_path)
    receipt = Receipt("stream-of-a-tab", "ticket:one", 1, b"digest")
    with pytest.raises(Busy):
        await database.write(put("2026-01-01"), receipt)
    assert fired(tmp_path) == [("after_commit", "raise")]
    with pytest.raises(Reproduced):
        await database.write(put("2026-01-01"), receipt)
    assert await database.read(days) == ["2026-01-01"]


async def test_an_error_before_commit_leaves_nothing(database: Database, tmp_path: Path) -> None:
    failpoints.arm("before_commit=raise", tmp_path)
    receipt = Receipt("stream-of-a-tab", "ticket:one", 1, b"digest")
    with pytest.raises(Busy):
        await database.write(put("2026-01-01"), receipt)
    assert await database.read(days) == []
    await database.write(put("2026-01-01"), receipt)
    assert await database.read(days) == ["2026-01-01"]
