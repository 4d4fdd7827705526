"""Which tests share a worker when pytest runs with several."""

from xdist.scheduler import LoadScopeScheduling

# Modules in which browsers call each other or the mirror of device checks, in two lanes of about one length:
# how well people see and hear each other, by which path, and what becomes of a call without one; and what
# people do in a call.
CALLS = {
    "paths": (
        "tests/network/",
        "tests/stories/test_call_life",
        "tests/stories/test_call_quality",
        "tests/stories/test_call_through_another_process",
        "tests/stories/test_choices_over_a_reload",
        "tests/stories/test_device_check",
        "tests/stories/test_leaving_the_page",
        "tests/stories/test_nobody_answers",
        "tests/stories/test_relay_past_expiry",
        "tests/stories/test_relayed_video",
        "tests/stories/test_the_counter_opens",
        "tests/stories/test_video",
    ),
    "company": (
        "tests/stories/test_call_code",
        "tests/stories/test_listening",
        "tests/stories/test_photo",
        "tests/stories/test_recording",
        "tests/stories/test_shared_screen",
        "tests/stories/test_third_chair",
    ),
}


def lane_of(nodeid: str) -> str | None:
    """The lane of calls that this test's module is in; None where nobody calls."""
    return next((lane for lane, modules in CALLS.items() if nodeid.startswith(modules)), None)


# Longer than any other module, and each of its tests stands alone.
SPLIT = ("tests/stateful/test_the_office",)

# What takes longest: begun late, it would have nobody beside it. Then modules of browsers and of processes,
# some of which take a minute.
LONG = ("tests/stateful/", "tests/stories/test_everybody", "tests/web/")
SLOW = ("tests/stories/", "tests/faults/", "tests/running/")


def begins(nodeid: str) -> int:
    """Which quarter of all tests this one belongs to, the first of which begins first.

    Calls come last, when the other lanes are empty. A picture or a sound that is late is lost, so what is
    starved of processors fails; and a call costs as long as it goes on, so whatever slows it makes it dearer.
    """
    if lane_of(nodeid):
        return 3
    return 0 if nodeid.startswith(LONG) else 1 if nodeid.startswith(SLOW) else 2


class Lanes(LoadScopeScheduling):
    """At most two calls between browsers at once, since they disturb each other; hardly a module is split.

    xdist's own `loadgroup` forgets its groups without a word under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SPLIT):
            return nodeid
        return lane_of(nodeid) or nodeid.split("::", 1)[0]
