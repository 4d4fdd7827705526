"""Pages of requests may ask and send no more than pages with a socket."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from consult.hub.polling.routes import FRAMES_AT_ONCE
from consult.storage.tables import answer
from consult.wire.closes import Close
from tests.hub.conftest import Office, open_office
from tests.hub.test_polling import served
from tests.support.poller import Poller
from tests.support.samples import NOBODYS
from tests.support.waiting import until

FRAMES, UNREADABLE, REFUSED, POLLS, HELLOS = 6, 4, 50, 6, 3
ADDRESS = 12
# So slow that nothing fills up again while a test runs.
SLOW = {
    "joins_per_address_in_10_minutes": 10_000,
    "applicant_frames_per_second": 0.01,
    "applicant_frames_burst": FRAMES,
    "officer_frames_per_second": 0.01,
    "officer_frames_burst": FRAMES,
    "malformed_frames_per_second": 0.01,
    "malformed_frames_burst": UNREADABLE,
    "refused_frames_per_second": 0.01,
    "refused_frames_burst": REFUSED,
    "polls_per_second": 0.01,
    "polls_burst": POLLS,
    "hellos_per_second": 0.01,
    "hellos_burst": HELLOS,
    "connections_per_address": ADDRESS,
}
TYPING = {"t": "Typing", "ticket": NOBODYS}


@pytest.fixture
async def strict(office_url: str, valkey: str) -> AsyncIterator[Office]:
    async with open_office(office_url, valkey, **SLOW) as office:
        yield office


async def answers_kept(office: Office) -> int:
    """How many final answers were written for orders, all pages taken together."""
    count = select(func.count()).select_from(answer)
    return int(await office.apps[0].database.read(lambda conn: conn.execute(count).scalar_one()))


async def test_unreadable_frames_end_the_requests_and_write_no_more_than_over_a_socket(
    strict: Office,
) -> None:
    poller = await served(strict, await strict.citizen())
    before = await answers_kept(strict)
    flood = [{"t": "Nonsense", "cseq": poller.cseq + 1 + n} for n in range(FRAMES_AT_ONCE)]
    answers = await poller.send(*flood)
    assert [one["code"] for one in answers] == ["bad_request"] * UNREADABLE
    assert poller.close == 4400
    for _ in range(3):
        assert await poller.send(*flood) == []
        assert poller.close == 4400
    assert await answers_kept(strict) == before + UNREADABLE


async def test_who_sends_too_much_is_refused_then_let_go_and_nobody_else(strict: Office) -> None:
    loud = await served(strict, await strict.citizen())
    quiet = await served(strict, await strict.citizen(name="Eko"))
    answers = await loud.send(*[TYPING] * FRAMES_AT_ONCE)
    assert loud.close == 4429
    assert [one["code"] for one in answers] == ["not_found"] * FRAMES + ["rate_limited"] * REFUSED
    assert all(one["retry_ms"] > 0 for one in answers[FRAMES:])
    assert await loud.send(TYPING) == [] and loud.close == 4429
    assert (await quiet.send(TYPING))[0]["code"] == "not_found"
    assert quiet.close is None


async def test_requests_themselves_are_counted_also_empty_ones(strict: Office) -> None:
    poller = Poller(await strict.officer(), strict.urls)
    await poller.fetch()
    closes = []
    for _ in range(FRAMES + POLLS + 2):
        await poller.send()
        closes.append(poller.close)
    assert closes == [None] * (FRAMES + POLLS) + [4429] * 2
    await poller.send(**{"X-Consult-Stream": "b" * 24})
    assert poller.close == 4429, "another tab has no more"


async def test_an_officers_requests_write_no_more_than_heartbeats_do(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, told = office.apps[0].hub.services.desk, 0
    seen = desk.seen

    async def count(ids: Any) -> None:
        nonlocal told
        told += 1
        await seen(ids)

    monkeypatch.setattr(desk, "seen", count)
    poller = Poller(await office.officer(), office.urls)
    began = time.monotonic()
    for _ in range(30):
        await poller.send()
        assert poller.close is None

    async def heard() -> bool:
        return told > 0

    await until(heard)
    assert told <= 2 + (time.monotonic() - began) / 5


async def test_an_address_has_as_many_seats_as_sockets(strict: Office) -> None:
    pages = [await strict.citizen(name=f"Warga {n}") for n in range(ADDRESS + 1)]
    for page in pages[:-1]:
        await served(strict, page)
    late = Poller(pages[-1], strict.urls)
    assert await late.fetch() == []
    assert late.close == 4429
    assert await late.send(TYPING) == [] and late.close == 4429
    socket = await pages[-1].knock()
    assert await socket.closed() == 4429, "sockets and seats are counted together"
    for one in list(strict.apps[0].hub.roster)[:2]:
        one.close(Close.HEARTBEAT_LOST)

    async def comes_in() -> bool:
        await late.fetch()
        return late.close is None

    await until(comes_in)


async def test_seats_are_opened_as_seldom_as_sockets(strict: Office) -> None:
    page = await strict.officer()
    closes = []
    for _ in range(HELLOS + 1):
        poller = Poller(page.another_tab(), strict.urls)
        await poller.fetch()
        closes.append(poller.close)
    assert closes == [None] * HELLOS + [4429]


async def test_strangers_requests_are_refused_before_their_frames_are_read(strict: Office) -> None:
    url = strict.urls[0]
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
        headers = {"Origin": url, "X-Consult-Csrf": "x" * 43, "X-Consult-Stream": "s" * 24}
        answered = await http.post("/api/send", headers=headers, content=b"[" * 60_000)
    assert json.loads(answered.content)["close"] == 4100
