"""A ticket is open on one device, the newest: whatever clocks say, and after Redis was away."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.hub.office_clock import OfficeClock
from consult.storage.database import Database
from consult.wire.closes import Close
from tests.faults.fragile_valkey import FragileValkey
from tests.support.client import Page, open_ticket
from tests.support.open_office import Office, open_office
from tests.support.waiting import until

HOUR_NS = 3_600 * 10**9
TOLD_SECONDS = 20.0


@pytest.fixture
async def valkey_of_its_own(tmp_path: Path) -> AsyncIterator[FragileValkey]:
    valkey = FragileValkey(tmp_path / "fragile")
    yield valkey
    await valkey.close()


async def second_device(office: Office, first: Page, at: int) -> Page:
    assert first.ticket is not None and first.secret is not None
    return await open_ticket(office.urls[at], first.ticket, first.secret)


@pytest.mark.parametrize("ahead_ns", [HOUR_NS, -HOUR_NS])
async def test_a_server_whose_clock_is_wrong_does_not_keep_an_older_device(
    two_servers: Office, ahead_ns: int
) -> None:
    clock = two_servers.apps[0].hub.clock
    clock._steady_ns = lambda: time.monotonic_ns() + ahead_ns
    await clock.measure()
    page = await two_servers.citizen(0)
    async with page.open() as older:
        await older.hears_welcome()
        other = await second_device(two_servers, page, 1)
        async with other.open() as newer:
            await newer.hears_welcome()
            assert await older.closed() == Close.REPLACED
            async with page.open() as newest:
                await newest.hears_welcome()
                assert await newer.closed() == Close.REPLACED
                await newest.sends("Ping", n=1)
                await newest.hears("Pong", n=1)


async def test_a_clock_runs_evenly_and_never_backwards(database: Database) -> None:
    steady = [HOUR_NS]
    clock = OfficeClock(database, lambda: steady[0])
    await clock.measure()
    first = clock.now_ns()
    steady[0] -= HOUR_NS // 2
    assert clock.now_ns() > first
    steady[0] = HOUR_NS + 10**9
    assert clock.now_ns() == pytest.approx(first + 10**9, abs=10**6)


async def test_two_devices_while_redis_is_away_then_the_newest_alone(
    office_url: str, valkey_of_its_own: FragileValkey
) -> None:
    """While servers cannot tell each other, both go on, and nothing that either says is lost or doubled."""
    async with open_office(office_url, valkey_of_its_own.address, servers=2) as office:
        async with office.consultation(citizen_at=0, officer_at=1) as talk:
            older = talk.citizen
            await valkey_of_its_own.kill()
            await until(lambda: all(app.live.outage.away for app in office.apps), TOLD_SECONDS)
            other = await second_device(office, talk.citizen_page, 1)
            newer = await other.enter()
            await newer.hears_welcome()
            for number in range(3):
                await older.acked("PostMessage", text=f"lama {number}")
                await newer.acked("PostMessage", text=f"baru {number}")
            await valkey_of_its_own.start()
            assert await older.closed(TOLD_SECONDS) == Close.REPLACED
            await newer.acked("PostMessage", text="tinggal satu")
            async with other.open() as again:
                welcome = await again.hears_welcome()
            await newer.leaves()
        said = [entry["text"] for entry in welcome["entries"] if entry["kind"] == "message"]
        assert said == ["lama 0", "baru 0", "lama 1", "baru 1", "lama 2", "baru 2", "tinggal satu"]
