"""What an administrator typed, checked; each fault is said beside its field. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from consult.accounts.names import clean_name
from consult.duty.rules import MOST_CAPACITY
from consult.errors import BadRequest
from consult.office.hours import Span
from consult.pages.forms import Errors, Fields
from consult.pages.wording import Say, collect
from consult.people import Role

WEEKDAYS = range(7)
HOURS_FIELDS = tuple(f"{edge}_{day}" for day in WEEKDAYS for edge in ("opens", "closes"))
SERVICE_FIELDS = ("letter", "name_id", "name_en", "always_open")
CLOSURE_FIELDS = ("day", "reason_id", "reason_en")
PERSON_FIELDS = ("user_name", "name", "role")
_LETTER = re.compile(r"[A-Z]{1,2}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])(?::00)?")
END_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class NewService:
    letter: str
    name_id: str
    name_en: str
    always_open: bool


@dataclass(frozen=True, slots=True)
class NewClosure:
    day: date
    reason_id: str
    reason_en: str


def read_service(fields: Fields, say: Say) -> tuple[NewService | None, Errors]:
    errors: Errors = {}
    letter = fields.one("letter").strip().upper()
    if _LETTER.fullmatch(letter) is None:
        errors["letter"] = say("field.letter_format")
    name_id = collect(errors, say, lambda: clean_name(fields.one("name_id"), "name_id"))
    name_en = collect(errors, say, lambda: clean_name(fields.one("name_en"), "name_en"))
    if errors or name_id is None or name_en is None:
        return None, errors
    return NewService(letter, name_id, name_en, fields.ticked("always_open")), errors


def read_hours(fields: Fields, say: Say) -> tuple[dict[int, Span], Errors]:
    """Weekday -> hours; a day with both fields empty is closed."""
    errors: Errors = {}
    week: dict[int, Span] = {}
    for day in WEEKDAYS:
        typed = {name: fields.one(name).strip() for name in (f"opens_{day}", f"closes_{day}")}
        if not any(typed.values()):
            continue
        minutes = {name: _minute(text) for name, text in typed.items()}
        errors |= {name: say("field.clock_unreadable") for name, minute in minutes.items() if minute is None}
        opens, closes = minutes.values()
        if opens is None or closes is None:
            continue
        # A field for a time of day has no 24.00: midnight as the end means the end of that day.
        span = Span(opens, closes or END_OF_DAY)
        if span.opens_minute >= span.closes_minute:
            errors[f"closes_{day}"] = say("field.closes_before_opens")
        week[day] = span
    return week, errors


def read_closure(fields: Fields, today: date, say: Say) -> tuple[NewClosure | None, Errors]:
    errors: Errors = {}
    day = collect(errors, say, lambda: _day(fields.one("day"), today))
    reason_id = collect(errors, say, lambda: clean_name(fields.one("reason_id"), "reason_id"))
    reason_en = collect(errors, say, lambda: clean_name(fields.one("reason_en"), "reason_en"))
    if errors or day is None or reason_id is None or reason_en is None:
        return None, errors
    return NewClosure(day, reason_id, reason_en), errors


def read_role(fields: Fields) -> Role | None:
    """One of the office's roles; an applicant is none."""
    roles = {role.value: role for role in (Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR)}
    return roles.get(fields.one("role"))


def read_capacity(fields: Fields) -> int | None:
    """Units at once; None for what is no number of them."""
    typed = fields.one("capacity").strip()
    if not re.fullmatch(r"[0-9]{1,3}", typed):
        return None
    return int(typed) if 1 <= int(typed) <= MOST_CAPACITY else None


def _day(typed: str, today: date) -> date:
    if not typed.strip():
        raise BadRequest(field="day", reason="missing")
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise BadRequest(field="day", reason="unreadable") from None
    if day < today:
        raise BadRequest(field="day", reason="past")
    return day


def _minute(typed: str) -> int | None:
    match = _CLOCK.fullmatch(typed)
    if match is None:
        return None
    minute = int(match[1]) * 60 + int(match[2])
    return minute if minute <= END_OF_DAY else None
