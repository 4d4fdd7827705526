"""Handing a consultation over: to another service or to a colleague, at the old time, with a note."""

from typing import Any

import pytest

from consult.consultations.stages import Stage
from consult.consultations.store import log
from consult.duty.rules import DutyState
from consult.people import Caller
from consult.queue.assigning import offer_first, pick_up
from consult.queue.handover import HandedOver
from consult.wire.from_client import TransferConsultation
from consult.wire.to_client import TransferTargets
from tests.support.line import Line

NOTE = "Berkas lengkap, tinggal gambar denah."


async def other_service(line: Line, *officers: Caller, letter: str = "C", **how: Any) -> str:
    """A second service, which these officers serve as well."""
    service = await line.door.service(letter, name="Izin Bangunan", **how)
    for officer in officers:
        await line.app.pages.staff.set_skills(officer.id, [line.service, service], "office")
    return service


async def hands_over(line: Line, giver: Caller, citizen: Caller, **how: Any) -> HandedOver:
    fields: dict[str, Any] = {"cseq": 1, "ticket": citizen.id, "epoch": 1, "note": NOTE} | how
    handover = line.app.hub.services.handover
    return await handover.transfer(giver, TransferConsultation(**fields), line.receipt(giver))


async def targets(line: Line, officer: Caller, citizen: Caller) -> TransferTargets:
    return await line.app.hub.services.handover.ask(officer, citizen.id)


async def test_to_another_service_at_the_time_of_joining(line: Line) -> None:
    officer, citizen, behind = await line.officer(), await line.citizen(), await line.citizen()
    service = await other_service(line, await line.officer("citra"))
    later = await line.citizen(service=service)
    before = await line.ticket(citizen)
    await line.serve(officer, citizen)
    await hands_over(line, officer, citizen, service=service)
    row, own = await line.ticket(citizen), await line.duty(officer)
    assert (row.stage, row.service_id, row.officer_id) == (Stage.WAITING, service, None)
    assert (row.label, row.order_at, row.returned) == (before.label, before.order_at, False)
    assert (row.assignment_epoch, row.served_at, row.held_for) == (2, None, None)
    assert (own.state, own.load) == (DutyState.AVAILABLE, 0)
    assert await line.app.line.order(service) == [citizen.id, later.id]
    assert await line.app.line.order(line.service) == [behind.id]
    assert await line.kinds(citizen) == ["joined", "served", "transferred"]


async def test_numbers_of_the_day_go_on_however_many_come_from_elsewhere(line: Line) -> None:
    """Number 1 of one service moves to another that has its own number 1, and back."""
    officer, other = await line.officer(), await line.officer("citra")
    service = await other_service(line, officer, other)
    own = await line.citizen(service=service)
    for citizen in (await line.citizen(), await line.citizen()):
        await line.serve(officer, citizen)
        await hands_over(line, officer, citizen, service=service)
        await line.serve(other, citizen)
        await hands_over(line, other, citizen, service=line.service, epoch=3)
        assert (await line.ticket(citizen)).service_id == line.service
    next_of_each = [await line.citizen(), await line.citizen(service=service)]
    assert [(await line.ticket(one)).label for one in (own, *next_of_each)] == ["A-001", "A-003", "A-002"]


