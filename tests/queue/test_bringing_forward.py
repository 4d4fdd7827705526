"""A supervisor's minutes of priority: at most an hour, with a reason, and nobody is passed for ever."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from consult.consultations.stages import Stage
from consult.consultations.store import line as line_store
from consult.people import Caller, Role
from consult.queue.bringing_forward import BroughtForward
from consult.storage.tables import event
from consult.wire.from_client import BringForward
from tests.support.line import Line

RINA = Caller(Role.SUPERVISOR, "rina", "Rina")
REASON = "Lansia, menunggu berdiri."


async def brings(line: Line, citizen: Caller, minutes: int, reason: str = REASON) -> BroughtForward:
    order = BringForward(cseq=1, ticket=citizen.id, minutes=minutes, reason=reason)
    service = line.app.hub.services.bringing_forward
    return await service.bring_forward(RINA, order, line.receipt(RINA))


async def places(line: Line, *citizens: Caller) -> list[int]:
    found = [await line.app.line.place(one.id) for one in citizens]
    return [one.position for one in found if one is not None]


async def test_a_minute_is_as_a_minute_of_joining_earlier(line: Line) -> None:
    await line.app.line.ensure()  # from now on the index is kept in step, not built anew
    first = await line.citizen()
    await line.pass_time(10 * 60)
    second = await line.citizen()
    await line.pass_time(10 * 60)
    third = await line.citizen()
    await brings(line, third, 5)
    assert await places(line, first, second, third) == [1, 2, 3], "five minutes are not ten"
    await brings(line, third, 6)
    assert await places(line, first, third, second) == [1, 2, 3]
    await brings(line, third, 49)
    expected = [third.id, first.id, second.id]
    assert await line.app.line.order(line.service) == expected
    assert await line.app.database.read(lambda conn: line_store.order(conn, line.service)) == expected
    await line.app.live.commands.flushall()
    await line.app.rebuild_line()
    assert await line.app.line.order(line.service) == expected
    assert await line.refused(brings(line, third, 1)) == "no_more_priority", "an hour in all"
    row = await line.ticket(third)
    assert row.joined_at - row.order_at == timedelta(minutes=60)


async def test_nobody_passes_who_joined_an_hour_before(line: Line) -> None:
    first = await line.citizen()
    await line.pass_time(61 * 60)
    late = await line.citizen()
    await brings(line, late, 60)
    assert await line.app.line.order(line.service) == [first.id, late.id]


async def test_it_is_kept_who_did_it_and_why_and_the_citizen_reads_that_it_was_done(line: Line) -> None:
    citizen = await line.citizen()
    result = await brings(line, citizen, 10, f"  {REASON} ")
    assert await line.kinds(citizen) == ["joined", "brought_forward"]
    assert (result.entry.name, result.entry.text, result.entry.values) == ("", "", {})

    def written(conn: Connection) -> list[Any]:
        query = select(event.c.actor, event.c.content).where(event.c.subject == f"ticket:{citizen.id}")
        return [(row.actor, row.content.decode()) for row in conn.execute(query)]

    (actor, content) = next(
        one
        for one in await line.app.database.read(written)
        if "bring_forward" in one[1] and "minutes" in one[1]
    )
    assert actor == RINA.subject
    assert REASON in content
    assert '"minutes":10' in content
    assert await line.events(f"ticket:{citizen.id}") > 0


async def test_a_parked_place_and_one_that_waits_for_an_officer_stay_what_they_are(line: Line) -> None:
    officer, citizen, gone = await line.officer(), await line.citizen(), await line.citizen()
    await line.serve(officer, citizen)
    await line.reception.end(officer, citizen.id, 1, line.receipt(officer))
    await line.app.hub.services.reopening.reopen(officer, citizen.id, line.receipt(officer))
    await brings(line, citizen, 5)
    assert (await line.ticket(citizen)).held_for == officer.id
    await line.reception.vanished(gone.id)
    await line.pass_time(901, officer)
    await line.sweeping.once()
    await brings(line, gone, 5)
    row = await line.ticket(gone)
    assert (row.stage, row.joined_at - row.order_at) == (Stage.PARKED, timedelta(minutes=5))
    assert gone.id not in await line.app.line.order(line.service)


async def test_what_is_refused_changes_nothing(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    events = await line.events(f"ticket:{citizen.id}")
    assert await line.refused(brings(line, citizen, 5, " \n ")) == "bad_request"
    assert await line.refused(brings(line, Caller(Role.APPLICANT, "nobodys", ""), 5)) == "not_found"
    assert await line.events(f"ticket:{citizen.id}") == events
    attempt = await line.offer(officer, citizen)
    assert await line.refused(brings(line, citizen, 5)) == "stage_forbids"
    await line.reception.accept(officer, citizen.id, attempt, line.receipt(officer))
    assert await line.refused(brings(line, citizen, 5)) == "stage_forbids"
    await line.reception.end(officer, citizen.id, 1, line.receipt(officer))
    assert await line.refused(brings(line, citizen, 5)) == "ended"
