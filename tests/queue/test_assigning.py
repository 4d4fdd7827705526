"""Giving a citizen to an officer and back: attempts, epochs, units, and who may."""

import asyncio

import pytest

from consult.consultations.stages import Stage
from consult.duty.rules import DutyState
from consult.errors import ConsultError
from consult.people import Caller, Role
from consult.queue.assigning import offer_first, pick_up
from consult.wire.from_client import TransferConsultation
from tests.support.line import Line


async def test_an_offer_is_answered_once_by_whom_it_was_made_to(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    attempt = await line.offer(officer, citizen)
    assert await line.refused(_accept(line, other, citizen, attempt)) == "not_found"
    assert await line.refused(_accept(line, officer, citizen, attempt + 1)) == "not_found"
    answers = await asyncio.gather(
        _accept(line, officer, citizen, attempt),
        line.reception.pass_on(officer, citizen.id, attempt, line.receipt(officer)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, ConsultError) for answer in answers) == 1, "one of the two wins"
    assert await line.refused(_accept(line, officer, citizen, attempt)) == "stale_attempt"


async def test_an_offer_that_ran_out_is_not_accepted_even_before_the_sweep(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await line.pass_time(26, officer)
    assert await line.refused(_accept(line, officer, citizen, attempt)) == "stale_attempt"


async def test_somebody_disabled_accepts_nothing_and_the_citizen_goes_back(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await line.app.doorkeeper.disable(officer.id, Caller(Role.ADMINISTRATOR, "admin", "Admin"))
    assert await line.refused(_accept(line, officer, citizen, attempt)) == "not_found"
    await line.sweeping.once()
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.returned) == (Stage.WAITING, True)
    assert (own.state, own.load, own.offered_ticket) == (DutyState.DISABLED, 0, None)


async def test_disabling_gives_back_whom_the_officer_served_with_the_transcript(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.app.doorkeeper.disable(officer.id, Caller(Role.ADMINISTRATOR, "admin", "Admin"))
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    assert await line.kinds(citizen) == ["joined", "served", "returned"]
    assert (await line.duty(officer)).load == 0


async def test_a_pass_costs_the_citizen_nothing_and_is_remembered_for_five_minutes(line: Line) -> None:
    officer, citizen, later = await line.officer(), await line.citizen(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await line.reception.pass_on(officer, citizen.id, attempt, line.receipt(officer))
    assert await line.app.line.order(line.service) == [citizen.id, later.id]
    assert not (await line.ticket(citizen)).returned
    assert (await line.duty(officer)).load == 0
    assert await line.app.matching.run() == 1
    assert (await line.ticket(later)).officer_id == officer.id
    await line.reception.pass_on(officer, later.id, 1, line.receipt(officer))
    await line.pass_time(301, officer)
    await line.app.hub.services.presence.seen(citizen.id)
    assert await line.app.matching.run() == 1
    assert (await line.ticket(citizen)).officer_id == officer.id


async def _passes_on(line: Line, officer: Caller, citizen: Caller) -> DutyState:
    attempt = await line.offer(officer, citizen)
    await line.reception.pass_on(officer, citizen.id, attempt, line.receipt(officer))
    return (await line.duty(officer)).state


async def test_the_third_citizen_passed_on_in_ten_minutes_pauses_the_officer(line: Line) -> None:
    officer, citizens = await line.officer(), [await line.citizen() for _ in range(5)]
    first, second, third, fourth, fifth = citizens
    assert await _passes_on(line, officer, first) is DutyState.AVAILABLE
    await line.pass_time(590, officer)
    assert await _passes_on(line, officer, second) is DutyState.AVAILABLE
    await line.pass_time(20, officer)
    assert await _passes_on(line, officer, third) is DutyState.AVAILABLE, "the first is ten minutes old"
    assert await _passes_on(line, officer, fourth) is DutyState.PAUSED
    own = await line.duty(officer)
    assert (own.reason, own.load, own.offered_ticket) == ("passed_often", 0, None)
    assert not (await line.ticket(fourth)).returned, "it costs nobody a place"
    await line.desk.be_ready(officer, line.receipt(officer))
    assert await _passes_on(line, officer, fifth) is DutyState.AVAILABLE, "counted anew by a human act"


async def test_whom_an_officer_hands_over_is_not_passed_on(line: Line) -> None:
    officer, other = await line.officer(), await line.officer("citra")
    handover = line.app.hub.services.handover
    for number in range(3):
        citizen = await line.citizen()
        await line.serve(officer, citizen)
        order = TransferConsultation(1, citizen.id, 1, f"Berkas {number}", officer=other.id)
        await handover.transfer(officer, order, line.receipt(officer))
    assert await _passes_on(line, officer, await line.citizen()) is DutyState.AVAILABLE


async def test_matching_writes_nothing_when_all_who_wait_were_passed_on(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await line.reception.pass_on(officer, citizen.id, attempt, line.receipt(officer))

    async def no_writing(*_: object) -> None:
        raise AssertionError("matching wrote although there was nobody to offer")

    monkeypatch.setattr(line.app.database, "write", no_writing)
    assert await line.app.matching.run() == 0


async def test_a_video_citizen_does_not_hold_up_chats_behind(line: Line) -> None:
    """Two units are free: the first in line needs three, the second one."""
    officer, served = await line.officer(), await line.citizen()
    await line.serve(officer, served)
    video, chat = await line.citizen(channel="video"), await line.citizen()
    assert await line.app.matching.run() == 1
    assert (await line.ticket(chat)).officer_id == officer.id
    assert (await line.ticket(video)).stage is Stage.WAITING


@pytest.mark.parametrize("end", ["hang up", "end", "requeue", "disable"])
async def test_what_a_call_took_is_given_back_however_it_ends(line: Line, end: str) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    ringing = await line.switchboard.ring(officer, citizen.id, "video", line.receipt(officer))
    call = ringing.call.id
    await line.switchboard.accept(citizen, citizen.id, call, "video", line.receipt(citizen))
    assert (await line.duty(officer)).load == 3
    match end:
        case "hang up":
            await line.switchboard.hang_up(citizen, citizen.id, call, line.receipt(citizen))
        case "end":
            await line.reception.end(officer, citizen.id, 1, line.receipt(officer))
        case "requeue":
            for seconds in (31, 121):
                await line.pass_time(seconds)
                await line.sweeping.once()
        case "disable":
            await line.app.doorkeeper.disable(officer.id, Caller(Role.ADMINISTRATOR, "admin", "Admin"))
            await line.sweeping.once()
    assert (await line.duty(officer)).load == (1 if end == "hang up" else 0)
    assert (await line.ticket(citizen)).units == 1


async def test_an_officer_of_no_service_is_offered_nobody(line: Line) -> None:
    citizen = await line.citizen()
    officer = await line.officer()
    await line.app.pages.staff.set_skills(officer.id, [], "office")
    assert await line.app.matching.run() == 0
    refused = line.reception.serve_next(officer, line.receipt(officer))
    assert await line.refused(refused) == "nobody_waiting"
    assert (await line.ticket(citizen)).stage is Stage.WAITING


async def test_a_service_taken_from_an_officer_counts_from_that_moment(line: Line) -> None:
    """Whom Redis proposed before may not be offered or picked up after."""
    officer, citizen = await line.officer(), await line.citizen()
    await line.app.pages.staff.set_skills(officer.id, [], "office")
    database = line.app.database
    assert await database.write(lambda conn: offer_first(conn, officer.id, 3, [citizen.id], 25, 300)) is None
    picking = database.write(lambda conn: pick_up(conn, officer, [citizen.id]))
    assert await line.refused(picking) == "nobody_waiting"
    assert (await line.duty(officer)).load == 0


async def _accept(line: Line, officer: Caller, citizen: Caller, attempt: int) -> object:
    return await line.reception.accept(officer, citizen.id, attempt, line.receipt(officer))


@pytest.mark.parametrize("how", ["pause", "finish_shift"])
async def test_who_pauses_or_goes_home_gives_the_open_offer_back_to_the_head_at_once(
    line: Line, how: str
) -> None:
    officer, first, second = await line.officer(), await line.citizen(), await line.citizen()
    attempt = await line.offer(officer, second)
    receipt = line.receipt(officer)
    if how == "pause":
        own = await line.desk.pause(officer, "prayer", receipt)
    else:
        own = await line.desk.finish_shift(officer, receipt)
    row = await line.ticket(second)
    assert (row.stage, row.officer_id, row.returned) == (Stage.WAITING, None, True)
    expected = DutyState.PAUSED if how == "pause" else DutyState.OFFLINE
    assert own == await line.duty(officer)
    assert (own.state, own.load, own.offered_ticket) == (expected, 0, None)
    assert await line.app.line.order(line.service) == [second.id, first.id]
    late = line.reception.accept(officer, second.id, attempt, line.receipt(officer))
    assert await line.refused(late) == "stale_attempt"


async def test_pausing_keeps_what_is_served(line: Line) -> None:
    officer, served, offered = await line.officer(), await line.citizen(), await line.citizen()
    await line.serve(officer, served)
    await line.offer(officer, offered)
    own = await line.desk.pause(officer, "prayer", line.receipt(officer))
    assert (own.state, own.load) == (DutyState.PAUSED, 1)
    assert (await line.ticket(served)).stage is Stage.SERVING
