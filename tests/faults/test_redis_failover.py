"""Redis through Sentinels and as a Cluster: two servers over it, its primary killed, nobody lost."""

import asyncio
import random
from collections.abc import Iterator

import pytest

from consult.errors import SettingsWrong
from consult.live.address import check
from tests.faults.waiting_room import WaitingRoom, waiting_room
from tests.support.open_office import open_office
from tests.support.valkeys import ROLE_PRIMARY, Node, Watched, Whole, cluster, watched

PASSWORD = "p@ss/word"
QUOTED = "p%40ss%2Fword"
HEALED_SECONDS = 20.0
FAILOVER_SECONDS = 40.0


@pytest.fixture(scope="module")
def sentinels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("sentinels"), PASSWORD) as running:
        running.address = running.address.replace(PASSWORD, QUOTED)
        yield running


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


async def die_and_go_on(room: WaitingRoom, primary: Node, replica: Node) -> None:
    """The primary dies while people wait; what goes on is as before."""
    killed_at = asyncio.get_running_loop().time()
    primary.kill()
    await room.serve(2)
    await room.heals(FAILOVER_SECONDS, killed_at)
    assert all(app.live.outage.count for app in room.office.apps), "the kill did not hit"
    assert replica.client.role()[0] in ROLE_PRIMARY
    await room.missed_nothing()
    await room.serve_across()
    await room.serve(len(room.waiting))
    print(f"failed over and healed in {room.heal_seconds[-1]} s")


async def test_a_killed_primary_is_replaced_by_sentinels(
    office_url: str, sentinels: Watched, seed: int
) -> None:
    await check(sentinels.address)
    async with (
        open_office(office_url, sentinels.address, servers=2, officer_capacity=1) as office,
        waiting_room(office, random.Random(seed), citizens=6) as room,
    ):
        await room.heals(HEALED_SECONDS)
        await room.serve_across()
        await die_and_go_on(room, sentinels.primary, sentinels.replica)


async def test_a_killed_node_of_a_cluster_is_replaced(office_url: str, whole: Whole, seed: int) -> None:
    await check(whole.address)
    async with (
        open_office(office_url, whole.address, servers=2, officer_capacity=1) as office,
        waiting_room(office, random.Random(seed), citizens=8) as room,
    ):
        await room.heals(HEALED_SECONDS)
        await room.serve_across()
        # The old node still answers and keeps its links, but our keys are elsewhere.
        await asyncio.to_thread(whole.hand_over)
        await room.serve(1)
        await room.heals(HEALED_SECONDS)
        await room.serve_across()
        await die_and_go_on(room, whole.owner, whole.replica)


async def refused(address: str) -> str:
    with pytest.raises(SettingsWrong) as wrong:
        await check(address)
    said = str(wrong.value)
    assert said.startswith("REDIS_URL") and "\n" not in said and QUOTED not in said
    return said


async def test_a_service_that_sentinels_do_not_know_is_named(sentinels: Watched) -> None:
    assert "know no service named 'lain'" in await refused(sentinels.address.replace("/kantor", "/lain"))


async def test_a_wrong_password_behind_sentinels_is_named(sentinels: Watched) -> None:
    assert "password" in await refused(sentinels.address.replace(QUOTED, "wrong"))


async def test_sentinels_and_clusters_given_in_the_wrong_form_are_told_the_right_one(
    sentinels: Watched, whole: Whole, valkey_server: str
) -> None:
    sentinel, node = sentinels.sentinels[0], whole.primaries
    assert "redis+sentinel://" in await refused(f"redis://{sentinel.place}/0")
    others = [one for one in node if one is not whole.owner]
    assert "redis+cluster://" in await refused(f"redis://{others[0].place}/0")
    assert "no node of a Cluster" in await refused(f"redis+cluster://{sentinels.sentinels[0].place}")
    assert "no Sentinel" in await refused(f"redis+sentinel://{others[0].place}/kantor")


async def test_places_where_nobody_answers_are_named() -> None:
    assert "no Sentinel answers" in await refused("redis+sentinel://127.0.0.1:1,127.0.0.1:2/kantor")
    assert "no Cluster answers" in await refused("redis+cluster://127.0.0.1:1,127.0.0.1:2")
