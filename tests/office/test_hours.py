"""When a service is open, and when it opens next, on the office's own clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consult.office.hours import ALWAYS, LOOK_AHEAD_DAYS, USUAL_WEEK, Opening, Span, open_now

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def opening(text: str, *closures: str) -> Opening:
    """Mondays to Fridays 07.30-16.00. 2026-11-02 is a Monday."""
    return open_now(USUAL_WEEK, {date.fromisoformat(day) for day in closures}, at(text))


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-02T07:29:59.999", False),
        ("2026-11-02T07:30", True),
        ("2026-11-02T15:59:59.999", True),
        ("2026-11-02T16:00", False),
        ("2026-11-07T10:00", False),
        ("2026-11-08T10:00", False),
    ],
)
def test_the_beginning_belongs_to_the_hours_and_the_end_does_not(local: str, is_open: bool) -> None:
    assert opening(local).open is is_open


@pytest.mark.parametrize(
    ("closed_at", "opens_at"),
    [
        ("2026-11-02T00:00", "2026-11-02T07:30"),  # before hours: today
        ("2026-11-02T16:00", "2026-11-03T07:30"),  # after hours: tomorrow
        ("2026-11-06T16:30", "2026-11-09T07:30"),  # Friday evening: Monday
        ("2026-11-08T23:59", "2026-11-09T07:30"),  # Sunday night: Monday
        ("2026-12-31T17:00", "2027-01-01T07:30"),  # over the end of the year
    ],
)
def test_closed_says_when_it_opens(closed_at: str, opens_at: str) -> None:
    found = opening(closed_at)
    assert (found.open, found.opens_at, found.closes_at) == (False, at(opens_at), None)


def test_open_says_until_when() -> None:
    assert opening("2026-11-02T12:00") == Opening(open=True, closes_at=at("2026-11-02T16:00"))


def test_a_closure_takes_the_whole_day_and_the_next_opening_passes_over_it() -> None:
    holidays = ("2026-12-24", "2026-12-25")
    during = opening("2026-12-24T10:00", *holidays)
    assert (during.open, during.opens_at) == (False, at("2026-12-28T07:30")), "Monday after the holidays"
    assert opening("2026-12-23T10:00", *holidays).open
    assert opening("2026-12-23T17:00", *holidays).opens_at == at("2026-12-28T07:30")


def test_a_day_of_its_own_hours() -> None:
    week = {0: Span(450, 960), 4: Span(450, 690)}  # Friday until 11.30
    friday = at("2026-11-06T11:30")
    assert open_now(week, set(), friday - timedelta(minutes=1)).open
    assert open_now(week, set(), friday).opens_at == at("2026-11-09T07:30")


def test_a_service_open_around_the_clock_closes_for_no_moment() -> None:
    week = {day: Span(0, 1440) for day in range(7)}
    for hour in range(48):
        assert open_now(week, set(), at("2026-11-02T00:00") + timedelta(hours=hour)).open
    assert ALWAYS.open and ALWAYS.closes_at is None


def test_nothing_is_promised_beyond_what_was_looked_at() -> None:
    assert open_now({}, set(), at("2026-11-02T10:00")) == Opening(open=False)
    monday = date(2026, 11, 2)
    closed = {monday + timedelta(days=days) for days in range(LOOK_AHEAD_DAYS + 1)}
    assert open_now({0: Span(450, 960)}, closed, at("2026-11-02T06:00")).opens_at is None


def test_the_wall_clock_counts_where_clocks_change() -> None:
    """On the day the hour from two to three is missing, half past seven is still half past seven."""
    week = {day: Span(450, 960) for day in range(7)}
    found = open_now(week, set(), at("2026-03-29T01:00", BERLIN))
    assert found.opens_at is not None
    assert found.opens_at.strftime("%H:%M %z") == "07:30 +0200"
