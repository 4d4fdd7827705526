"""Taking an ended consultation up again: who may, until when, and where they then stand in the line."""

import asyncio
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from consult.consultations.stages import Stage, Step
from consult.consultations.store import line as line_store
from consult.consultations.store import tickets
from consult.office import store as office
from consult.office.hours import Span
from consult.people import Caller, Role
from consult.queue.reopening import Reopened
from consult.queue.ticket_machine import TicketForm
from consult.storage import moments
from consult.storage.tables import event, ticket
from tests.support.line import TODAY, Line

DAY = 24 * 3_600


async def reopens(line: Line, caller: Caller, citizen: Caller) -> Reopened:
    return await line.app.hub.services.reopening.reopen(caller, citizen.id, line.receipt(caller))


async def served_and_ended(line: Line, officer: Caller, citizen: Caller) -> None:
    await line.serve(officer, citizen)
    row = await line.ticket(citizen)
    await line.reception.end(officer, citizen.id, row.assignment_epoch, line.receipt(officer))


async def now_of(line: Line) -> float:
    return (await line.app.database.read(moments.now)).timestamp()


async def test_an_ended_consultation_waits_again_with_everything_that_was_said(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    say = line.app.hub.services.transcript.post
    await say(citizen, citizen.id, "Satu lagi", line.receipt(citizen))
    await line.reception.end(officer, citizen.id, 1, line.receipt(officer))
    before = await line.ticket(citizen)
    assert await line.refused(say(citizen, citizen.id, "Halo?", line.receipt(citizen))) == "ended"
    events = await line.events(f"ticket:{citizen.id}")

    result = await reopens(line, citizen, citizen)
    row = await line.ticket(citizen)
    assert (row.stage, row.officer_id, row.held_for) == (Stage.WAITING, None, None)
    assert (row.ended_at, row.ended_reason, row.served_at) == (None, None, None)
    assert (row.label, row.attempt, row.assignment_epoch) == (before.label, before.attempt, 1)
    assert row.joined_at - row.order_at == timedelta(minutes=30)
    assert abs(row.joined_at.timestamp() - await now_of(line)) < 5, "the wait is counted anew"
    assert await line.kinds(citizen) == ["joined", "served", "message", "ended", "reopened"]
    assert (result.seq, result.entry.values) == (5, {"by": "applicant"})
    assert await line.events(f"ticket:{citizen.id}") > events
    assert await line.app.line.order(line.service) == [citizen.id]

    assert await line.refused(say(citizen, citizen.id, "Halo?", line.receipt(citizen))) == "stage_forbids"
    await line.serve(officer, citizen)
    await say(citizen, citizen.id, "Halo lagi", line.receipt(citizen))
    (conversation,) = (await line.desk.shown(officer, {})).conversations
    assert [one.text for one in conversation.entries if one.kind == "message"] == ["Satu lagi", "Halo lagi"]


async def test_the_priority_is_minutes_of_joining_earlier_and_first_come_first_inside(line: Line) -> None:
    officer = await line.officer()
    await line.app.line.ensure()  # from now on the index is kept in step, not built anew
    early = await line.citizen()
    first, second = await line.citizen(), await line.citizen()
    for citizen in (first, second):
        await served_and_ended(line, officer, citizen)
    await line.pass_time(40 * 60, officer)
    late = await line.citizen()
    await line.pass_time(60, officer)
    for citizen in (second, first):
        await reopens(line, citizen, citizen)
    expected = [early.id, second.id, first.id, late.id]
    assert await line.app.line.order(line.service) == expected
    assert await line.app.database.read(lambda conn: line_store.order(conn, line.service)) == expected
    await line.app.live.commands.flushall()
    assert await line.app.rebuild_line() == 4
    assert await line.app.line.order(line.service) == expected, "the rows alone give the same order"
    assert [(await line.app.line.place(one)).position for one in expected] == [1, 2, 3, 4]  # type: ignore[union-attr]


async def test_who_gave_the_place_up_comes_back_behind_everybody(line: Line) -> None:
    leaver, other = await line.citizen(), await line.citizen()
    await line.reception.leave(leaver, leaver.id, line.receipt(leaver))
    await reopens(line, leaver, leaver)
    row = await line.ticket(leaver)
    assert row.order_at == row.joined_at
    assert await line.app.line.order(line.service) == [other.id, leaver.id]


async def test_who_was_let_go_comes_back_with_one_tap_and_priority(line: Line) -> None:
    """`applicant_lost` of the stage table; a place that was held too long is parked instead and keeps its
    time for the rest of the day."""
    officer, citizen = await line.officer(), await line.citizen()
    await line.serve(officer, citizen)
    await line.reception.vanished(citizen.id)
    for seconds in (310, 310):
        await line.pass_time(seconds, officer)
        await line.sweeping.once()
    assert (await line.ticket(citizen)).ended_reason == "applicant_lost"
    await line.citizen()
    await line.reception.appeared(citizen.id)
    await reopens(line, citizen, citizen)
    assert (await line.app.line.order(line.service))[0] == citizen.id
    await line.reception.vanished(citizen.id)
    await line.pass_time(901, officer)
    await line.sweeping.once()
    parked = await line.ticket(citizen)
    assert parked.stage is Stage.PARKED
    await line.reception.appeared(citizen.id)
    assert (await line.ticket(citizen)).order_at == parked.order_at


async def test_an_officer_calls_back_whom_they_ended_and_waits_for_them(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    await served_and_ended(line, officer, citizen)
    result = await reopens(line, officer, citizen)
    row = await line.ticket(citizen)
    assert (row.stage, row.held_for, row.away_since_at) == (Stage.WAITING, officer.id, None)
    assert (result.entry.name, result.entry.values) == (officer.name, {"by": "officer"})
    assert await line.refused(line.reception.serve_next(other, line.receipt(other))) == "nobody_waiting"
    await line.app.hub.services.presence.seen(citizen.id)
    assert await line.app.matching.run() == 1
    assert (await line.ticket(citizen)).officer_id == officer.id


async def test_whom_an_officer_calls_back_is_held_for_nobody_who_is_off_duty(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await served_and_ended(line, officer, citizen)
    await line.desk.finish_shift(officer, line.receipt(officer))
    await reopens(line, officer, citizen)
    assert (await line.ticket(citizen)).held_for is None


async def test_the_place_of_who_is_away_is_held_from_being_called_back_on(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await served_and_ended(line, officer, citizen)
    await line.reception.vanished(citizen.id)
    await line.pass_time(3_600, officer)
    await reopens(line, officer, citizen)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    await line.pass_time(901, officer)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.PARKED


async def test_what_is_not_ones_own_or_not_over_is_refused_and_changes_nothing(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    stranger = await line.citizen()
    assert await line.refused(reopens(line, citizen, citizen)) == "stage_forbids"
    await line.serve(officer, citizen)
    assert await line.refused(reopens(line, officer, citizen)) == "stage_forbids"
    await line.reception.end(officer, citizen.id, 1, line.receipt(officer))
    events = await line.events(f"ticket:{citizen.id}")
    for by in (other, stranger):
        assert await line.refused(reopens(line, by, citizen)) == "not_found"
    await line.pass_time(DAY + 60, officer, other)
    for by in (officer, citizen):
        assert await line.refused(reopens(line, by, citizen)) == "too_late"
    assert await line.events(f"ticket:{citizen.id}") == events
    assert (await line.ticket(citizen)).stage is Stage.ENDED


async def test_who_was_only_offered_somebody_calls_nobody_back(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await line.offer(officer, citizen)
    await line.reception.leave(citizen, citizen.id, line.receipt(citizen))
    assert await line.refused(reopens(line, officer, citizen)) == "not_found"


@pytest.mark.parametrize("why", ["blocked", "ended_by_office"])
async def test_what_a_supervisor_ended_stays_so(line: Line, why: str) -> None:
    citizen = await line.citizen()

    def block(conn: Connection) -> None:
        before = tickets.find(conn, citizen.id)
        tickets.advance(conn, before, Step.BLOCK, "staff:rina", ended_reason=why)

    await line.app.database.write(block)
    assert await line.refused(reopens(line, citizen, citizen)) == "not_allowed"


async def test_nobody_holds_two_places(line: Line) -> None:
    officer, citizen, second = await line.officer(), await line.citizen(), await line.citizen()
    await served_and_ended(line, officer, citizen)
    visitor = select(ticket.c.visitor_hash).where(ticket.c.id == citizen.id).scalar_subquery()
    await line.app.database.write(
        lambda conn: (
            conn.execute(update(ticket).where(ticket.c.id == second.id).values(visitor_hash=visitor)) and None
        )
    )
    for by in (citizen, officer):
        assert await line.refused(reopens(line, by, citizen)) == "other_place"
    await line.reception.leave(second, second.id, line.receipt(second))
    await reopens(line, citizen, citizen)
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    assert await line.refused(reopens(line, second, second)) == "other_place"


async def test_two_taps_are_one_step(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await served_and_ended(line, officer, citizen)
    await reopens(line, citizen, citizen)
    assert await line.refused(reopens(line, citizen, citizen)) == "stage_forbids"
    assert (await line.kinds(citizen)).count("reopened") == 1


@pytest.mark.parametrize("on_duty", [True, False])
async def test_outside_its_hours_only_an_officer_who_serves_on_calls_somebody_back(
    line: Line, on_duty: bool
) -> None:
    officer = await line.officer()
    closed = await line.door.service("C", always_open=False, week={})
    await line.app.pages.staff.set_skills(officer.id, [line.service, closed], "office")
    citizen = await line.citizen(service=closed)
    await served_and_ended(line, officer, citizen)
    assert await line.refused(reopens(line, citizen, citizen)) == "closed_hours"
    if on_duty:
        await reopens(line, officer, citizen)
        await line.sweeping.once()
        assert (await line.ticket(citizen)).stage is Stage.WAITING
    else:
        await line.desk.finish_shift(officer, line.receipt(officer))
        assert await line.refused(reopens(line, officer, citizen)) == "closed_hours"


async def test_a_service_that_was_given_up_takes_nobody_back(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    await served_and_ended(line, officer, citizen)
    await line.app.database.write(lambda conn: office.retire_service(conn, line.service, "office"))
    assert await line.refused(reopens(line, citizen, citizen)) == "closed_hours"


async def test_a_number_of_yesterday_counts_among_those_of_today_and_keeps_its_label(line: Line) -> None:
    every_day = {weekday: Span(0, 1_440) for weekday in range(7)}
    service = await line.door.service("C", always_open=False, week=every_day)
    officer = await line.officer()
    await line.app.pages.staff.set_skills(officer.id, [service], "office")
    zone = line.app.settings.zone
    today = (await line.app.database.read(moments.now)).astimezone(zone).date()
    citizen = await line.citizen(service=service, day=today - timedelta(days=1))
    before = await line.ticket(citizen)
    await served_and_ended(line, officer, citizen)
    await reopens(line, citizen, citizen)
    row = await line.ticket(citizen)
    assert (row.label, row.day) == (before.label, today.isoformat())
    await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is Stage.WAITING
    fresh = [await line.citizen(service=service, day=today) for _ in range(2)]
    assert [(await line.ticket(one)).label for one in fresh] == ["A-001", "A-002"]
    assert await line.app.line.order(service) == [citizen.id, *(one.id for one in fresh)]


async def test_the_order_key_moves_by_a_step_that_says_so_and_stays_over_everything_else(line: Line) -> None:
    """I8: between two event rows of reopening the key is the same, whatever happens to the place."""
    officer, citizen = await line.officer(), await line.citizen()
    await served_and_ended(line, officer, citizen)
    await reopens(line, citizen, citizen)
    key = (await line.ticket(citizen)).order_at
    attempt = await line.offer(officer, citizen)
    await line.reception.pass_on(officer, citizen.id, attempt, line.receipt(officer))
    await line.reception.vanished(citizen.id)
    await line.pass_time(901, officer)
    await line.sweeping.once()
    await line.reception.appeared(citizen.id)
    assert (await line.ticket(citizen)).order_at == key

    def steps(conn: Connection) -> list[bytes]:
        query = select(event.c.content).where(
            event.c.subject == f"ticket:{citizen.id}", event.c.kind == "stage"
        )
        return [content for content in conn.execute(query.order_by(event.c.number)).scalars() if content]

    written = await line.app.database.read(steps)
    assert sum(b'"reopen"' in content and b'"minutes":30' in content for content in written) == 1


async def test_a_new_number_and_the_old_one_at_the_same_moment_are_one_place(line: Line) -> None:
    """Each is looked up in its own transaction; where two run at once, the index of live places refuses."""
    officer, visitor = await line.officer(), secrets.token_bytes(32)
    form = TicketForm(line.service, "A", "Ana", "+62812", "", "chat", "id", 1, "id")
    for _ in range(5):
        taken = await line.ticket_machine.take(form, visitor, TODAY)
        citizen = Caller(Role.APPLICANT, taken.ticket_id, "Ana")
        await line.reception.appeared(citizen.id)
        await served_and_ended(line, officer, citizen)
        both = [line.ticket_machine.take(form, visitor, TODAY), reopens(line, citizen, citizen)]
        await asyncio.gather(*both, return_exceptions=True)
        ids = await line.app.database.read(
            lambda conn: [row.id for row in line_store.waiting(conn, line.service)]
        )
        assert len(ids) == 1
        assert await line.app.line.order(line.service) == ids
        last = Caller(Role.APPLICANT, ids[0], "Ana")
        await line.reception.leave(last, last.id, line.receipt(last))
