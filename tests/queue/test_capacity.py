"""An administrator sets how much an officer serves at once, and enables who was disabled."""

import pytest

from consult.consultations.stages import Stage
from consult.duty.rules import MOST_CAPACITY, DutyState
from consult.people import Caller, Role
from consult.queue.assigning import offer_first
from tests.support.line import Line

AGUS = Caller(Role.ADMINISTRATOR, "agus", "Agus")


async def test_capacity_below_the_load_throws_nobody_out_and_grants_nothing_new(line: Line) -> None:
    officer = await line.officer()
    served = [await line.citizen(), await line.citizen()]
    for citizen in served:
        await line.serve(officer, citizen)
    row = await line.desk.set_capacity(AGUS, officer.id, 1)
    assert (row.load, row.capacity, row.free_units) == (2, 1, 0)
    waiting = await line.citizen()
    assert await line.app.matching.run() == 0
    picking = line.reception.serve_next(officer, line.receipt(officer))
    assert await line.refused(picking) == "no_capacity"
    await line.reception.end(officer, served[0].id, 1, line.receipt(officer))
    assert await line.app.matching.run() == 0, "one of one is in use"
    await line.reception.end(officer, served[1].id, 1, line.receipt(officer))
    assert await line.app.matching.run() == 1
    assert (await line.ticket(waiting)).officer_id == officer.id


async def test_more_capacity_holds_at_once_and_the_page_is_told_by_its_revision(line: Line) -> None:
    officer = await line.officer()
    await line.desk.set_capacity(AGUS, officer.id, 1)
    await line.serve(officer, await line.citizen())
    before, waiting = await line.duty(officer), await line.citizen()
    assert await line.app.matching.run() == 0
    events = await line.events(f"staff:{officer.id}")
    after = await line.desk.set_capacity(AGUS, officer.id, 2)
    assert after.revision > before.revision
    assert await line.events(f"staff:{officer.id}") == events + 1
    assert await line.app.matching.run() == 1
    assert (await line.ticket(waiting)).officer_id == officer.id


@pytest.mark.parametrize("units", [0, -1, MOST_CAPACITY + 1])
async def test_a_capacity_that_nobody_can_serve_is_refused(line: Line, units: int) -> None:
    officer = await line.officer()
    assert await line.refused(line.desk.set_capacity(AGUS, officer.id, units)) == "bad_request"
    assert await line.refused(line.desk.set_capacity(AGUS, "nobody", 2)) == "not_found"
    assert (await line.duty(officer)).capacity == line.app.settings.officer_capacity


async def test_who_is_enabled_again_is_off_duty_and_may_be_ready(line: Line) -> None:
    officer = await line.officer()
    doorkeeper = line.app.doorkeeper
    assert await line.refused(doorkeeper.enable(officer.id, AGUS)) == "not_found", "is not disabled"
    await doorkeeper.disable(officer.id, AGUS)
    events = await line.events(f"staff:{officer.id}")
    await doorkeeper.enable(officer.id, AGUS)
    assert (await line.duty(officer)).state is DutyState.OFFLINE
    assert await line.events(f"staff:{officer.id}") == events + 2
    await line.desk.be_ready(officer, line.receipt(officer))
    await line.citizen()
    assert await line.app.matching.run() == 1


async def test_whoever_is_disabled_and_enabled_before_a_sweep_keeps_nobody(line: Line) -> None:
    """The citizen would otherwise wait for somebody who is off duty."""
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.app.doorkeeper.disable(officer.id, AGUS)
    await line.app.doorkeeper.enable(officer.id, AGUS)
    await line.sweeping.once()
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.returned, own.load) == (Stage.WAITING, True, 0)


async def test_an_offer_of_before_is_taken_back_too(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await line.app.doorkeeper.disable(officer.id, AGUS)
    await line.app.doorkeeper.enable(officer.id, AGUS)
    await line.sweeping.once()
    accepting = line.reception.accept(officer, citizen.id, attempt, line.receipt(officer))
    assert await line.refused(accepting) == "stale_attempt"
    other = await line.officer("citra")
    found = await line.app.database.write(lambda conn: offer_first(conn, other.id, 3, [citizen.id], 25, 300))
    assert found is not None
