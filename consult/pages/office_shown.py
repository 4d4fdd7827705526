"""The office as its administrator sees it: services with their hours, closures, people."""

from dataclasses import dataclass
from datetime import datetime

from consult.accounts.store.people import Person
from consult.office.hours import Week
from consult.office.store import Service
from consult.pages.office_forms import END_OF_DAY, WEEKDAYS
from consult.pages.times import minutes_text, weekday_names


@dataclass(frozen=True, slots=True)
class DayShown:
    """Hours as a time field wants them ('07:30'); both empty when closed."""

    weekday: int
    name: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class ServiceShown:
    id: str
    letter: str
    name: str
    name_id: str
    name_en: str
    always_open: bool
    hours: list[DayShown]
    week: Week


@dataclass(frozen=True, slots=True)
class PersonShown:
    id: str
    user_name: str
    name: str
    role: str
    role_name: str
    services: list[str]
    service_ids: tuple[str, ...]
    capacity: int | None
    """Units at once, of an officer."""
    added_at: datetime
    disabled_at: datetime | None
    self: bool


def service_shown(service: Service, language: str) -> ServiceShown:
    return ServiceShown(
        service.id,
        service.letter,
        service.name(language),
        service.name_id,
        service.name_en,
        service.always_open,
        days_shown(service.week, language),
        service.week,
    )


def days_shown(week: Week, language: str) -> list[DayShown]:
    names = weekday_names(language)
    days = []
    for weekday in WEEKDAYS:
        span = week.get(weekday)
        opens = minutes_text(span.opens_minute, ":") if span else ""
        closes = minutes_text(span.closes_minute % END_OF_DAY, ":") if span else ""
        days.append(DayShown(weekday, names[weekday], opens, closes))
    return days


def person_shown(
    person: Person, role_name: str, service_names: dict[str, str], capacity: int | None, own_id: str
) -> PersonShown:
    return PersonShown(
        person.id,
        person.user_name,
        person.name,
        person.role.value,
        role_name,
        [service_names[id] for id in person.service_ids if id in service_names],
        person.service_ids,
        capacity,
        person.added_at,
        person.disabled_at,
        person.id == own_id,
    )
