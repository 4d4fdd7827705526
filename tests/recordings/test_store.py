"""Recordings as rows, on both databases, from two processes at once: it records only while all consent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from random import Random

import pytest

from consult.app import App
from consult.audit.store import verify
from consult.errors import ConsultError, StageForbids
from consult.recordings.chain import links_of
from consult.recordings.participants import as_people, participants
from consult.recordings.rules import TEXT_VERSION, RecordingStage
from consult.recordings.slices import Slice
from consult.recordings.steps import Changed
from consult.recordings.store import life, shelf
from consult.signalling import store as calls_store
from tests.signalling.test_store import Calls, Page, calls
from tests.support.serving import settings_of

__all__ = ["calls"]
CONTENTS = [b"satu", b"dua", b"tiga"]
_walks = count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def processes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[list[App]]:
    """Two processes that let calls be recorded, over one database and one directory."""
    directory = tmp_path_factory.mktemp("recordings")
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_template").copy_to(directory)
    else:
        url = request.getfixturevalue("postgres_template").copy()
    settings = settings_of(url, valkey_server, recording="browser", data_dir=directory)
    async with AsyncExitStack() as stack:
        apps = [App(settings) for _ in range(2)]
        for app in apps:
            await app.start()
            stack.push_async_callback(app.stop)
        yield apps


async def begun(calls: Calls) -> str:
    call = await calls.in_call()
    asked = await calls.apps[0].recordings.ask(
        calls.officer.caller, calls.ticket, call.id, calls.officer.receipt()
    )
    done = await answers(calls, calls.applicant, asked.row.id, True)
    assert done.row.stage is RecordingStage.RECORDING
    return asked.row.id


async def answers(calls: Calls, page: Page, recording: str, yes: bool, at: int = 1) -> Changed:
    service = calls.apps[at].recordings
    return await service.answer(page.caller, calls.ticket, recording, yes, TEXT_VERSION, page.receipt())


def slice_of(recording: str, number: int) -> Slice:
    return Slice(recording, number, links_of(recording, CONTENTS)[number], CONTENTS[number])


async def test_yes_and_no_at_once_never_record_against_the_no(calls: Calls) -> None:
    call = await calls.in_call()
    officer = calls.officer
    asked = await calls.apps[0].recordings.ask(officer.caller, calls.ticket, call.id, officer.receipt())
    # Two tabs of the citizen: the one in the call agrees, the other refuses.
    other = Page(calls.applicant.caller)
    await asyncio.gather(
        answers(calls, calls.applicant, asked.row.id, True, at=0),
        answers(calls, other, asked.row.id, False, at=1),
        return_exceptions=True,
    )
    row = await calls.read(lambda conn: life.find(conn, asked.row.id))
    assert row.stage in {RecordingStage.DECLINED, RecordingStage.STOPPED}


async def test_of_two_processes_one_keeps_a_slice_and_both_answer_the_same(calls: Calls) -> None:
    recording = await begun(calls)
    for number in range(2):
        one = slice_of(recording, number)
        results = await asyncio.gather(
            *(app.slices.keep(calls.officer.caller, one) for app in calls.apps), return_exceptions=True
        )
        assert number + 1 in results
        assert await calls.apps[0].slices.keep(calls.officer.caller, one) == number + 1
    kept = await calls.read(lambda conn: shelf.slices(conn, recording))
    assert [one.number for one in kept] == [0, 1]
    assert await calls.apps[1].slices.verify(recording) is None
    assert await calls.read(lambda conn: verify(conn, f"ticket:{calls.ticket}"))


async def test_only_one_of_two_questions_at_once_is_asked(calls: Calls) -> None:
    call, officer = await calls.in_call(), calls.officer
    receipts = [officer.receipt(), Page(officer.caller, officer.stream).receipt()]
    results = await asyncio.gather(
        *(
            app.recordings.ask(officer.caller, calls.ticket, call.id, receipt)
            for app, receipt in zip(calls.apps, receipts, strict=True)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Changed) for result in results) == 1


@pytest.mark.parametrize("seed", range(8))
async def test_on_any_way_through_it_records_only_while_those_in_the_call_agree(
    calls: Calls, seed: int
) -> None:
    walk = Random(seed)
    call = await calls.in_call()
    recorded = 0
    for _ in range(100):
        await _step(calls, walk, call.id)
        row = await calls.read(lambda conn: life.last(conn, calls.ticket))
        if row is None or row.stage is not RecordingStage.RECORDING:
            continue
        live = await calls.read(lambda conn: calls_store.live(conn, calls.ticket))
        present = await calls.read(lambda conn, live=live: as_people(participants(conn, live)))
        assert set(row.agreed) == set(present) == {"applicant", "officer"}
        assert row.people == present
        recorded += 1
    assert recorded > 0
    assert await calls.read(lambda conn: verify(conn, f"ticket:{calls.ticket}"))


async def _step(calls: Calls, walk: Random, call_id: str) -> None:
    service, ticket = calls.apps[walk.randrange(2)].recordings, calls.ticket
    row = await calls.read(lambda conn: life.last(conn, ticket))
    recording = row.id if row else "none"
    page = walk.choice([calls.applicant, calls.officer])
    who = page.caller
    work = [
        *[lambda: service.ask(who, ticket, call_id, page.receipt())] * 3,
        *[lambda: service.answer(who, ticket, recording, True, TEXT_VERSION, page.receipt())] * 5,
        lambda: service.answer(who, ticket, recording, False, TEXT_VERSION, page.receipt()),
        lambda: service.withdraw(who, ticket, recording, page.receipt()),
        lambda: service.stop(who, ticket, recording, "stopped", page.receipt()),
        *[lambda: _renews(calls, page, walk)] * 2,
    ]
    try:
        await walk.choice(work)()
    except ConsultError:
        return


async def _renews(calls: Calls, page: Page, walk: Random) -> None:
    """The same page, or another device of the person, connects anew; then both are connected."""
    live = await calls.read(lambda conn: calls_store.live(conn, calls.ticket))
    if walk.random() < 0.5:
        page.stream, page._cseq = f"{page.stream[:12]}-{next(_walks)}", 0
    await calls.connected(await calls.renew(page, live))


async def test_nothing_is_asked_before_both_are_connected(calls: Calls) -> None:
    ringing = await calls.ring(calls.officer)
    for call in (ringing, await calls.accept(calls.applicant, ringing)):
        with pytest.raises(StageForbids):
            await calls.apps[0].recordings.ask(
                calls.officer.caller, calls.ticket, call.id, calls.officer.receipt()
            )
