"""Calls as rows: every step by compare-and-set, on both databases, from two processes at once."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from consult.app import App
from consult.audit.store import verify
from consult.consultations.store import log, tickets
from consult.duty import store as duty
from consult.duty.rules import DutyStep
from consult.errors import ConsultError, NotFound, StageForbids
from consult.people import Caller, Role, Side
from consult.queue import assigning
from consult.signalling import store
from consult.signalling.calls import CallStage
from consult.signalling.store import CallRow
from consult.storage import moments, tables
from consult.storage.receipts import Receipt
from consult.wire.to_client import Entry
from tests.support.databases import let_pass
from tests.support.serving import settings_of

_letters = count(10)


@dataclass
class Page:
    """One page of one person: its stream of numbered orders."""

    caller: Caller
    stream: str = field(default_factory=lambda: secrets.token_hex(12))
    _cseq: int = 0

    def receipt(self) -> Receipt:
        self._cseq += 1
        return Receipt(self.stream, self.caller.subject, self._cseq, secrets.token_bytes(16))


@dataclass
class Calls:
    """A served consultation and two processes' switchboards."""

    apps: list[App]
    ticket: str
    applicant: Page
    officer: Page

    async def ring(self, page: Page, media: str = "video", at: int = 0) -> CallRow:
        board = self.apps[at].switchboard
        return (await board.ring(page.caller, self.ticket, media, page.receipt())).call

    async def accept(self, page: Page, call: CallRow, at: int = 0) -> CallRow:
        board = self.apps[at].switchboard
        return (await board.accept(page.caller, self.ticket, call.id, "video", page.receipt())).call

    async def connected(self, call: CallRow) -> CallRow:
        for at, page in enumerate((self.applicant, self.officer)):
            board = self.apps[at].switchboard
            done = await board.connected(page.caller, self.ticket, call.id, call.generation, page.receipt())
        return done.call

    async def renew(self, page: Page, call: CallRow, rung: str | None = None) -> CallRow:
        board = self.apps[1].switchboard
        done = await board.renew(page.caller, self.ticket, call.id, call.generation, page.receipt(), rung)
        return done.call

    async def interrupted(self, page: Page, call: CallRow, at: int = 0) -> CallRow:
        board = self.apps[at].switchboard
        done = await board.interrupted(page.caller, self.ticket, call.id, call.generation, page.receipt())
        return done.call

    async def back(self, page: Page, call: CallRow) -> CallRow:
        board = self.apps[1].switchboard
        done = await board.connected(page.caller, self.ticket, call.id, call.generation, page.receipt())
        return done.call

    async def in_call(self) -> CallRow:
        ringing = await self.ring(self.officer)
        return await self.connected(await self.accept(self.applicant, ringing))

    async def after(self, seconds: float) -> CallRow | None:
        """The live call when this much time has passed and what is due is done, in both processes."""
        await let_pass(self.apps[0].database, seconds=seconds)
        await asyncio.gather(*(app.switchboard.expire() for app in self.apps))
        return await self.read(lambda conn: store.live(conn, self.ticket))

    async def find(self, call: CallRow) -> CallRow:
        return await self.read(lambda conn: store.find(conn, self.ticket, call.id))

    async def ends(self) -> list[Entry]:
        entries = await self.read(lambda conn: log.after(conn, self.ticket, 0))
        return [entry for entry in entries if entry.kind == "call_ended"]

    async def read(self, query: Callable[[Connection], Any]) -> Any:
        return await self.apps[0].database.read(query)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def processes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[list[App]]:
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_template").copy_to(tmp_path_factory.mktemp("calls"))
    else:
        url = request.getfixturevalue("postgres_template").copy()
    async with AsyncExitStack() as stack:
        apps = [App(settings_of(url, valkey_server)) for _ in range(2)]
        for app in apps:
            await app.start()
            stack.push_async_callback(app.stop)
        yield apps


