"""Saying how well one was helped: one's own, once, when it is over, for a week."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from consult.chat.suggestion_box import Rated
from consult.people import Caller
from consult.storage.tables import event, rating
from consult.wire.from_client import RateConsultation
from tests.support.line import Line
from tests.support.offices import open_door

WEEK = 7 * 24 * 3_600


@pytest.fixture
async def line(tmp_path: Path, database_url: str, valkey: str) -> AsyncIterator[Line]:
    async with open_door(tmp_path, database_url, valkey) as door:
        yield Line(door, await door.service())


async def rates(line: Line, caller: Caller, citizen: Caller, score: int = 5, remark: str = "") -> Rated:
    order = RateConsultation(cseq=1, ticket=citizen.id, score=score, remark=remark)
    return await line.app.hub.services.suggestion_box.rate(caller, order, line.receipt(caller))


async def ends(line: Line, officer: Caller, citizen: Caller) -> None:
    epoch = (await line.ticket(citizen)).assignment_epoch
    await line.reception.end(officer, citizen.id, epoch, line.receipt(officer))


async def kept(line: Line) -> list[tuple[str, int, str]]:
    def query(conn: Connection) -> list[tuple[str, int, str]]:
        return [(row.ticket_id, row.score, row.remark) for row in conn.execute(select(rating))]

    return await line.app.database.read(query)


async def test_it_is_kept_with_the_ticket_and_in_its_chain(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await ends(line, officer, citizen)
    events = await line.events(f"ticket:{citizen.id}")
    await rates(line, citizen, citizen, 4, "  Jelas,\r\ndan sabar. ")
    assert await kept(line) == [(citizen.id, 4, "Jelas,\ndan sabar.")]
    assert await line.events(f"ticket:{citizen.id}") == events + 1

    def last(conn: Connection) -> tuple[str, str]:
        query = select(event.c.kind, event.c.actor).where(event.c.subject == f"ticket:{citizen.id}")
        kind, actor = conn.execute(query.order_by(event.c.number.desc()).limit(1)).one()
        return kind, actor

    assert await line.app.database.read(last) == ("rated", citizen.subject)
    assert (await line.kinds(citizen))[-1] == "ended", "the officer's conversation does not show it"


async def test_only_once_also_when_it_was_taken_up_again(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await ends(line, officer, citizen)
    several = [rates(line, citizen, citizen, score) for score in (1, 2, 3)]
    results = await asyncio.gather(*several, return_exceptions=True)
    assert sum(isinstance(one, Rated) for one in results) == 1
    assert await line.refused(rates(line, citizen, citizen)) == "already_rated"
    await line.app.hub.services.reopening.reopen(citizen, citizen.id, line.receipt(citizen))
    assert await line.refused(rates(line, citizen, citizen)) == "stage_forbids"
    await line.serve(officer, citizen)
    await ends(line, officer, citizen)
    assert await line.refused(rates(line, citizen, citizen)) == "already_rated"
    assert len(await kept(line)) == 1


async def test_what_is_not_ones_own_not_over_or_too_long_ago_is_refused(line: Line) -> None:
    officer, citizen, stranger = await line.officer(), await line.citizen(), await line.citizen()
    assert await line.refused(rates(line, citizen, citizen)) == "stage_forbids"
    await line.reception.leave(stranger, stranger.id, line.receipt(stranger))
    assert await line.refused(rates(line, stranger, stranger)) == "stage_forbids", "nobody served them"
    await line.serve(officer, citizen)
    assert await line.refused(rates(line, citizen, citizen)) == "stage_forbids"
    await ends(line, officer, citizen)
    assert await line.refused(rates(line, stranger, citizen)) == "not_found"
    await line.pass_time(WEEK + 60, officer)
    assert await line.refused(rates(line, citizen, citizen)) == "too_late"
    assert await kept(line) == []


async def test_until_the_last_minute_of_a_week_and_also_after_leaving_the_line_again(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await ends(line, officer, citizen)
    await line.app.hub.services.reopening.reopen(citizen, citizen.id, line.receipt(citizen))
    await line.reception.leave(citizen, citizen.id, line.receipt(citizen))
    await line.pass_time(WEEK - 60, officer)
    await rates(line, citizen, citizen, 1)
    assert await kept(line) == [(citizen.id, 1, "")]
