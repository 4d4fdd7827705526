"""Which tests share a worker when pytest runs with several."""

from xdist.scheduler import LoadScopeScheduling

# Modules in which browsers call each other, and look at how well.
WITH_CALLS = (
    "tests/network/",
    "tests/stories/test_call",
    "tests/stories/test_choices_over_a_reload",
    "tests/stories/test_leaving_the_page",
    "tests/stories/test_listening",
    "tests/stories/test_nobody_answers",
    "tests/stories/test_photo",
    "tests/stories/test_recording",
    "tests/stories/test_relay_past_expiry",
    "tests/stories/test_relayed_video",
    "tests/stories/test_shared_screen",
    "tests/stories/test_the_counter_opens",
    "tests/stories/test_third_chair",
    "tests/stories/test_video",
)


def has_calls(nodeid: str) -> bool:
    """Whether two browsers call each other in this test's module."""
    return nodeid.startswith(WITH_CALLS)


# What takes longest besides: begun last, it would have nobody beside it.
LONG = ("tests/stateful/", "tests/stories/test_everybody", "tests/web/")


def begins(nodeid: str) -> int:
    """Which third of all tests this one belongs to, the first of which begins first."""
    return 0 if has_calls(nodeid) else 1 if nodeid.startswith(LONG) else 2


class Lanes(LoadScopeScheduling):
    """Every call between two browsers in one lane, since they disturb each other; a module is never split.

    xdist's own `loadgroup` forgets its groups without a word under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return "calls" if has_calls(nodeid) else nodeid.split("::", 1)[0]