@pytest.fixture
async def calls(processes: list[App]) -> Calls:
    ticket, officer = await processes[0].database.write(_serve_somebody)
    return Calls(
        processes,
        ticket,
        Page(Caller(Role.APPLICANT, ticket, "Ana Wijaya")),
        Page(Caller(Role.OFFICER, officer, "Budi")),
    )


def _serve_somebody(conn: Connection) -> tuple[str, str]:
    service, officer, ticket = (secrets.token_hex(8) for _ in range(3))
    conn.execute(
        insert(tables.service).values(
            id=service, letter=str(next(_letters)), name_id="Izin", name_en="Permit", always_open=True
        )
    )
    person = {"id": officer, "user_name": officer, "name": "Budi", "role": "officer", "password_hash": "-"}
    conn.execute(insert(tables.person).values(**person, added_at=moments.now(conn)))
    conn.execute(insert(tables.person_service).values(person_id=officer, service_id=service))
    duty.enrol(conn, officer, 3)
    duty.change(conn, officer, DutyStep.BE_READY, f"staff:{officer}")
    taken = {"service_id": service, "day": "2026-01-05", "number": 1, "label": "A-001", "channel": "chat"}
    said = {"name": "Ana Wijaya", "phone": "+6281234567890", "language": "id"}
    notice = {"notice_version": 1, "notice_language": "id", "secret_hash": bytes(32), "pin_hash": "-"}
    tickets.open_ticket(conn, {"id": ticket, "units": 1, **taken, **said, **notice})
    assigning.pick_up(conn, Caller(Role.OFFICER, officer, "Budi"), [ticket])
    return ticket, officer


async def at_once(*work: Coroutine[Any, Any, CallRow]) -> tuple[list[CallRow], list[ConsultError]]:
    """What was carried out and what was refused; anything else is raised."""
    results = await asyncio.gather(*work, return_exceptions=True)
    refused = [result for result in results if isinstance(result, ConsultError)]
    others = [result for result in results if not isinstance(result, CallRow | ConsultError)]
    assert others == []
    return [result for result in results if isinstance(result, CallRow)], refused


async def test_two_devices_accept_in_two_processes_at_once_and_one_has_the_call(calls: Calls) -> None:
    ringing = await calls.ring(calls.officer)
    devices = [calls.applicant, Page(calls.applicant.caller)]
    done, refused = await at_once(*(calls.accept(device, ringing, at) for at, device in enumerate(devices)))
    assert len(done) == 1 and isinstance(refused[0], StageForbids)
    assert (await calls.find(ringing)).applicant_stream == done[0].applicant_stream
    assert done[0].applicant_stream in {device.stream for device in devices}


async def test_two_pages_of_one_side_ring_at_once_and_it_is_one_call(calls: Calls) -> None:
    done, refused = await at_once(
        calls.ring(calls.officer, at=0), calls.ring(Page(calls.officer.caller), at=1)
    )
    assert len(done) == 1 and isinstance(refused[0], StageForbids)


async def test_both_sides_ring_at_once_and_it_is_one_call_accepted(calls: Calls) -> None:
    done, refused = await at_once(calls.ring(calls.officer, at=0), calls.ring(calls.applicant, at=1))
    assert refused == [] and done[0].id == done[1].id
    call = await calls.find(done[0])
    assert call.stage is CallStage.CONNECTING
    assert (call.applicant_stream, call.officer_stream) == (calls.applicant.stream, calls.officer.stream)


async def test_the_database_itself_refuses_a_second_live_call(calls: Calls) -> None:
    await calls.ring(calls.officer)

    def second(conn: Connection) -> None:
        store.start(conn, calls.ticket, Side.APPLICANT, "x" * 24, "audio", moments.now(conn))

    with pytest.raises(IntegrityError):
        await calls.apps[1].database.write(second)


async def test_a_step_from_an_old_picture_of_the_call_changes_nothing(calls: Calls) -> None:
    ringing = await calls.ring(calls.officer)
    done, refused = await at_once(
        *(_ended_by(calls, ringing, page, at) for at, page in enumerate((calls.officer, calls.applicant)))
    )
    assert (len(done), refused) == (2, [])
    assert len(await calls.ends()) == 1


