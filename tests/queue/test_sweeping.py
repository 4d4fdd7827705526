"""What falls due: each step once, by whoever sweeps, and never against somebody who was faster."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, update

from consult.consultations.stages import Stage
from consult.duty import store as duty
from consult.duty.rules import DutyState, DutyStep
from consult.office.hours import Span
from consult.people import Caller, Role
from consult.queue.sweeping import Sweeping
from consult.storage import moments
from consult.storage.tables import person, ticket
from tests.support.line import Line

# The seconds leave room for a slow machine: real time passes as well.


async def test_a_missed_offer_pauses_the_officer_and_puts_the_citizen_at_the_head(line: Line) -> None:
    officer, first, second = await line.officer(), await line.citizen(), await line.citizen()
    await line.offer(officer, second)
    await line.pass_time(15, officer)
    assert await line.sweeping.once() == 0
    await line.pass_time(11, officer)
    assert await line.sweeping.once() == 1
    row, own = await line.ticket(second), await line.duty(officer)
    assert (row.stage, row.officer_id, row.returned) == (Stage.WAITING, None, True)
    assert (own.state, own.load, own.offered_ticket) == (DutyState.PAUSED, 0, None)
    assert await line.app.line.order(line.service) == [second.id, first.id]


async def test_an_officer_is_lost_after_thirty_seconds_and_emptied_after_two_minutes(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.pass_time(18)
    assert await line.sweeping.once() == 0
    await line.pass_time(13)
    await line.sweeping.once()
    assert (await line.duty(officer)).state is DutyState.LOST
    assert (await line.ticket(citizen)).stage is Stage.SERVING
    assert (await line.kinds(citizen))[-1] == "officer_lost"
    await line.pass_time(70)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.SERVING
    await line.pass_time(25)
    await line.sweeping.once()
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.returned, row.assignment_epoch) == (Stage.WAITING, True, 2)
    assert (own.state, own.load) == (DutyState.OFFLINE, 0)
    assert (await line.kinds(citizen))[-1] == "returned"


async def test_a_missed_offer_is_no_sign_of_life(line: Line) -> None:
    officer, served, offered = await line.officer(), await line.citizen(), await line.citizen()
    await line.serve(officer, served)
    await line.offer(officer, offered)
    await line.pass_time(26)
    await line.sweeping.once()
    assert (await line.duty(officer)).state is DutyState.PAUSED
    await line.pass_time(5)
    await line.sweeping.once()
    assert (await line.duty(officer)).state is DutyState.LOST
    await line.pass_time(95)
    await line.sweeping.once()
    assert (await line.ticket(served)).stage is Stage.WAITING


async def test_a_lost_officers_open_offer_is_withdrawn_at_once(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await line.app.database.write(lambda conn: _offer_lasts(conn, citizen))
    await line.pass_time(31)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    assert (await line.duty(officer)).load == 0
    late = line.reception.accept(officer, citizen.id, attempt, line.receipt(officer))
    assert await line.refused(late) == "stale_attempt"


def _offer_lasts(conn: Connection, citizen: Caller) -> None:
    long = moments.now(conn) + timedelta(days=1)
    conn.execute(update(ticket).where(ticket.c.id == citizen.id).values(offer_expires_at=long))


async def test_a_lost_officer_who_is_heard_of_again_is_found(line: Line) -> None:
    """The page never went: its server was held up. No reload is needed to be on duty again."""
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.pass_time(31)
    await line.sweeping.once()
    await line.desk.seen([officer.id])
    assert (await line.duty(officer)).state is DutyState.AVAILABLE
    await line.pass_time(200, officer)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.SERVING


async def test_who_is_disabled_and_let_in_again_before_the_sweep_comes_holds_nobody(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.app.doorkeeper.disable(officer.id, Caller(Role.ADMINISTRATOR, "admin", "Admin"))

    def let_in(conn: Connection) -> None:
        conn.execute(update(person).where(person.c.id == officer.id).values(disabled_at=None))
        duty.change(conn, officer.id, DutyStep.ENABLE, "office")

    await line.app.database.write(let_in)
    await line.sweeping.once()
    row = await line.ticket(citizen)
    assert (row.stage, row.officer_id, row.returned) == (Stage.WAITING, None, True)
    own = await line.duty(officer)
    assert (own.state, own.load) == (DutyState.OFFLINE, 0)


async def test_who_comes_back_before_the_sweep_writes_keeps_the_consultation(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.pass_time(31)
    await line.sweeping.once()
    await line.pass_time(100)
    await _held_up(line, between=line.desk.came(officer))
    assert (await line.ticket(citizen)).stage is Stage.SERVING
    assert (await line.duty(officer)).state is DutyState.AVAILABLE


@pytest.mark.parametrize("seconds", [121, 3_600])
async def test_after_a_standstill_of_the_whole_office_who_is_here_keeps_the_consultations(
    line: Line, seconds: int
) -> None:
    """The database was away, or its clock jumped: no heartbeat was written, and the sweep comes first."""
    officer, gone = await line.officer(), await line.officer("citra")
    citizen, other = await line.citizen(), await line.citizen()
    await line.serve(officer, citizen)
    await line.serve(gone, other)
    await line.switchboard.ring(officer, citizen.id, "audio", line.receipt(officer))
    call = await line.switchboard.shown(officer, citizen.id)
    assert call is not None
    await line.switchboard.accept(citizen, citizen.id, call.id, "audio", line.receipt(citizen))
    for caller in (officer, citizen):
        await line.switchboard.connected(caller, citizen.id, call.id, 1, line.receipt(caller))
    await line.pass_time(seconds)
    for _ in range(3):
        await line.sweeping.once()
    for one in (citizen, other):
        assert (await line.ticket(one)).stage is Stage.SERVING
    assert await line.switchboard.shown(officer, citizen.id) is not None, "the call goes on"
    await line.pass_time(5, officer)
    assert (await line.duty(officer)).state is DutyState.AVAILABLE
    await line.pass_time(60, officer)
    await line.sweeping.once()
    assert (await line.ticket(other)).stage is Stage.SERVING, "time to say that one is here"
    await line.pass_time(26, officer)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.SERVING
    assert (await line.ticket(other)).stage is Stage.WAITING, "nobody is stranded"
    assert (await line.duty(gone)).state is DutyState.OFFLINE


async def test_a_place_is_held_for_a_quarter_of_an_hour_then_parked_and_resumed_as_it_was(line: Line) -> None:
    away, other = await line.citizen(), await line.citizen()
    await line.reception.vanished(away.id)
    await line.pass_time(880)
    assert await line.sweeping.once() == 0
    await line.pass_time(21)
    await line.sweeping.once()
    assert (await line.ticket(away)).stage is Stage.PARKED
    assert await line.app.line.order(line.service) == [other.id]
    await line.reception.appeared(away.id)
    assert await line.app.line.order(line.service) == [away.id, other.id], "the original time counts"
    assert (await line.kinds(away))[-2:] == ["parked", "resumed"]


async def test_who_comes_back_before_the_sweep_writes_is_not_parked(line: Line) -> None:
    citizen = await line.citizen()
    await line.reception.vanished(citizen.id)
    await line.pass_time(901)
    await _held_up(line, between=line.reception.appeared(citizen.id))
    assert (await line.ticket(citizen)).stage is Stage.WAITING


async def test_the_day_ends_for_who_waits_and_is_parked_but_not_for_who_is_served(line: Line) -> None:
    line.service = await line.door.service("B", always_open=False)
    officer = await line.officer()
    yesterday = date.today() - timedelta(days=1)
    waiting, served, parked = [await line.citizen(day=yesterday) for _ in range(3)]
    await line.serve(officer, served)
    await line.reception.vanished(parked.id)
    await line.pass_time(901, officer)
    await line.sweeping.once()
    stages = [(await line.ticket(one)).stage for one in (waiting, served, parked)]
    assert stages == [Stage.ENDED, Stage.SERVING, Stage.ENDED]
    assert (await line.ticket(waiting)).ended_reason == "day_ended"
    assert (await line.kinds(waiting))[-1] == "ended"


async def test_midnight_is_no_end_for_who_waits_at_a_service_that_is_always_open(line: Line) -> None:
    yesterday = date.today() - timedelta(days=1)
    citizen, gone = await line.citizen(day=yesterday), await line.citizen(day=yesterday)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    await line.reception.vanished(gone.id)
    await line.pass_time(901)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    assert (await line.kinds(gone))[-2:] == ["parked", "ended"], "a parked place ends with its day"


async def test_after_closing_time_who_waits_is_served_while_somebody_is_on_duty_then_told_and_let_go(
    line: Line,
) -> None:
    line.service = await line.door.service("B", always_open=False, week={})
    officer = await line.officer()
    waiting, served, parked = [await line.citizen() for _ in range(3)]
    await line.serve(officer, served)
    await line.reception.vanished(parked.id)
    await line.pass_time(901, officer)
    await line.desk.pause(officer, "break", line.receipt(officer))
    await line.sweeping.once()
    everybody = (waiting, served, parked)
    stages = [(await line.ticket(one)).stage for one in everybody]
    assert stages == [Stage.WAITING, Stage.SERVING, Stage.PARKED], "a pause is no end of the shift"
    await line.pass_time(31)
    await line.sweeping.once()
    assert (await line.duty(officer)).state is DutyState.LOST
    assert (await line.ticket(waiting)).stage is Stage.WAITING, "the officer may be back in a moment"
    await line.desk.seen([officer.id])
    await line.desk.finish_shift(officer, line.receipt(officer))
    await line.sweeping.once()
    stages = [(await line.ticket(one)).stage for one in everybody]
    assert stages == [Stage.ENDED, Stage.SERVING, Stage.ENDED], "a consultation is never cut off"
    assert (await line.ticket(waiting)).ended_reason == "day_ended"
    assert (await line.kinds(waiting))[-1] == "ended"


async def test_a_closed_day_ends_the_line_and_open_hours_do_not(line: Line) -> None:
    whole_week = {weekday: Span(0, 24 * 60) for weekday in range(7)}
    line.service = await line.door.service("B", always_open=False, week=whole_week)
    citizen = await line.citizen()
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING, "nobody is on duty yet"
    office = line.app.pages.office
    await office.add_closure((await office.shown()).now.date(), "Libur", "Holiday", "office")
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.ENDED


async def test_several_sweeps_at_once_do_each_step_once(line: Line) -> None:
    officer, served, away = await line.officer(), await line.citizen(), await line.citizen()
    await line.serve(officer, served)
    await line.reception.vanished(away.id)
    await line.pass_time(901)
    for _ in range(2):
        await asyncio.gather(*(line.sweeping.once() for _ in range(4)))
        await line.pass_time(91)
    assert (await line.kinds(served)).count("officer_lost") == 1
    assert (await line.kinds(served)).count("returned") == 1
    assert (await line.kinds(away)).count("parked") == 1
    assert (await line.duty(officer)).load == 0


async def test_a_sweep_with_nothing_due_writes_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    await line.officer()
    await line.citizen(here=False)
    monkeypatch.setattr(line.app.database, "write", _no_writing)
    await line.sweeping.once()


async def test_one_row_that_cannot_be_swept_does_not_hold_up_the_others(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, other = await line.officer(), await line.officer("citra")
    bad, good = await line.citizen(), await line.citizen()
    away = await line.citizen()
    await line.offer(officer, bad)
    await line.offer(other, good)
    await line.reception.vanished(away.id)
    await line.pass_time(901, officer, other)
    tell = line.reception.tell_given_back

    async def stumble(result, why):  # type: ignore[no-untyped-def]
        if result.ticket.id == bad.id:
            raise LookupError("no such thing")
        await tell(result, why)

    monkeypatch.setattr(line.reception, "tell_given_back", stumble)
    with pytest.raises(LookupError):
        await line.sweeping.once()
    assert (await line.ticket(good)).stage is Stage.WAITING
    assert (await line.ticket(away)).stage is Stage.PARKED


async def test_a_citizen_who_was_there_all_along_is_not_away(line: Line) -> None:
    """Written down as away by mistake: the server was held up. The page goes on pinging."""
    citizen, gone = await line.citizen(), await line.citizen()
    for one in (citizen, gone):
        await line.reception.vanished(one.id)
    await line.app.hub.services.presence.seen(citizen.id)
    await line.sweeping.reconcile()
    assert (await line.ticket(citizen)).away_since_at is None
    assert (await line.ticket(gone)).away_since_at is not None


async def _held_up(line: Line, between) -> None:  # type: ignore[no-untyped-def]
    """A sweep that reads what is due, and writes after something else has happened."""
    read, write = line.app.database.read, line.app.database.write
    done = asyncio.Event()

    class Slow:
        async def read(self, query):  # type: ignore[no-untyped-def]
            return await read(query)

        async def write(self, order):  # type: ignore[no-untyped-def]
            if not done.is_set():
                done.set()
                await between
            return await write(order)

    app = line.app
    sweeping = Sweeping(
        Slow(),  # type: ignore[arg-type]
        line.reception,
        app.line,
        app.matching,
        app.sweeping._usher,
        app.sweeping._presence,
        app.switchboard,
        app.settings,
    )
    await sweeping.once()
    assert done.is_set(), "the sweep had nothing to do"


async def _no_writing(*_: object) -> None:
    raise AssertionError("the sweep wrote although nothing was due")


async def test_a_call_stops_ringing_though_the_line_cannot_be_swept(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.switchboard.ring(officer, citizen.id, "video", line.receipt(officer))
    await line.pass_time(31, officer)

    async def stumble() -> int:
        raise LookupError("no such thing")

    monkeypatch.setattr(line.sweeping, "once", stumble)
    with pytest.raises(LookupError):
        await line.app.sweep_once()
    assert await line.switchboard.shown(officer, citizen.id) is None
