"""A supervisor ends a consultation or blocks a number: when it may be, what is given back and written."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, select

from consult.consultations.stages import Stage
from consult.consultations.store import log
from consult.duty.rules import DutyState
from consult.errors import Reproduced
from consult.people import Caller, Role
from consult.queue.assigning import Returned
from consult.storage.tables import event
from consult.wire.from_client import BlockTicket, CloseConsultation
from consult.wire.to_client import Entry
from tests.support.line import Line

RINA = Caller(Role.SUPERVISOR, "rina", "Rina")
WHY = "Pemohon memaki petugas berulang kali."


async def closes(line: Line, citizen: Caller, by: Caller = RINA, **how: Any) -> Returned:
    fields: dict[str, Any] = {"cseq": 1, "ticket": citizen.id, "epoch": 1, "reason": WHY} | how
    stepping_in = line.app.hub.services.stepping_in
    return await stepping_in.close(by, CloseConsultation(**fields), line.receipt(by))


async def blocks(line: Line, citizen: Caller, by: Caller = RINA, **how: Any) -> Returned:
    fields: dict[str, Any] = {"cseq": 1, "ticket": citizen.id, "reason": WHY} | how
    return await line.app.hub.services.stepping_in.block(by, BlockTicket(**fields), line.receipt(by))


async def entries(line: Line, citizen: Caller, lane: str = log.CONVERSATION) -> list[Entry]:
    return await line.app.database.read(lambda conn: log.after(conn, citizen.id, 0, lane))


async def is_in(line: Line, stage: Stage) -> tuple[Caller, Caller]:
    """An officer, and a citizen in that stage."""
    officer, citizen = await line.officer(), await line.citizen()
    match stage:
        case Stage.OFFERED:
            await line.offer(officer, citizen)
        case Stage.SERVING:
            await line.serve(officer, citizen)
        case Stage.PARKED:
            await line.reception.vanished(citizen.id)
            await line.pass_time(901, officer)
            await line.sweeping.once()
    assert (await line.ticket(citizen)).stage is stage
    return officer, citizen


async def test_what_is_served_ends_and_the_reason_is_the_offices_alone(line: Line) -> None:
    officer, citizen = await is_in(line, Stage.SERVING)
    await closes(line, citizen)
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.ended_reason) == (Stage.ENDED, "ended_by_office")
    assert (own.state, own.load) == (DutyState.AVAILABLE, 0)
    told = (await entries(line, citizen))[-1]
    assert (told.kind, told.by, told.name, told.text) == ("ended", "office", "", "")
    assert told.values == {"reason": "ended_by_office"}
    (kept,) = await entries(line, citizen, log.STAFF)
    assert (kept.kind, kept.name, kept.text, kept.values) == ("ended", "Rina", WHY, told.values)

    def steps(conn: Connection) -> list[tuple[str, str]]:
        query = select(event.c.kind, event.c.actor).where(event.c.subject == f"ticket:{citizen.id}")
        return [(kind, actor) for kind, actor in conn.execute(query.order_by(event.c.number))]

    assert await line.events(f"ticket:{citizen.id}") > 0, "the chain holds"
    assert (await line.app.database.read(steps))[-3:] == [
        ("stage", "staff:rina"),
        ("entry", "office"),
        ("entry", "rina"),
    ]


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OFFERED, Stage.SERVING, Stage.PARKED])
async def test_a_number_is_blocked_in_every_stage_before_the_end(line: Line, stage: Stage) -> None:
    officer, citizen = await is_in(line, stage)
    behind = await line.citizen()
    await blocks(line, citizen)
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.ended_reason) == (Stage.ENDED, "blocked")
    assert (own.state, own.load, own.offered_ticket) == (DutyState.AVAILABLE, 0, None)
    assert await line.app.line.order(line.service) == [behind.id]
    await line.offer(officer, behind)
    assert [entry.text for entry in await entries(line, citizen, log.STAFF)] == [WHY]


async def test_after_it_nothing_is_written_and_nobody_comes_back(line: Line) -> None:
    officer, citizen = await is_in(line, Stage.SERVING)
    await blocks(line, citizen)
    transcript = line.app.hub.services.transcript
    for by in (citizen, officer):
        assert await line.refused(transcript.post(by, citizen.id, "Halo?", line.receipt(by))) == "ended"
    await line.reception.appeared(citizen.id)
    assert (await line.ticket(citizen)).stage is Stage.ENDED
    for again in (blocks(line, citizen), closes(line, citizen)):
        assert await line.refused(again) == "ended"


async def test_a_call_ends_with_it_and_its_units_are_given_back(line: Line) -> None:
    officer, citizen = await is_in(line, Stage.SERVING)
    ringing = await line.switchboard.ring(officer, citizen.id, "video", line.receipt(officer))
    await line.switchboard.accept(citizen, citizen.id, ringing.call.id, "video", line.receipt(citizen))
    assert (await line.duty(officer)).load == 3
    await closes(line, citizen)
    assert (await line.duty(officer)).load == 0
    reasons = [one.values["reason"] for one in await entries(line, citizen) if one.kind == "call_ended"]
    assert reasons == ["consultation_ended"]


async def test_an_offer_of_a_blocked_number_can_be_accepted_no_more(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await blocks(line, citizen)
    accepting = line.reception.accept(officer, citizen.id, attempt, line.receipt(officer))
    assert await line.refused(accepting) == "stale_attempt"
    assert (await line.duty(officer)).load == 0


async def test_accepting_and_blocking_at_once_leave_one_end_and_no_load(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, citizen)
    await asyncio.gather(
        line.reception.accept(officer, citizen.id, attempt, line.receipt(officer)),
        blocks(line, citizen),
        return_exceptions=True,
    )
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.ended_reason, own.load, own.offered_ticket) == (Stage.ENDED, "blocked", 0, None)
    assert (await line.kinds(citizen)).count("ended") == 1


async def test_a_repeat_is_answered_and_not_carried_out_again(line: Line) -> None:
    _, citizen = await is_in(line, Stage.SERVING)
    order = BlockTicket(1, citizen.id, WHY)
    receipt = line.receipt(RINA)
    stepping_in = line.app.hub.services.stepping_in
    await stepping_in.block(RINA, order, receipt)
    with pytest.raises(Reproduced) as first:
        await stepping_in.block(RINA, order, receipt)
    assert first.value.refusal is None
    assert (await line.kinds(citizen)).count("ended") == 1


async def test_what_is_refused_changes_nothing(line: Line) -> None:
    officer, citizen = await is_in(line, Stage.SERVING)
    waiting, nobody = await line.citizen(), Caller(Role.APPLICANT, "nobodys", "Ana")
    admin = Caller(Role.ADMINISTRATOR, "agus", "Agus")
    events = await line.events(f"ticket:{citizen.id}")
    for code, work in (
        ("not_found", closes(line, nobody)),
        ("not_found", blocks(line, nobody)),
        *(("not_found", closes(line, citizen, by)) for by in (officer, citizen, admin)),
        *(("not_found", blocks(line, citizen, by)) for by in (officer, citizen, admin)),
        ("bad_request", closes(line, citizen, reason=" \n ")),
        ("bad_request", blocks(line, citizen, reason="\t")),
        ("stale_epoch", closes(line, citizen, epoch=0)),
        ("stage_forbids", closes(line, waiting, epoch=0)),
    ):
        assert await line.refused(work) == code
    assert await line.events(f"ticket:{citizen.id}") == events
    assert (await line.duty(officer)).load == 1


async def test_the_last_one_that_is_ended_ends_a_shift(line: Line) -> None:
    officer, citizen = await is_in(line, Stage.SERVING)
    await line.desk.finish_shift(officer, line.receipt(officer))
    await closes(line, citizen)
    assert (await line.duty(officer)).state is DutyState.OFFLINE


async def test_a_supervisor_ends_a_shift_and_what_is_served_is_finished(line: Line) -> None:
    officer, citizen = await is_in(line, Stage.SERVING)
    offered = await line.citizen()
    await line.offer(officer, offered)
    await line.desk.end_shift(RINA, officer.id, line.receipt(RINA))
    own = await line.duty(officer)
    assert (own.state, own.reason, own.load) == (DutyState.DRAINING, "by_supervisor", 1)
    assert (await line.ticket(offered)).stage is Stage.WAITING, "the offer was taken back"
    await line.reception.end(officer, citizen.id, 1, line.receipt(officer))
    assert (await line.duty(officer)).state is DutyState.OFFLINE

    def by(conn: Connection) -> list[str]:
        query = select(event.c.actor).where(
            event.c.subject == f"staff:{officer.id}", event.c.kind == "officer_state"
        )
        return list(conn.execute(query.order_by(event.c.number)).scalars())

    assert "staff:rina" in await line.app.database.read(by)


async def test_whose_shift_ends_with_an_open_offer_alone_is_told_who_ended_it(line: Line) -> None:
    officer, offered = await line.officer(), await line.citizen()
    await line.offer(officer, offered)
    await line.desk.end_shift(RINA, officer.id, line.receipt(RINA))
    own = await line.duty(officer)
    assert (own.state, own.reason, own.load) == (DutyState.OFFLINE, "by_supervisor", 0)


async def test_only_a_supervisor_ends_anothers_shift_and_only_one_that_runs(line: Line) -> None:
    officer, other = await line.officer(), await line.officer("citra", ready=False)
    admin = Caller(Role.ADMINISTRATOR, "agus", "Agus")
    for by in (other, admin):
        refused = line.refused(line.desk.end_shift(by, officer.id, line.receipt(by)))
        assert await refused == "not_found"
    nobody = line.refused(line.desk.end_shift(RINA, "nobody", line.receipt(RINA)))
    assert await nobody == "not_found"
    off = line.refused(line.desk.end_shift(RINA, other.id, line.receipt(RINA)))
    assert await off == "stage_forbids"
    assert (await line.duty(officer)).state is DutyState.AVAILABLE