async def _ended_by(calls: Calls, call: CallRow, page: Page, at: int) -> CallRow:
    board = calls.apps[at].switchboard
    return (await board.hang_up(page.caller, calls.ticket, call.id, page.receipt())).call


async def test_a_call_that_does_not_connect_ends_after_35_seconds(calls: Calls) -> None:
    call = await calls.accept(calls.applicant, await calls.ring(calls.officer))
    assert (await calls.after(34)) is not None
    assert (await calls.after(1)) is None
    assert (await calls.find(call)).ended_reason == "setup_failed"
    assert len(await calls.ends()) == 1


async def test_a_call_that_is_lost_has_45_seconds_and_another_page_has_them_anew(calls: Calls) -> None:
    call = await calls.renew(calls.officer, await calls.in_call())
    assert (call.stage, call.generation) == (CallStage.CONNECTING, 2)
    assert call.applicant_connected_at is None and call.officer_connected_at is None
    assert (await calls.after(44)) is not None
    again = await calls.renew(calls.officer, call)
    assert again.setup_expires_at == call.setup_expires_at
    phone = Page(calls.applicant.caller)
    taken = await calls.renew(phone, again)
    assert (taken.generation, taken.applicant_stream) == (4, phone.stream)
    assert (await calls.after(44)) is not None
    assert (await calls.after(1)) is None
    assert (await calls.find(call)).ended_reason == "media_lost"


async def test_a_call_whose_media_is_gone_ends_45_seconds_after_the_first_word_of_it(calls: Calls) -> None:
    call = await calls.in_call()
    gone = await calls.interrupted(calls.applicant, call)
    assert (gone.stage, gone.generation, gone.revision) == (CallStage.CONNECTING, 1, call.revision + 1)
    assert (gone.applicant_connected_at, gone.officer_connected_at is None) == (None, False)
    assert await calls.after(30) is not None
    # Said again, by the other side, in the next generation: nothing of it is more time.
    assert (await calls.interrupted(calls.applicant, gone)).revision == gone.revision
    both = await calls.interrupted(calls.officer, gone, at=1)
    assert (both.officer_connected_at, both.reconnects_until) == (None, gone.setup_expires_at)
    again = await calls.renew(calls.officer, both)
    assert again.reconnects_until == gone.setup_expires_at
    assert await calls.after(10) is not None
    assert await calls.after(5) is None
    (end,) = await calls.ends()
    assert end.values["reason"] == "media_lost"
    assert await calls.read(lambda conn: verify(conn, f"ticket:{calls.ticket}"))


async def test_a_call_goes_on_once_media_is_back_at_every_side_that_missed_it(calls: Calls) -> None:
    call = await calls.in_call()
    await calls.interrupted(calls.officer, call)
    back = await calls.back(calls.officer, call)
    assert (back.stage, back.reconnects_until, back.connected_at) == ("connected", None, call.connected_at)
    for page in (calls.officer, calls.applicant):
        await calls.interrupted(page, call)
    assert (await calls.back(calls.officer, call)).stage is CallStage.CONNECTING
    assert (await calls.back(calls.applicant, call)).stage is CallStage.CONNECTED
    assert await calls.after(3_600) is not None
    # The next loss has its whole time again.
    await calls.interrupted(calls.applicant, call)
    assert await calls.after(40) is not None
    assert await calls.after(5) is None


async def test_who_lost_media_before_the_call_was_up_is_waited_for_no_longer(calls: Calls) -> None:
    call = await calls.accept(calls.applicant, await calls.ring(calls.officer))
    assert (await calls.interrupted(calls.officer, call)).revision == call.revision
    await calls.back(calls.applicant, call)
    gone = await calls.interrupted(calls.applicant, call)
    assert (gone.setup_expires_at, gone.reconnects_until) == (call.setup_expires_at, None)
    assert (await calls.back(calls.officer, call)).stage is CallStage.CONNECTING
    assert (await calls.back(calls.applicant, call)).stage is CallStage.CONNECTED


