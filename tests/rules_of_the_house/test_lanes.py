"""Calls between browsers keep to their two lanes, and no module but the longest is split between workers."""

import re
from pathlib import Path

from tests.lanes import CALLS, SPLIT, Lanes, lane_of

TESTS = Path(__file__).parents[1]
# What a story says of two browsers that see each other.
SEES = re.compile("sees_moving_pictures|both_see|more_pictures|in_video")
# It waits for one picture and looks at words.
ELSEWHERE = {"tests/stories/test_permission_guide.py"}


def _modules() -> list[str]:
    return [f"tests/{path.relative_to(TESTS)}" for path in sorted(TESTS.rglob("test_*.py"))]


def _scope(nodeid: str) -> str:
    # Made without workers, since no test is run by it.
    return Lanes.__new__(Lanes)._split_scope(nodeid)


def test_stories_that_look_at_a_call_are_in_a_lane_of_calls() -> None:
    stories = [name for name in _modules() if name.startswith("tests/stories/")]
    looking = {name for name in stories if SEES.search((TESTS.parent / name).read_text(encoding="utf-8"))}
    assert {name for name in looking if lane_of(name) is None} == ELSEWHERE


def test_every_name_in_a_lane_of_calls_is_that_of_modules_of_one_lane() -> None:
    names = [start for modules in CALLS.values() for start in modules]
    assert not [start for start in names if not any(name.startswith(start) for name in _modules())]
    for name in _modules():
        assert sum(name.startswith(modules) for modules in CALLS.values()) <= 1, name


def test_calls_share_two_lanes_and_every_other_module_has_its_own() -> None:
    for name in _modules():
        if name.startswith(SPLIT):
            continue
        scopes = {_scope(f"{name}::test_it[{case}]") for case in "ab"}
        assert scopes == {lane_of(name) or name}


def test_the_longest_module_may_run_in_several_workers() -> None:
    long = [name for name in _modules() if name.startswith(SPLIT)]
    assert long == ["tests/stateful/test_the_office.py"]
    assert _scope(f"{long[0]}::test_it[1]") != _scope(f"{long[0]}::test_it[2]")
