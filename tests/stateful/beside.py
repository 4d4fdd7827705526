"""What must stand in the rows beside tickets and duties, as `tests.support.one_day` reads it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.stateful.people import SIDES, Citizen

Rows = list[tuple[Any, ...]]


def _calls(one: Citizen) -> Rows:
    return [(one.ticket, one.call.id, one.call.stage, one.call.generation)] if one.call else []


def _guests(one: Citizen) -> Rows:
    return [
        (one.ticket, guest.id, guest.role, guest.stage, *(side in guest.admitted for side in SIDES))
        for guest in one.guests
    ]


def _recordings(one: Citizen) -> Rows:
    return [
        (one.ticket, each.id, each.call.id, each.stage, each.reason, each.slices) for each in one.recordings
    ]


def _photos(one: Citizen) -> Rows:
    return [(one.ticket, id, author) for id, author in one.photos.items()]


def _ratings(one: Citizen) -> Rows:
    return [] if one.score is None else [(one.ticket, one.score)]


_OF: dict[str, Callable[[Citizen], Rows]] = {
    "calls": _calls,
    "guests": _guests,
    "recordings": _recordings,
    "photos": _photos,
    "ratings": _ratings,
}


def must_be(what: str, citizens: Iterable[Citizen]) -> dict[str, Rows]:
    """By ticket, in the order of coming."""
    return {one.ticket: rows for one in citizens if (rows := _OF[what](one))}


def by_ticket(rows: Iterable[Sequence[Any]]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row[0], []).append(tuple(row))
    return found
