"""An honest wait: a range from what was served lately, or nothing when the data is too thin. Pure."""

from math import sqrt
from statistics import fmean

LEAST_SERVED = 5  # under five the page says "not enough data yet"
MOST_SERVED = 50  # the pace of today, not of last month
_LOW, _HIGH = -0.8416, 0.8416  # standard normal quantiles of 20 % and 80 %


def wait_range(position: int, places: int, served_seconds: list[float]) -> tuple[int, int] | None:
    """The range in seconds that holds with six chances in ten, for the person at `position` (from 1).

    `places`: how many people are served at once; `served_seconds`: lengths of finished consultations.
    With all places busy and lengths near exponential, the wait is the sum of `position` gaps of mean
    length / places: a gamma distribution. Its quantiles by Wilson and Hilferty (1931), "The distribution
    of chi-square", PNAS 17.
    """
    if len(served_seconds) < LEAST_SERVED or places < 1:
        return None
    gap = max(1.0, fmean(served_seconds)) / places
    low = _gamma_quantile(position, gap, _LOW)
    high = _gamma_quantile(position, gap, _HIGH)
    return round(low), max(round(high), round(low) + 60)


def _gamma_quantile(shape: int, scale: float, z: float) -> float:
    spread = 1 / (9 * shape)
    root = 1 - spread + z * sqrt(spread)
    return shape * scale * max(0.0, root) ** 3
