"""Minutes of priority: one moves a place in the line as one minute of earlier joining would. Pure.

So nobody is passed for ever: who joined an hour before everybody else is passed by no priority.
"""

from datetime import datetime, timedelta

MOST_MINUTES = 60
# Who gave the place up comes back behind everybody else: leaving must not be a way to the front.
GAVE_UP = "left"


def place_after_reopening(now: datetime, ended_reason: str | None, minutes: int) -> datetime:
    """The order time of somebody who waits again since `now`."""
    return _earlier(now, 0 if ended_reason == GAVE_UP else minutes)


def place_brought_forward(place: datetime, joined_at: datetime, minutes: int) -> datetime:
    """So much earlier, but never more than `MOST_MINUTES` before the joining; the same place when it is."""
    return min(place, max(place - timedelta(minutes=minutes), _earlier(joined_at, MOST_MINUTES)))


def _earlier(joined_at: datetime, minutes: int) -> datetime:
    return joined_at - timedelta(minutes=min(minutes, MOST_MINUTES))
