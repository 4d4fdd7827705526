"""The record of release runs says what ran last, and forgets nothing that did not run here."""

from pathlib import Path
from typing import Any

from tests.release import PARTS
from tests.release_record import HEAD, PAGE, record, total


def result(part: str, seed: int, passed: bool = True, **figures: Any) -> dict[str, Any]:
    return {
        "part": part,
        "seed": seed,
        "passed": passed,
        "at": f"2026-01-0{seed}T00:00:00Z",
        "seconds": 90.0,
        "commit": f"c{seed}",
        "machine": "Linux, 2 CPUs",
        "figures": figures,
        "fault": None,
    }


def test_seeds_are_added_up_and_a_repeated_one_counts_once(tmp_path: Path) -> None:
    page = tmp_path / "runs.md"
    record(
        [result("kills", 1, False), result("kills", 1, lost=0, kills=40), result("kills", 2, kills=41)], page
    )
    line = page.read_text("utf-8").splitlines()[-1]
    assert line == (
        "| `kills` | 2026-01-01 to 2026-01-02 | 2 of 2 | lost 0, kills 81 | 3 | c1, c2 | Linux, 2 CPUs |"
    )


def test_the_longest_of_all_is_told_and_no_sum_of_them() -> None:
    figures = [
        result("rolling", seed, longest_absence_ms=ms, told="p99 17") for seed, ms in ((1, 70), (2, 40))
    ]
    assert total(figures) == "longest_absence_ms 70, told p99 17"


def test_what_did_not_run_here_stays_and_a_failure_is_told(tmp_path: Path) -> None:
    page = tmp_path / "runs.md"
    record([result("kills", 1, kills=40)], page)
    record([result("races", 1, False)], page)
    kills, races = page.read_text("utf-8").splitlines()[-2:]
    assert "kills 40" in kills
    assert "| 0 of 1 |" in races


def test_the_page_in_the_tree_is_one_that_was_written() -> None:
    written = PAGE.read_text("utf-8")
    assert written.startswith(HEAD)
    parts = [line.split("`")[1] for line in written.removeprefix(HEAD).splitlines()]
    assert parts == sorted(parts)
    assert set(parts) <= set(PARTS)
