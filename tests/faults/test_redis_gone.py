"""Redis flushed, killed, hanging and cut off while people wait and talk: the office goes on and heals.

Release: 200 times emptied and 200 times killed, with 300 waiting.
"""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.live import keys
from consult.people import Role
from consult.wire.closes import Close
from tests.faults.fragile_valkey import FragileValkey
from tests.faults.redis_gone import (
    HEALED_SECONDS,
    ONE_AT_A_TIME,
    flush_again_and_again,
    kill_again_and_again,
)
from tests.faults.waiting_room import goes_live, texts, waiting_room
from tests.support.client import Client, Frame, sign_out
from tests.support.open_office import Office, open_office
from tests.support.proxy import Proxy
from tests.support.waiting import until

TOLD_SECONDS = 20.0

CUTS = 10


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[FragileValkey]:
    valkey = FragileValkey(tmp_path / "fragile")
    yield valkey
    await valkey.close()


@pytest.fixture
async def two(office_url: str, fragile: FragileValkey) -> AsyncIterator[Office]:
    async with open_office(office_url, fragile.address, servers=2, **ONE_AT_A_TIME) as office:
        yield office


async def test_flushed_again_and_again_the_line_keeps_its_order(two: Office, seed: int) -> None:
    print(await flush_again_and_again(two, random.Random(seed), citizens=32, flushes=20))


async def test_killed_again_and_again_and_empty_each_time_the_line_keeps_its_order(
    two: Office, fragile: FragileValkey, seed: int
) -> None:
    print(await kill_again_and_again(two, fragile, random.Random(seed), citizens=20, kills=10))


async def test_connections_reset_again_and_again_lose_nothing(
    office_url: str, fragile: FragileValkey, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    target = Path(fragile.address.removeprefix("unix://"))
    async with (
        Proxy(tmp_path / "cut.sock", target) as proxy,
        open_office(office_url, proxy.address, servers=2, **ONE_AT_A_TIME) as office,
        waiting_room(office, chance, citizens=14) as room,
    ):
        hit = 0
        for _ in range(CUTS):
            hit += proxy.cut() > 0
            await room.serve(1)
        assert hit >= CUTS // 2, "the cuts met no connection"
        await room.heals(HEALED_SECONDS)
        await room.missed_nothing()
        await room.serve_across()
        await room.serve(len(room.waiting))


async def test_while_redis_hangs_people_are_served_and_told(
    two: Office, fragile: FragileValkey, seed: int
) -> None:
    async with waiting_room(two, random.Random(seed), citizens=4) as room:
        with fragile.stopped():
            await room.serve(2)
            await until(lambda: all(app.live.outage.away for app in two.apps), TOLD_SECONDS)
        await room.heals(HEALED_SECONDS)
        await room.missed_nothing()
        await room.serve_across()
        await room.serve(1)


async def test_without_redis_a_whole_consultation_happens_over_two_servers(
    two: Office, fragile: FragileValkey
) -> None:
    """Taking a number, signing in, being offered, accepted, talking; then Redis returns."""
    board = await two.staff("wati", Role.SUPERVISOR, 0)
    async with board.open() as supervisor:
        await supervisor.hears_welcome()
        await fragile.kill()
        await until(lambda: _board(supervisor).get("redis_away"), TOLD_SECONDS)
        citizen_page, next_page = await two.citizen(0, "Ana"), await two.citizen(0, "Bima")
        officer_page = await two.officer("budi", 1)
        async with (
            citizen_page.open() as citizen,
            next_page.open() as following,
            officer_page.open() as officer,
        ):
            await officer.acked("BeReady")
            offer = (await officer.hears("OfferMade", within=TOLD_SECONDS))["offer"]
            assert offer["ticket"] == citizen_page.ticket
            await officer.acked("AcceptOffer", ticket=offer["ticket"], attempt=offer["attempt"])
            await officer.acked("Pause")
            officer.ticket = citizen_page.ticket
            await until(lambda: _stage(citizen) == "serving", TOLD_SECONDS)
            for number in range(3):
                await officer.acked("PostMessage", text=f"petugas {number}")
                await citizen.acked("PostMessage", text=f"warga {number}")
            await until(lambda: texts(citizen) >= {f"petugas {n}" for n in range(3)}, TOLD_SECONDS)
            await until(lambda: texts(officer) >= {f"warga {n}" for n in range(3)}, TOLD_SECONDS)
            await until(lambda: _position(following) == 1, TOLD_SECONDS)
            assert [service["waiting"] for service in _board(supervisor)["services"]] == [1]

            await fragile.start()
            await until(lambda: not _board(supervisor).get("redis_away"), HEALED_SECONDS)
            live = two.apps[0].live.commands
            await until(lambda: live.zscore(keys.PRESENCE, next_page.ticket or ""), HEALED_SECONDS)
            await until(lambda: live.exists(keys.at(f"ticket:{citizen_page.ticket}")), HEALED_SECONDS)
            await goes_live(officer, citizen)


async def test_who_signs_out_while_redis_is_away_is_let_go_everywhere(
    two: Office, fragile: FragileValkey
) -> None:
    page = await two.officer("budi", 1)
    async with page.open() as officer:
        await fragile.kill()
        await until(lambda: two.apps[1].live.outage.away, TOLD_SECONDS)
        await sign_out(page.elsewhere(two.urls[0]))
        assert await officer.closed(TOLD_SECONDS) == Close.SESSION_ENDED


def _board(client: Client) -> Frame:
    shown = [frame.get("board", frame) for frame in client.everything if _has_board(frame)]
    return shown[-1]


def _has_board(frame: Frame) -> bool:
    return frame["t"] in {"WelcomeSupervisor", "BoardShown"}


def _stage(client: Client) -> str | None:
    tickets = [
        frame["ticket"]["stage"] for frame in client.everything if isinstance(frame.get("ticket"), dict)
    ]
    return tickets[-1] if tickets else None


def _position(client: Client) -> int | None:
    told = [frame for frame in client.everything if frame["t"] == "PositionTold"]
    return told[-1]["position"] if told else None
