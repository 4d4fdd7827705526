"""Whoever needs more units than anybody has free is not passed by others for ever."""

from datetime import UTC, datetime

import pytest

from consult.consultations.stages import Stage
from consult.duty.rules import DutyState
from consult.duty.store import DutyRow
from consult.people import Caller, Role
from consult.queue.room_kept import First, Free, kept_for
from consult.wire.from_client import BringForward
from tests.support.line import Line

WAITED_SECONDS = 120


async def _busy(line: Line, name: str, chats: int) -> tuple[Caller, list[Caller]]:
    """An officer in so many chats."""
    officer = await line.officer(name)
    served = [await line.citizen() for _ in range(chats)]
    for citizen in served:
        await line.serve(officer, citizen)
    return officer, served


async def _end(line: Line, officer: Caller, citizen: Caller) -> None:
    await line.reception.end(officer, citizen.id, None, line.receipt(officer))


async def _offered(line: Line, officer: Caller) -> str | None:
    await line.app.matching.run()
    return (await line.duty(officer)).offered_ticket


async def test_units_are_gathered_for_a_video_call_that_chats_would_pass_for_ever(line: Line) -> None:
    officer, chats = await _busy(line, "budi", 3)
    video = await line.citizen(channel="video")
    behind = [await line.citizen() for _ in range(3)]
    await line.pass_time(WAITED_SECONDS - 5, officer)
    await _end(line, officer, chats[0])
    assert await _offered(line, officer) == behind[0].id, "nobody's room is kept yet"
    await line.reception.accept(officer, behind[0].id, 1, line.receipt(officer))
    await line.pass_time(10, officer)
    for citizen in (chats[1], chats[2]):
        await _end(line, officer, citizen)
        assert await _offered(line, officer) is None, "its room grows"
    await _end(line, officer, behind[0])
    assert await _offered(line, officer) == video.id
    await line.reception.accept(officer, video.id, 1, line.receipt(officer))
    await _end(line, officer, video)
    assert await _offered(line, officer) == behind[1].id


async def test_minutes_of_priority_are_no_time_that_was_waited(line: Line) -> None:
    officer, _ = await _busy(line, "budi", 1)
    chat = await line.citizen()
    video = await line.citizen(channel="video")
    order = BringForward(cseq=1, ticket=video.id, minutes=60, reason="Lansia")
    rina = Caller(Role.SUPERVISOR, "rina", "Rina")
    await line.app.hub.services.bringing_forward.bring_forward(rina, order, line.receipt(rina))
    assert await line.app.line.order(line.service) == [video.id, chat.id]
    assert await _offered(line, officer) == chat.id


async def test_only_one_officers_room_is_kept_and_the_others_serve_on(line: Line) -> None:
    nearest, _ = await _busy(line, "budi", 1)
    other, _ = await _busy(line, "citra", 2)
    await line.citizen(channel="video")
    chat = await line.citizen()
    await line.pass_time(WAITED_SECONDS + 5, nearest, other)
    assert await _offered(line, other) == chat.id
    assert (await line.duty(nearest)).offered_ticket is None


async def test_no_room_is_kept_for_who_is_not_first_or_has_gone_away(line: Line) -> None:
    officer, _ = await _busy(line, "budi", 1)
    first, video, last = await line.citizen(), await line.citizen(channel="video"), await line.citizen()
    await line.pass_time(WAITED_SECONDS + 5, officer)
    assert await _offered(line, officer) == first.id
    await line.reception.accept(officer, first.id, 1, line.receipt(officer))
    await line.reception.vanished(video.id)
    assert await _offered(line, officer) == last.id


async def test_an_officer_may_still_pick_up_a_chat(line: Line) -> None:
    """What a person decides is not second-guessed."""
    officer, _ = await _busy(line, "budi", 1)
    await line.citizen(channel="video")
    chat = await line.citizen()
    await line.pass_time(WAITED_SECONDS + 5, officer)
    assert await _offered(line, officer) is None
    await line.reception.serve_next(officer, line.receipt(officer))
    assert (await line.ticket(chat)).stage is Stage.SERVING


@pytest.mark.parametrize(
    ("free_units", "passed", "skills", "kept"),
    [
        ({"a": 1, "b": 2}, set(), {"permits"}, {"b"}),  # who lacks the fewest
        ({"b": 1, "a": 1}, set(), {"permits"}, {"a"}),  # and always the same one
        ({"a": 1, "b": 3}, set(), {"permits"}, set()),  # somebody has room
        ({"a": 2, "b": 1}, {"a"}, {"permits"}, {"b"}),  # not for who passed
        ({"a": 2}, set(), {"others"}, set()),
        ({}, set(), {"permits"}, set()),
    ],
)
def test_whose_room_is_kept(
    free_units: dict[str, int], passed: set[str], skills: set[str], kept: set[str]
) -> None:
    free = [
        Free(_officer(name, units), skills, {"v"} if name in passed else set())
        for name, units in free_units.items()
    ]
    assert kept_for([First("v", "permits", 3)], free) == kept
    assert kept_for([First("v", "permits", 4)], free) == set(), "nobody will ever have so much"


def _officer(name: str, free_units: int) -> DutyRow:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    return DutyRow(name, name, DutyState.AVAILABLE, "", now, None, 3 - free_units, 3, 1, None, now)
