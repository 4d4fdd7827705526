"""One process of two loses Redis while the other keeps it: what it did meanwhile stands there soon after."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection

from consult.consultations.store import tickets
from consult.live import keys
from tests.faults.fragile_valkey import FragileValkey
from tests.faults.waiting_room import waiting_room
from tests.support.client import Page
from tests.support.open_office import Office, open_office
from tests.support.proxy import Proxy
from tests.support.waiting import until

TOLD_SECONDS = 20.0
HEALED_SECONDS = 15.0  # one on an idle machine
TIMES = 3


@pytest.fixture
async def cut(tmp_path: Path) -> AsyncIterator[Proxy]:
    """The second server's only way to Redis."""
    valkey = FragileValkey(tmp_path / "fragile")
    target = Path(valkey.address.removeprefix("unix://"))
    async with Proxy(tmp_path / "cut.sock", target) as proxy:
        yield proxy
    await valkey.close()


@pytest.fixture
async def office(office_url: str, cut: Proxy) -> AsyncIterator[Office]:
    ways = [cut.target_address, cut.address]
    async with open_office(office_url, ways, officer_capacity=1) as office:
        yield office


async def test_what_it_wrote_into_the_line_stands_in_redis_again_with_nobody_connected_there(
    office: Office, cut: Proxy
) -> None:
    """No sweep runs here, and no page of this process asks for the line: it has to think of it itself."""
    seen_from_the_other = office.apps[0].live.commands
    for number in range(TIMES):
        async with cut.away():
            await until(lambda: office.apps[1].live.outage.away, TOLD_SECONDS)
            page = await office.citizen(1, f"Warga {number}")
        back_at = asyncio.get_running_loop().time()
        await until(
            lambda ticket=page.ticket: seen_from_the_other.zscore(keys.order(office.service), ticket),
            HEALED_SECONDS,
        )
        print(f"healed in {asyncio.get_running_loop().time() - back_at:.2f} s")


async def test_whoever_was_taken_for_gone_meanwhile_is_there_again(office: Office, cut: Proxy) -> None:
    """A sweep that heard nothing of this process wrote its people down as away a moment before its return."""
    page = await office.citizen(1)
    async with page.open() as citizen:
        await citizen.hears_welcome()
        for _ in range(TIMES):
            async with cut.away():
                await until(lambda: office.apps[1].live.outage.away, TOLD_SECONDS)
                await _taken_for_gone(office, page)
            await until(lambda: _is_here(office, page), HEALED_SECONDS)


async def test_whoever_is_taken_for_gone_by_a_late_sweep_is_there_again(office: Office) -> None:
    """The same, but the sweep had read before, and wrote after the return."""
    page = await office.citizen(1)
    async with page.open() as citizen:
        await citizen.hears_welcome()
        live = office.apps[0].live.commands
        await live.zrem(keys.PRESENCE, page.ticket or "")
        # As if it had been asked all the time.
        await live.hset(keys.PRESENCE_WATCHED, mapping={"since": 0, "last": 2**52})
        await office.apps[0].sweeping.reconcile()
        await until(lambda: live.zscore(keys.PRESENCE, page.ticket or ""), HEALED_SECONDS)
        assert await _is_here(office, page)


async def _taken_for_gone(office: Office, page: Page) -> None:
    await office.apps[0].database.write(lambda conn: tickets.set_away(conn, page.ticket or "", away=True))


async def _is_here(office: Office, page: Page) -> bool:
    def query(conn: Connection) -> bool:
        return tickets.find(conn, page.ticket or "").away_since_at is None

    return await office.apps[0].database.read(query)


async def test_people_are_served_in_order_and_all_heals(office: Office, cut: Proxy, seed: int) -> None:
    async with (
        waiting_room(office, random.Random(seed), citizens=6) as room,
        AsyncExitStack() as stack,
    ):
        for number in range(TIMES):
            async with cut.away():
                await until(lambda: office.apps[1].live.outage.away, TOLD_SECONDS)
                await room.serve(1)
                page = await office.citizen(1, f"Baru {number}")
                room.citizens.append((page, await stack.enter_async_context(page.open())))
            await room.heals(HEALED_SECONDS)
        await room.missed_nothing()
        await room.serve_across()
        await room.serve(len(room.waiting))
    print(f"healed in {room.heal_seconds} s")
