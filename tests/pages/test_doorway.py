"""Newcomers are refused with a time once they are many, or slow to get through."""

from contextlib import ExitStack

import pytest

from consult.errors import Busy
from consult.pages.doorway import RETRY_MS, Doorway


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_no_more() -> None:
    doorway = Doorway(2)
    with ExitStack() as inside:
        inside.enter_context(doorway.passing())
        inside.enter_context(doorway.passing())
        with pytest.raises(Busy) as refused, doorway.passing():
            pass
        assert refused.value.retry_ms == RETRY_MS
    with doorway.passing():
        pass


def test_nobody_new_while_one_takes_longer_than_a_second() -> None:
    clock = Clock()
    doorway = Doorway(100, clock)
    with doorway.passing():
        clock.now += 0.9
        with doorway.passing():
            pass
        clock.now += 0.2
        with pytest.raises(Busy), doorway.passing():
            pass
    with doorway.passing():
        pass


def test_who_failed_is_inside_no_more() -> None:
    doorway = Doorway(1)
    with pytest.raises(ValueError, match="closed"), doorway.passing():
        raise ValueError("closed")
    with doorway.passing():
        pass
