"""Who is served and does not come back holds an officer's units no longer than is said."""

import asyncio

from consult.consultations.stages import Stage
from tests.support.line import Line


async def test_an_absence_is_told_after_five_minutes_and_ends_the_consultation_after_ten(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.reception.vanished(citizen.id)
    await line.pass_time(295, officer)
    assert await line.sweeping.once() == 0
    await line.pass_time(10, officer)
    assert await line.sweeping.once() == 1
    assert (await line.kinds(citizen))[-1] == "applicant_away"
    await line.pass_time(290, officer)
    assert await line.sweeping.once() == 0, "told once, and the time that was told is given"
    await line.pass_time(15, officer)
    assert await line.sweeping.once() == 1
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.ended_reason, own.load) == (Stage.ENDED, "applicant_lost", 0)
    assert (await line.kinds(citizen))[-1] == "ended"


async def test_who_comes_back_is_served_on_and_told_anew_of_another_absence(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    for _ in range(2):
        await line.reception.vanished(citizen.id)
        await line.pass_time(310, officer)
        await line.sweeping.once()
        await line.reception.appeared(citizen.id)
        await line.pass_time(310, officer)
        assert await line.sweeping.once() == 0
    assert (await line.kinds(citizen)).count("applicant_away") == 2
    assert (await line.ticket(citizen)).stage is Stage.SERVING


async def test_after_a_standstill_nobody_is_let_go_who_could_not_come_back_meanwhile(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.reception.vanished(citizen.id)
    await line.pass_time(3_600, officer)  # the whole office stood still
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.SERVING
    await line.reception.appeared(citizen.id)
    await line.pass_time(310, officer)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.SERVING


async def test_several_sweeps_tell_it_once(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.reception.vanished(citizen.id)
    await line.pass_time(310, officer)
    assert sum(await asyncio.gather(*(line.sweeping.once() for _ in range(4)))) == 1
    assert (await line.kinds(citizen)).count("applicant_away") == 1
