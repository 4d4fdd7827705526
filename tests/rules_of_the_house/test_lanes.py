"""Calls between browsers never run beside each other, and a module is never split between workers."""

import re
from pathlib import Path

from tests.lanes import WITH_CALLS, Lanes, has_calls

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


def test_stories_that_look_at_a_call_are_in_the_lane_of_calls() -> None:
    stories = [name for name in _modules() if name.startswith("tests/stories/")]
    looking = {name for name in stories if SEES.search((TESTS.parent / name).read_text(encoding="utf-8"))}
    assert {name for name in looking if not has_calls(name)} == ELSEWHERE


def test_every_name_in_the_lane_of_calls_is_that_of_a_module() -> None:
    unknown = [start for start in WITH_CALLS if not any(name.startswith(start) for name in _modules())]
    assert not unknown


def test_calls_share_one_lane_and_every_other_module_has_its_own() -> None:
    calls = [f"{name}::test_it[{case}]" for name in _modules() if has_calls(name) for case in "ab"]
    others = [f"{name}::test_it[{case}]" for name in _modules() if not has_calls(name) for case in "ab"]
    assert {_scope(nodeid) for nodeid in calls} == {"calls"}
    assert {nodeid: _scope(nodeid) for nodeid in others} == {
        nodeid: nodeid.split("::", 1)[0] for nodeid in others
    }