async def test_only_the_page_that_takes_part_says_that_media_is_gone_and_of_this_generation(
    calls: Calls,
) -> None:
    call = await calls.in_call()
    with pytest.raises(StageForbids):
        await calls.interrupted(Page(calls.officer.caller), call)
    new = await calls.renew(calls.officer, call)
    for page in (calls.officer, calls.applicant):
        with pytest.raises(StageForbids):
            await calls.interrupted(page, call)
    await calls.connected(new)
    ended = await _ended_by(calls, new, calls.officer, 0)
    with pytest.raises(StageForbids):
        await calls.interrupted(calls.officer, ended)
    assert (await calls.find(call)).ended_reason == "hung_up"


async def test_a_word_of_loss_and_of_return_at_once_in_two_processes_leave_a_call_that_is_either(
    calls: Calls,
) -> None:
    call = await calls.in_call()
    await calls.interrupted(calls.officer, call)
    done, refused = await at_once(calls.back(calls.officer, call), calls.interrupted(calls.applicant, call))
    assert (len(done), refused) == (2, [])
    assert (await calls.find(call)).applicant_connected_at is None
    assert (await calls.back(calls.applicant, call)).stage is CallStage.CONNECTED


async def test_a_call_without_a_path_steps_down_to_sound_once_and_each_step_has_its_time(
    calls: Calls,
) -> None:
    call = await calls.accept(calls.applicant, await calls.ring(calls.officer))
    assert await calls.after(30) is not None
    with pytest.raises(StageForbids):  # there is no relay to go through
        await calls.renew(calls.officer, call, "relay")
    lower = await calls.renew(calls.officer, call, "audio")
    assert (lower.generation, lower.rung, lower.accepted_media) == (2, "audio", "audio")
    # Who has not heard of it yet asks for what it has.
    assert (await calls.renew(calls.officer, call, "audio")).generation == 2
    assert await calls.after(19) is not None
    with pytest.raises(StageForbids):
        await calls.renew(calls.officer, lower, "audio")
    assert await calls.after(1) is None
    assert (await calls.find(call)).ended_reason == "setup_failed"


async def test_a_call_that_had_pictures_keeps_them(calls: Calls) -> None:
    call = await calls.in_call()
    with pytest.raises(StageForbids):
        await calls.renew(calls.officer, call, "audio")


