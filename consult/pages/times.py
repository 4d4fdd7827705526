"""Days, clock times and opening hours in words."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from consult.office.hours import Span, Week
from consult.pages.catalogue import Catalogue


class Times:
    """A clock time has a dot and its zone (09.54 WIB), in both languages."""

    def __init__(self, catalogue: Catalogue, zone: ZoneInfo, zone_label: str) -> None:
        self._catalogue = catalogue
        self._zone = zone
        self._label = zone_label

    def bare_clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H.%M}"

    def clock(self, at: datetime) -> str:
        return f"{self.bare_clock(at)} {self._label}"

    def day(self, at: date, language: str) -> str:
        local = at.astimezone(self._zone) if isinstance(at, datetime) else at
        pattern = "EEEE d MMMM" if language == "en" else "EEEE, d MMMM"
        return format_date(local, pattern, locale=language)

    def when(self, at: datetime, language: str) -> str:
        """Senin, 30 November, pukul 07.30 WIB."""
        return self._catalogue.say(language, "time.when", day=self.day(at, language), clock=self.clock(at))

    def week(self, week: Week, language: str) -> str:
        """Senin–Jumat, 07.30–16.00 WIB; '' when it is never open."""
        names = weekday_names(language)
        parts = []
        for first, last, span in _runs(week):
            days = names[first] if first == last else f"{names[first]}–{names[last]}"
            hours = f"{minutes_text(span.opens_minute)}–{minutes_text(span.closes_minute)}"
            parts.append(f"{days}, {hours} {self._label}")
        return "; ".join(parts)


def weekday_names(language: str) -> list[str]:
    """Monday first."""
    names = get_day_names("wide", locale=language)
    return [names[weekday] for weekday in range(7)]


def minutes_text(minute: int, separator: str = ".") -> str:
    """Minutes after midnight as a clock time; 24.00 is the end of the day."""
    return f"{minute // 60:02d}{separator}{minute % 60:02d}"


def _runs(week: Week) -> Iterator[tuple[int, int, Span]]:
    """Neighbouring days with the same hours, taken together."""
    first = 0
    while first < 7:
        last = first
        while last < 6 and week.get(last + 1) == week.get(first):
            last += 1
        span = week.get(first)
        if span is not None:
            yield first, last, span
        first = last + 1