async def test_the_note_is_for_the_next_officer_alone(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    await line.serve(officer, citizen)
    await hands_over(line, officer, citizen, officer=other.id)
    await line.serve(other, citizen)
    (conversation,) = (await line.desk.shown(other, {})).conversations
    assert conversation.note is not None
    assert (conversation.note.name, conversation.note.text) == (officer.name, NOTE)
    assert NOTE not in repr(conversation.entries)
    transferred = next(entry for entry in conversation.entries if entry.kind == "transferred")
    assert (transferred.name, transferred.by, transferred.values) == ("", "office", {"reason": "officer"})
    staff = await line.app.database.read(lambda conn: log.after(conn, citizen.id, 0, log.STAFF))
    assert [(entry.seq, entry.text, entry.name) for entry in staff] == [(1, NOTE, officer.name)]
    assert await line.events(f"ticket:{citizen.id}") > 0


async def test_a_colleague_alone_is_offered_whom_they_were_handed(line: Line) -> None:
    officer, other, third = await line.officer(), await line.officer("citra"), await line.officer("dewi")
    citizen, behind = await line.citizen(), await line.citizen()
    await line.serve(officer, citizen)
    await hands_over(line, officer, citizen, officer=other.id)
    assert await line.app.line.order(line.service) == [citizen.id, behind.id], "the place is kept"
    listed, total = await line.app.line.waiting_for(third)
    assert (total, [one.for_you for one in listed]) == (1, [False])
    listed, total = await line.app.line.waiting_for(other)
    assert (total, [one.for_you for one in listed]) == (2, [True, False])
    picked = await line.reception.serve_next(third, line.receipt(third))
    assert picked.ticket.id == behind.id
    assert await line.refused(line.reception.serve_next(third, line.receipt(third))) == "nobody_waiting"
    assert await line.app.matching.run() == 1
    row = await line.ticket(citizen)
    assert (row.officer_id, row.held_for) == (other.id, None)


async def test_whoever_proposes_them_nobody_else_gets_who_waits_for_one(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, other, third = await line.officer(), await line.officer("citra"), await line.officer("dewi")
    citizen = await line.citizen()
    await line.serve(officer, citizen)
    await line.desk.pause(other, "break", line.receipt(other))
    await hands_over(line, officer, citizen, officer=other.id)
    write = line.app.database.write
    assert await write(lambda conn: offer_first(conn, third.id, 3, [citizen.id], 25, 300)) is None
    assert await line.refused(write(lambda conn: pick_up(conn, third, [citizen.id]))) == "nobody_waiting"
    assert (await line.duty(third)).load == 0

    async def no_writing(*_: object) -> None:
        raise AssertionError("matching wrote although there was nobody to offer")

    monkeypatch.setattr(line.app.database, "write", no_writing)
    assert await line.app.matching.run() == 0


async def test_who_hands_somebody_over_is_not_offered_them_at_once(line: Line) -> None:
    officer, other = await line.officer(), await line.officer("citra", ready=False)
    service = await other_service(line, officer, other)
    citizen = await line.citizen()
    await line.serve(officer, citizen)
    await hands_over(line, officer, citizen, service=service)
    assert await line.app.matching.run() == 0
    await line.pass_time(301, officer)
    await line.app.hub.services.presence.seen(citizen.id)
    assert await line.app.matching.run() == 1, "but rather than nobody, after five minutes"


async def test_who_handed_somebody_over_may_be_handed_them_again(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    await line.serve(officer, citizen)
    await hands_over(line, officer, citizen, officer=other.id)
    await line.serve(other, citizen)
    await hands_over(line, other, citizen, officer=officer.id, epoch=3)
    assert await line.app.matching.run() == 1
    assert (await line.ticket(citizen)).officer_id == officer.id


@pytest.mark.parametrize("how", ["time", "finish", "lost", "disabled"])
async def test_nobody_waits_for_one_officer_for_ever(line: Line, how: str) -> None:
    officer, other, third = await line.officer(), await line.officer("citra"), await line.officer("dewi")
    citizen = await line.citizen()
    await line.serve(officer, citizen)
    await line.desk.pause(other, "break", line.receipt(other))
    await hands_over(line, officer, citizen, officer=other.id)
    assert await line.app.matching.run() == 0, "who is paused is offered nobody"
    await line.sweeping.once()
    assert (await line.ticket(citizen)).held_for == other.id
    match how:
        case "time":
            await line.pass_time(301, officer, other, third)
        case "finish":
            await line.desk.finish_shift(other, line.receipt(other))
        case "lost":
            await line.pass_time(31, officer, third)
        case "disabled":
            await line.app.doorkeeper.disable(other.id, third)
    await line.sweeping.once()
    assert (await line.ticket(citizen)).held_for is None
    await line.app.hub.services.presence.seen(citizen.id)
    assert await line.app.matching.run() == 1
    assert (await line.ticket(citizen)).officer_id in {officer.id, third.id}


async def test_an_offer_that_is_passed_ends_the_wait_for_one(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    await line.serve(officer, citizen)
    await hands_over(line, officer, citizen, officer=other.id)
    attempt = await line.offer(other, citizen)
    await line.reception.pass_on(other, citizen.id, attempt, line.receipt(other))
    assert (await line.ticket(citizen)).held_for is None


async def test_what_a_call_took_is_given_back_and_it_ends_for_its_own_reason(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    await line.serve(officer, citizen)
    ringing = await line.switchboard.ring(officer, citizen.id, "video", line.receipt(officer))
    await line.switchboard.accept(citizen, citizen.id, ringing.call.id, "video", line.receipt(citizen))
    await hands_over(line, officer, citizen, officer=other.id)
    assert ((await line.duty(officer)).load, (await line.ticket(citizen)).units) == (0, 1)
    entries = await line.app.database.read(lambda conn: log.after(conn, citizen.id, 0))
    assert [one.values["reason"] for one in entries if one.kind == "call_ended"] == ["transferred"]


async def test_the_last_one_handed_over_ends_a_shift(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    await line.serve(officer, citizen)
    await line.desk.finish_shift(officer, line.receipt(officer))
    await hands_over(line, officer, citizen, officer=other.id)
    assert (await line.duty(officer)).state is DutyState.OFFLINE


async def test_what_is_refused_changes_nothing(line: Line) -> None:
    officer, other, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
    stranger = await line.officer("dewi")
    service = await other_service(line, other)
    await line.serve(officer, citizen)
    events = await line.events(f"ticket:{citizen.id}")
    for code, by, how in (
        ("not_found", other, {"service": service}),
        ("not_found", citizen, {"ticket": "nobodys", "service": service}),
        ("stale_epoch", officer, {"service": service, "epoch": 0}),
        ("bad_request", officer, {"service": service, "note": " \n "}),
        ("bad_request", officer, {}),
        ("bad_request", officer, {"service": service, "officer": other.id}),
        ("nobody_to_take", officer, {"service": line.service}),
        ("nobody_to_take", officer, {"service": "nowhere"}),
        ("nobody_to_take", officer, {"officer": officer.id}),
        ("nobody_to_take", officer, {"officer": "nobody"}),
    ):
        assert await line.refused(hands_over(line, by, citizen, **how)) == code, how
    assert await line.events(f"ticket:{citizen.id}") == events
    await hands_over(line, officer, citizen, officer=stranger.id)
    assert await line.refused(hands_over(line, officer, citizen, officer=stranger.id)) == "not_found"
    await line.serve(stranger, citizen)
    await line.reception.end(stranger, citizen.id, 3, line.receipt(stranger))
    assert await line.refused(hands_over(line, stranger, citizen, officer=other.id, epoch=3)) == "ended"


async def test_only_who_can_take_them_is_listed(line: Line) -> None:
    officer, citizen = await line.officer(), await line.citizen()
    other, away = await line.officer("citra"), await line.officer("dewi", ready=False)
    served = await other_service(line, other, away)
    await other_service(line, letter="D")  # nobody serves it
    closed = await other_service(line, away, letter="E", always_open=False, week={})
    await line.serve(officer, citizen)
    found = await targets(line, officer, citizen)
    assert [(one.id, one.on_duty) for one in found.services] == [(served, 1)]
    assert [(one.id, one.state) for one in found.officers] == [(other.id, "available")]
    await line.desk.pause(other, "break", line.receipt(other))
    await line.desk.be_ready(away, line.receipt(away))
    found = await targets(line, officer, citizen)
    assert [one.id for one in found.services] == [served, closed], "closed, but somebody is on duty there"
    assert [(one.id, one.state) for one in found.officers] == [(other.id, "paused"), (away.id, "available")]
    assert await line.refused(targets(line, other, citizen)) == "not_found"
