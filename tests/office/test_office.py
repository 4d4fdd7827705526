"""Services, hours and closures in rows, on both databases; each change is an event row."""

from datetime import date, timedelta

import pytest

from consult.audit.store import verify
from consult.errors import ClosedHours, Conflict, ConsultError, NotFound
from consult.office.hours import Span
from consult.office.office import Office
from consult.settings import Settings
from consult.storage.database import Database

WEEK = {0: Span(450, 960), 4: Span(450, 690)}


async def test_a_service_is_shown_as_it_was_added_until_it_is_retired(database: Database) -> None:
    office = Office(database, Settings())
    second = await office.add_service("B", "Izin B", "Permit B", False, WEEK, "staff:a")
    first = await office.add_service("A", "Izin A", "Permit A", True, {}, "staff:a")
    shown = await office.shown()
    assert [service.id for service in shown.services] == [second, first], "in the order they were added"
    assert shown.service(second).week == WEEK
    assert shown.opening(shown.service(first)).open
    await office.set_hours(second, False, {}, "staff:a")
    shown = await office.shown()
    assert not shown.opening(shown.service(second)).open
    with pytest.raises(ClosedHours):
        shown.check_open(second)
    await office.retire_service(first, "staff:a")
    with pytest.raises(NotFound):
        (await office.shown()).check_open(first)


async def test_what_cannot_be_changes_nothing(database: Database) -> None:
    office = Office(database, Settings())
    service = await office.add_service("A", "Izin A", "Permit A", True, {}, "staff:a")
    await office.retire_service(service, "staff:a")
    day = (await office.shown()).now.date()
    await office.add_closure(day, "Libur", "Holiday", "staff:a")
    refused: list[type[ConsultError]] = []
    for work in (
        office.add_service("A", "Izin", "Permit", True, {}, "staff:a"),  # a retired letter stays taken
        office.retire_service(service, "staff:a"),
        office.set_hours(service, True, {}, "staff:a"),
        office.add_closure(day, "Libur", "Holiday", "staff:a"),
        office.remove_closure(day + timedelta(days=1), "staff:a"),
    ):
        try:
            await work
        except ConsultError as error:
            refused.append(type(error))
    assert refused == [Conflict, NotFound, NotFound, Conflict, NotFound]
    shown = await office.shown()
    assert not shown.services and [closure.day for closure in shown.closures] == [day]
    assert await database.read(lambda conn: verify(conn, "office"))


async def test_a_closure_closes_what_is_open_and_old_ones_are_not_shown(database: Database) -> None:
    office = Office(database, Settings())
    every_day = {day: Span(0, 1440) for day in range(7)}
    service = await office.add_service("A", "Izin A", "Permit A", False, every_day, "staff:a")
    shown = await office.shown()
    assert shown.opening(shown.service(service)).open and shown.closure_today() is None
    today = shown.now.date()
    await office.add_closure(today, "Libur", "Holiday", "staff:a")
    await office.add_closure(date(2020, 1, 1), "Lalu", "Past", "staff:a")
    shown = await office.shown()
    assert not shown.opening(shown.service(service)).open
    assert [closure.reason("en") for closure in shown.closures] == ["Holiday"]
    await office.remove_closure(today, "staff:a")
    assert (await office.shown()).opening(shown.service(service)).open


async def test_each_change_is_told_with_its_services_and_a_refused_one_is_not(database: Database) -> None:
    told: list[tuple[str, ...]] = []
    office = Office(database, Settings(), moved=lambda *services: told.append(services))
    service = await office.add_service("A", "Izin A", "Permit A", True, {}, "staff:a")
    await office.set_hours(service, False, WEEK, "staff:a")
    day = (await office.shown()).now.date()
    await office.add_closure(day, "Libur", "Holiday", "staff:a")
    await office.remove_closure(day, "staff:a")
    await office.retire_service(service, "staff:a")
    with pytest.raises(NotFound):
        await office.retire_service(service, "staff:a")
    assert told == [(service,), (service,), (), (), (service,)]