@pytest.mark.parametrize("first", [0, 1])
async def test_of_two_certificates_at_once_in_two_processes_one_counts_and_the_call_ends(
    calls: Calls, first: int
) -> None:
    call = await calls.in_call()
    prints = ["a" * 32, "b" * 32]
    pinned = (
        app.switchboard.pin(calls.officer.caller, calls.ticket, call.id, call.generation, print_)
        for app, print_ in zip(calls.apps, prints[first:] + prints[:first], strict=True)
    )
    results = await asyncio.gather(*pinned, return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [StageForbids]
    ended = await calls.find(call)
    assert (ended.stage, ended.ended_reason) == (CallStage.ENDED, "policy")
    assert ended.officer_pin in {f"1:{print_}" for print_ in prints}


async def test_the_next_generation_may_have_another_certificate(calls: Calls) -> None:
    call = await calls.in_call()
    board = calls.apps[0].switchboard
    caller = calls.applicant.caller
    await board.pin(caller, calls.ticket, call.id, 1, "a" * 32)
    await board.pin(caller, calls.ticket, call.id, 1, "a" * 32)
    call = await calls.renew(calls.applicant, call)
    await board.pin(caller, calls.ticket, call.id, 2, "b" * 32)
    with pytest.raises(StageForbids):
        await board.pin(caller, calls.ticket, call.id, 1, "a" * 32)
    assert (await calls.find(call)).ended_reason is None


async def test_a_call_found_again_keeps_its_beginning_and_has_no_deadline(calls: Calls) -> None:
    first = await calls.in_call()
    again = await calls.connected(await calls.renew(calls.officer, first))
    assert (again.stage, again.connected_at) == (CallStage.CONNECTED, first.connected_at)
    assert (await calls.after(3_600)) is not None


async def test_who_takes_part_and_knows_an_older_generation_changes_nothing(calls: Calls) -> None:
    old = await calls.in_call()
    new = await calls.renew(calls.applicant, old)
    assert (await calls.renew(calls.officer, old)).generation == new.generation
    assert (await calls.renew(Page(calls.officer.caller), old)).generation == new.generation + 1


async def test_each_change_has_a_higher_revision_over_all_calls_of_a_consultation(calls: Calls) -> None:
    revisions = []
    for _ in range(2):
        ringing = await calls.ring(calls.officer)
        accepted = await calls.accept(calls.applicant, ringing)
        connected = await calls.connected(accepted)
        ended = await _ended_by(calls, connected, calls.officer, 0)
        revisions += [call.revision for call in (ringing, accepted, connected, ended)]
    assert revisions == sorted(set(revisions))


async def _declined(calls: Calls) -> None:
    call = await calls.ring(calls.officer)
    page = calls.applicant
    await calls.apps[1].switchboard.decline(page.caller, calls.ticket, call.id, page.receipt())


async def _cancelled(calls: Calls) -> None:
    await _ended_by(calls, await calls.ring(calls.officer), calls.officer, 0)


async def _refused_by_hanging_up(calls: Calls) -> None:
    await _ended_by(calls, await calls.ring(calls.officer), calls.applicant, 1)


async def _unanswered(calls: Calls) -> None:
    await calls.ring(calls.officer)
    await calls.after(30)


async def _never_connected(calls: Calls) -> None:
    await calls.accept(calls.applicant, await calls.ring(calls.officer))
    await calls.after(35)


async def _lost_before_it_began(calls: Calls) -> None:
    call = await calls.accept(calls.applicant, await calls.ring(calls.officer))
    await _lost(calls, call)


async def _lost_later(calls: Calls) -> None:
    await _lost(calls, await calls.in_call())


async def _lost(calls: Calls, call: CallRow) -> None:
    page = calls.applicant
    board = calls.apps[0].switchboard
    await board.lost(page.caller, calls.ticket, call.id, call.generation, page.receipt())


async def _hung_up(calls: Calls) -> None:
    await _ended_by(calls, await calls.in_call(), calls.applicant, 0)


async def _consultation_ended(calls: Calls) -> None:
    await calls.in_call()

    def order(conn: Connection) -> None:
        calls.apps[0].switchboard.end_in(conn, calls.ticket, "consultation_ended")

    await calls.apps[0].database.write(order)


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        (_declined, "declined"),
        (_cancelled, "cancelled"),
        (_refused_by_hanging_up, "declined"),
        (_unanswered, "no_answer"),
        (_never_connected, "setup_failed"),
        (_lost_before_it_began, "setup_failed"),
        (_lost_later, "media_lost"),
        (_hung_up, "hung_up"),
        (_consultation_ended, "consultation_ended"),
    ],
)
async def test_every_end_has_its_reason_and_gives_the_units_back(
    calls: Calls, way: Callable[[Calls], Coroutine[Any, Any, None]], reason: str
) -> None:
    await way(calls)
    (end,) = await calls.ends()
    assert end.values["reason"] == reason
    assert await calls.read(lambda conn: store.live(conn, calls.ticket)) is None
    assert (await calls.read(lambda conn: duty.find(conn, calls.officer.caller.id))).load == 1
    assert await calls.read(lambda conn: verify(conn, f"ticket:{calls.ticket}"))


async def test_a_call_of_another_consultation_is_not_found(processes: list[App], calls: Calls) -> None:
    ticket, officer = await processes[0].database.write(_serve_somebody)
    other = Calls(
        processes,
        ticket,
        Page(Caller(Role.APPLICANT, ticket, "Eko")),
        Page(Caller(Role.OFFICER, officer, "C")),
    )
    call = await other.ring(other.officer)
    with pytest.raises(NotFound):
        await calls.accept(calls.applicant, call)
    with pytest.raises(NotFound):
        await _ended_by(calls, call, calls.officer, 0)
    assert (await other.find(call)).stage is CallStage.RINGING
