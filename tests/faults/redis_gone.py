"""Redis emptied and killed, again and again, while a line waits: it keeps its order, nothing is missed."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from consult.live import keys
from tests.faults.fragile_valkey import FragileValkey
from tests.faults.waiting_room import WaitingRoom, waiting_room
from tests.support.databases import SqliteTemplate
from tests.support.open_office import Office, open_office
from tests.support.waiting import until

# On an idle machine it takes one to three; CI machines are slower, and outcomes are what is asserted.
HEALED_SECONDS = 20.0
# Else an officer is offered the next while serving one, and the test's own order would be in doubt.
ONE_AT_A_TIME = {"officer_capacity": 1}
MOST_SERVED = 2  # between two faults
# A whole line comes from one address at once, and two officers serve it as quickly as they are able to.
FOR_A_CROWD = {
    "connections_per_address": 10_000,
    "joins_per_address_in_10_minutes": 10_000,
    "officer_frames_per_second": 10_000,
    "officer_frames_burst": 10_000,
}


async def flush_again_and_again(
    office: Office, chance: random.Random, citizens: int, flushes: int
) -> dict[str, Any]:
    """Empty Redis `flushes` times while officers serve. Raises AssertionError."""
    async with waiting_room(office, chance, citizens) as room:
        live = office.apps[0].live.commands
        for number in range(flushes):
            if number == flushes // 2 + 1:  # else the rows propose
                await room.redis_proposes()
            before = await live.get(keys.GENERATION)
            await live.flushall()
            # Somebody must be left for each flush that is still to come, and for the end.
            left = len(room.waiting) - (flushes - number)
            await room.serve(min(chance.choice((1, 1, MOST_SERVED)), left))
            after = await until(lambda: live.get(keys.GENERATION))
            assert after != before, "the flush did not hit"
        await room.heals(HEALED_SECONDS)
        await _ends_well(room)
    return {"flushes": flushes, "served_in_order": citizens, "healed_seconds": room.heal_seconds}


async def kill_again_and_again(
    office: Office, valkey: FragileValkey, chance: random.Random, citizens: int, kills: int
) -> dict[str, Any]:
    """Kill Redis `kills` times, empty each time it returns, while officers serve. Raises AssertionError."""
    async with waiting_room(office, chance, citizens) as room:
        for number in range(kills):
            await valkey.kill()
            if number % 2:
                await room.serve(1)
            await valkey.start()
            # Beside serving, whose own time is not the healing's.
            async with asyncio.TaskGroup() as group:
                group.create_task(room.heals(HEALED_SECONDS))
                if chance.random() < 0.3:
                    await room.serve(1)
        assert all(app.live.outage.count for app in office.apps), "the kills did not hit"
        await _ends_well(room)
    return {"kills": kills, "served_in_order": citizens, "healed_seconds": room.heal_seconds}


async def _ends_well(room: WaitingRoom) -> None:
    await room.missed_nothing()
    await room.serve_across()
    await room.serve(len(room.waiting))


async def flush_and_kill(home: Path, seed: int, waiting: int, times: int) -> dict[str, Any]:
    """Each so many times, in offices of their own where at least `waiting` wait all the time."""
    chance = random.Random(seed)
    citizens = waiting + MOST_SERVED * times
    async with _office(home / "flushed") as (office, _):
        flushed = await flush_again_and_again(office, chance, citizens, times)
    async with _office(home / "killed") as (office, valkey):
        killed = await kill_again_and_again(office, valkey, chance, citizens, times)
    return {
        "flushes": flushed["flushes"],
        "kills": killed["kills"],
        "served_in_order": flushed["served_in_order"] + killed["served_in_order"],
        "out_of_order": 0,
        "missed": 0,
        "healed_seconds": flushed["healed_seconds"] + killed["healed_seconds"],
    }


@asynccontextmanager
async def _office(home: Path) -> AsyncIterator[tuple[Office, FragileValkey]]:
    await asyncio.to_thread(home.mkdir)
    url = SqliteTemplate(home).copy_to(home)
    valkey = FragileValkey(home / "valkey")
    try:
        async with open_office(url, valkey.address, servers=2, **ONE_AT_A_TIME, **FOR_A_CROWD) as office:
            yield office, valkey
    finally:
        await valkey.close()
