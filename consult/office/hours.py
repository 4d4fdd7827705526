"""When a service is open: weekly hours and closures, on the office's own clock. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours of one day, in minutes after local midnight."""

    opens_minute: int
    closes_minute: int


Week = Mapping[int, Span]
"""Weekday (Monday is 0) -> its span; a missing weekday is closed."""


@dataclass(frozen=True, slots=True)
class Opening:
    """`closes_at` while open (None: never closes); `opens_at` while closed (None: not within 60 days)."""

    open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


ALWAYS = Opening(open=True)
USUAL_WEEK: Week = {weekday: Span(7 * 60 + 30, 16 * 60) for weekday in range(5)}


def open_now(week: Week, closures: Collection[date], local: datetime) -> Opening:
    """Whether the service is open at `local`, an aware time in the office's zone; the end is exclusive."""
    today = _span(week, closures, local.date())
    if today is not None and _at(local, today.opens_minute) <= local < _at(local, today.closes_minute):
        return Opening(open=True, closes_at=_at(local, today.closes_minute))
    return Opening(open=False, opens_at=_next_opening(week, closures, local))


def _next_opening(week: Week, closures: Collection[date], local: datetime) -> datetime | None:
    for days in range(LOOK_AHEAD_DAYS + 1):
        day = local.date() + timedelta(days=days)
        span = _span(week, closures, day)
        if span is None:
            continue
        opens_at = _at(datetime.combine(day, time(), local.tzinfo), span.opens_minute)
        if opens_at > local:
            return opens_at
    return None


def _span(week: Week, closures: Collection[date], day: date) -> Span | None:
    return None if day in closures else week.get(day.weekday())


def _at(local: datetime, minute: int) -> datetime:
    # Wall-clock arithmetic: on the day the clocks change, 07.30 is still 07.30.
    return datetime.combine(local.date(), time(), local.tzinfo) + timedelta(minutes=minute)
