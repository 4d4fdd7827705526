"""An honest wait: a range that holds, or nothing."""

import random

from consult.queue.estimate import wait_range


def test_too_little_data_gives_no_figure() -> None:
    assert wait_range(1, 2, [300.0] * 4) is None
    assert wait_range(1, 0, [300.0] * 9) is None


def test_the_range_grows_with_the_position_and_shrinks_with_officers() -> None:
    served = [600.0] * 20
    first, fifth, more_officers = wait_range(1, 1, served), wait_range(5, 1, served), wait_range(5, 3, served)
    assert first and fifth and more_officers
    assert first[1] < fifth[1] and more_officers[1] < fifth[1]
    assert all(low < high for low, high in (first, fifth, more_officers))


def test_about_six_of_ten_waits_fall_into_the_range() -> None:
    """Against a simulated line with exponential service times, all places busy."""
    chance = random.Random(7)
    low, high = wait_range(4, 2, [600.0] * 50) or (0, 0)
    waits = [sum(chance.expovariate(2 / 600) for _ in range(4)) for _ in range(4_000)]
    inside = sum(low <= wait <= high for wait in waits) / len(waits)
    assert 0.55 < inside < 0.65
