"""Offering the first who fits: proposed by Redis, or by the rows while Redis cannot tell."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from consult.consultations.stages import Stage
from consult.duty import store as duty
from tests.support.line import Line
from tests.support.offices import open_door


@pytest.fixture
async def apart(tmp_path: Path, database_url: str) -> AsyncIterator[Line]:
    """A line whose Redis is not there at all, over each kind of database."""
    async with open_door(tmp_path, database_url, f"unix://{tmp_path}/nothing.sock") as door:
        yield Line(door, await door.service())


async def test_an_officer_free_again_in_the_middle_of_a_round_passes_over_nobody(line: Line) -> None:
    """The round found the officer busy: that says nothing against the citizen who was proposed."""
    officer, first, second = await line.officer(), await line.citizen(), await line.citizen()
    matching = line.app.matching
    asked, propose = [], matching.proposals

    async def proposals(*about: Any) -> list[str]:
        found = await propose(*about)
        asked.append(found)
        step = line.desk.be_ready(officer, line.receipt(officer))
        if len(asked) == 1:
            step.close()
            step = line.desk.pause(officer, "break", line.receipt(officer))
        await step
        return found

    matching.proposals = proposals  # type: ignore[method-assign]
    await matching.run()
    assert asked[0] == [first.id]
    assert (await line.ticket(second)).stage is Stage.WAITING
    await line.desk.be_ready(officer, line.receipt(officer))
    await matching.run()
    assert (await line.ticket(first)).stage is Stage.OFFERED


async def test_an_officer_busy_and_free_again_in_the_middle_of_a_round_passes_over_nobody(line: Line) -> None:
    """Busy by serving, not by pausing: there is no room for whom there was room when the round began."""
    officer, first, second = await line.officer(), await line.citizen(), await line.citizen()
    matching, database = line.app.matching, line.app.database
    asked, propose = [], matching.proposals

    async def proposals(*about: Any) -> list[str]:
        found = await propose(*about)
        asked.append(found)
        if len(asked) == 1:
            assert await database.write(lambda conn: duty.grant_up_to(conn, officer.id, 3)) == 3
        else:
            await database.write(lambda conn: duty.release(conn, officer.id, 3))
        return found

    matching.proposals = proposals  # type: ignore[method-assign]
    await matching.run()
    assert asked[0] == [first.id]
    assert (await line.ticket(second)).stage is Stage.WAITING
    await database.write(lambda conn: duty.release(conn, officer.id, 3))
    await matching.run()
    assert (await line.ticket(first)).stage is Stage.OFFERED


async def test_without_redis_the_rows_propose(apart: Line) -> None:
    await _picked_up(apart)
    await _offered(Line(apart.door, await apart.door.service("B")))


async def _picked_up(apart: Line) -> None:
    """Who was returned comes first."""
    first, second = await apart.citizen(), await apart.citizen()
    officer = await apart.officer()
    await apart.offer(officer, second)
    await apart.pass_time(apart.app.settings.offer_seconds + 1, officer)
    await apart.sweeping.once()
    assert (await apart.ticket(second)).returned
    await apart.sweeping.reconcile()
    served = await apart.reception.serve_next(officer, apart.receipt(officer))
    assert served.ticket.id == second.id
    served = await apart.reception.serve_next(officer, apart.receipt(officer))
    assert served.ticket.id == first.id
    assert (
        await apart.refused(apart.reception.serve_next(officer, apart.receipt(officer))) == "nobody_waiting"
    )


async def _offered(apart: Line) -> None:
    """The first who is here and fits; whom the officer passed on is not offered again at once."""
    away, video = await apart.citizen(here=False), await apart.citizen(channel="video")
    first, second, third = [await apart.citizen() for _ in range(3)]
    assert await apart.app.line.order(apart.service) == [c.id for c in (away, video, first, second, third)]
    officer = await apart.officer("citra")
    matching = apart.app.matching
    # One chat leaves two units of three: the call does not fit, though its citizen is the first.
    await apart.serve(officer, third)
    assert await matching.run() == 1
    attempt = (await apart.ticket(first)).attempt
    assert attempt == 1
    assert (await apart.ticket(video)).stage is Stage.WAITING
    await apart.reception.pass_on(officer, first.id, attempt, apart.receipt(officer))
    assert await matching.run() == 1, "whom an officer passed on is not offered to the same one at once"
    assert (await apart.ticket(second)).stage is Stage.OFFERED
