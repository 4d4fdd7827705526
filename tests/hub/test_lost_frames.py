"""Frames were lost because Redis was away: the snapshot that mends it is sent, whatever comes in between."""

import asyncio
import json
from typing import Any

import pytest

from consult.errors import Busy
from consult.hub.outbox import MOST_SNAPSHOTS, Outbox
from consult.live.fanout import REGAINED
from consult.people import applicant_address
from tests.hub.conftest import Office
from tests.support.client import WELCOMES, Client
from tests.support.waiting import until

LOST = "tidak terdengar"


async def _is_told(citizen: Client) -> None:
    await until(
        lambda: any(
            entry.get("text") == LOST
            for frame in citizen.everything
            if frame["t"] in WELCOMES
            for entry in frame.get("entries", [])
        )
    )


async def _says_unheard(office: Office, officer: Client, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as inner:
        inner.setattr(office.apps[0].fanout, "send", lambda addresses, frame: None)
        await officer.acked("PostMessage", text=LOST)


async def test_a_snapshot_that_fails_half_made_is_made_again_and_tells_all_of_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chair = office.apps[0].hub.services.third_chair
    seat, failures = chair.seat, []

    async def fails_once(*about: Any) -> Any:
        if not failures:
            failures.append(about)
            raise Busy(retry_ms=500)
        return await seat(*about)

    async with office.consultation() as talk:
        await _says_unheard(office, talk.officer, monkeypatch)
        monkeypatch.setattr(chair, "seat", fails_once)
        office.apps[0].fanout.signal(REGAINED)
        await _is_told(talk.citizen)
        assert failures
        assert not talk.citizen.has_heard("Refused"), "the page asked for nothing"


async def test_what_is_lost_while_a_page_is_welcomed_is_told_afterwards(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = office.apps[0].hub.services.device_checks
    shown, begun, goes_on = checks.shown, asyncio.Event(), asyncio.Event()

    async def waits(ticket: str) -> Any:
        begun.set()
        await goes_on.wait()
        return await shown(ticket)

    async with office.consultation() as talk:
        with monkeypatch.context() as inner:
            inner.setattr(checks, "shown", waits)
            again = await talk.citizen_page.knock()
            await again.sends_text(json.dumps(talk.citizen_page.hello()))
            await begun.wait()
            await _says_unheard(office, talk.officer, monkeypatch)
            office.apps[0].fanout.signal(REGAINED)
            await until(lambda: any(one.seqs is None and one.behind for one in office.apps[0].hub.roster))
            goes_on.set()
            await _is_told(again)
            await again.socket.close()


async def test_of_two_snapshots_on_each_others_heels_the_first_is_sent_as_well(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = office.apps[0].hub
    async with office.consultation() as talk:
        await _says_unheard(office, talk.officer, monkeypatch)
        [connection] = hub.roster.at(applicant_address(talk.ticket))
        for _ in range(2):
            assert connection.seqs is not None
            await hub.welcome_again(connection, connection.seqs)
        await _is_told(talk.citizen)


async def test_who_reads_none_of_many_snapshots_is_let_go() -> None:
    stalled, full = asyncio.Event(), asyncio.Event()

    async def send(message: Any) -> None:
        await stalled.wait()

    outbox = Outbox(send, most_frames=10, most_bytes=1_000, on_full=full.set)
    for _ in range(MOST_SNAPSHOTS):
        outbox.hold()
        outbox.release(b"{}")
    assert not full.is_set()
    outbox.release(b"{}")
    assert full.is_set()
    outbox.abandon()
