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


def _earlier(joined_at: datetime, minutes: int) -> datetime:
    return joined_at - timedelta(minutes=min(minutes, MOST_MINUTES))
