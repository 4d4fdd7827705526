"""The board's figures are the rows': after every kind of step, and when a service is no longer offered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.wire.to_client import BoardShown, OfficerFigures, ReturnedFigures, ServiceFigures
from tests.support.line import Line
from tests.support.offices import open_door


@pytest.fixture
async def line(tmp_path: Path, database_url: str, valkey: str) -> AsyncIterator[Line]:
    async with open_door(tmp_path, database_url, valkey) as door:
        yield Line(door, await door.service())


async def board(line: Line) -> BoardShown:
    return await line.app.hub.services.board.shown()


async def of_service(line: Line, service: str | None = None) -> ServiceFigures:
    return next(one for one in (await board(line)).services if one.id == (service or line.service))


async def of_officer(line: Line, officer: str) -> OfficerFigures:
    return next(one for one in (await board(line)).officers if one.id == officer)


def counts(figures: ServiceFigures) -> tuple[int, int, int, int]:
    return figures.waiting, figures.waiting_chat, figures.waiting_video, figures.serving


async def test_every_step_of_a_consultation_shows(line: Line) -> None:
    assert counts(await of_service(line)) == (0, 0, 0, 0)
    first, video = await line.citizen(), await line.citizen(channel="video")
    assert counts(await of_service(line)) == (2, 1, 1, 0)
    officer = await line.officer()
    attempt = await line.offer(officer, first)
    assert counts(await of_service(line)) == (2, 1, 1, 0), "who is offered still waits"
    shown = await of_officer(line, officer.id)
    assert (shown.offered, shown.load, shown.chats, shown.calls) == (True, 1, 0, 0)
    await line.reception.accept(officer, first.id, attempt, line.receipt(officer))
    assert counts(await of_service(line)) == (1, 0, 1, 1)
    await line.switchboard.ring(officer, first.id, "audio", line.receipt(officer))
    shown = await of_officer(line, officer.id)
    assert (shown.state, shown.offered, shown.chats, shown.calls) == ("available", False, 0, 1)
    await line.reception.end(officer, first.id, 1, line.receipt(officer))
    await line.reception.leave(video, video.id, line.receipt(video))
    assert counts(await of_service(line)) == (0, 0, 0, 0)
    shown = await of_officer(line, officer.id)
    assert (shown.load, shown.capacity, shown.chats, shown.calls) == (0, 3, 0, 0)


async def test_the_longest_wait_is_counted_from_joining_whatever_the_order_is(line: Line) -> None:
    oldest = await line.citizen()
    await line.pass_time(60)
    newest = await line.citizen()
    officer = await line.officer()
    await line.offer(officer, newest)
    await line.pass_time(26, officer)
    await line.sweeping.once()
    assert await line.app.line.order(line.service) == [newest.id, oldest.id], "the missed one is first"
    row, shown = await line.ticket(oldest), await of_service(line)
    assert shown.longest_label == row.label
    assert shown.longest_since_at == round(row.joined_at.timestamp() * 1000)
    await line.reception.vanished(oldest.id)
    await line.pass_time(901, officer)
    await line.sweeping.once()
    shown = await of_service(line)
    assert (shown.waiting, shown.longest_label) == (1, (await line.ticket(newest)).label)


async def test_staffing_counts_who_is_on_duty_for_the_service(line: Line) -> None:
    ready, paused, _off = (
        await line.officer("budi"),
        await line.officer("citra"),
        await line.officer("dewi", ready=False),
    )
    await line.desk.pause(paused, "break", line.receipt(paused))
    assert (await of_service(line)).officers_on_duty == 2
    await line.pass_time(31, paused)
    await line.sweeping.once()
    assert (await of_service(line)).officers_on_duty == 1
    assert (await of_officer(line, ready.id)).state == "lost"
    shown = await of_officer(line, paused.id)
    assert (shown.state, shown.reason) == ("paused", "break")


async def test_a_retired_service_stays_on_the_board_until_its_last_citizen_has_left(line: Line) -> None:
    citizen = await line.citizen()
    await line.app.pages.office.retire_service(line.service, "office")
    assert counts(await of_service(line)) == (1, 1, 0, 0)
    await line.reception.leave(citizen, citizen.id, line.receipt(citizen))
    assert (await board(line)).services == []


async def test_who_is_served_is_listed_with_officer_call_and_since_when(line: Line) -> None:
    officer, first, second = await line.officer(), await line.citizen(), await line.citizen()
    await line.citizen()
    assert (await board(line)).served == [], "who waits is found by number"
    await line.serve(officer, first)
    await line.pass_time(60, officer)
    await line.serve(officer, second)
    shown = (await board(line)).served
    assert [(one.id, one.stage, one.officer_name, one.call) for one in shown] == [
        (first.id, "serving", "Budi", ""),
        (second.id, "serving", "Budi", ""),
    ]
    row = await line.ticket(first)
    assert row.served_at is not None
    assert (shown[0].label, shown[0].epoch) == (row.label, row.assignment_epoch)
    assert shown[0].since_at == round(row.served_at.timestamp() * 1000)
    ringing = await line.switchboard.ring(officer, first.id, "video", line.receipt(officer))
    assert (await board(line)).served[0].call == "", "it only rings"
    await line.switchboard.accept(first, first.id, ringing.call.id, "audio", line.receipt(first))
    assert (await board(line)).served[0].call == "audio"
    await line.reception.end(officer, first.id, 1, line.receipt(officer))
    assert [one.id for one in (await board(line)).served] == [second.id]


async def test_who_was_given_back_three_times_is_named_while_they_wait(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    for times in range(3):
        assert (await board(line)).returned == [], f"given back {times} times"
        await line.offer(officer, citizen)
        await line.desk.pause(officer, "break", line.receipt(officer))
        await line.desk.be_ready(officer, line.receipt(officer))
    shown, row = await of_service(line), await line.ticket(citizen)
    assert (await board(line)).returned == [ReturnedFigures(row.label, shown.name, shown.name_en, 3)]
    await line.serve(officer, citizen)
    assert (await board(line)).returned == []
