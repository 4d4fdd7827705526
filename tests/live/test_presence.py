from pathlib import Path

import pytest

from consult.live import keys
from consult.live.presence import Presence
from consult.live.redis import Live
from tests.support.valkey import connected
from tests.support.waiting import until

LATELY_SECONDS = 1.0


@pytest.fixture
async def presence(live: Live) -> Presence:
    """Asked long enough for silence to count."""
    watched = Presence(live, LATELY_SECONDS)

    async def silence_counts() -> bool:
        return await watched.online(["nobody"]) == set()

    await until(silence_counts)
    return watched


async def test_who_was_heard_of_lately_is_online(presence: Presence) -> None:
    await presence.seen("ani", "budi")
    assert await presence.online(["ani", "budi", "citra"]) == {"ani", "budi"}


async def test_silence_makes_offline_and_a_word_online_again(presence: Presence) -> None:
    await presence.seen("ani")
    assert await presence.online(["ani"]) == {"ani"}

    async def is_offline() -> bool:
        return await presence.online(["ani"]) == set()

    await until(is_offline)
    await presence.seen("ani")
    assert await presence.online(["ani"]) == {"ani"}


async def test_who_left_is_offline_at_once(presence: Presence) -> None:
    await presence.seen("ani", "budi")
    await presence.gone("ani")
    assert await presence.online(["ani", "budi"]) == {"budi"}


async def test_silence_does_not_count_at_first_nor_after_redis_was_emptied(
    presence: Presence, live: Live
) -> None:
    await presence.seen("ani")
    await live.commands.flushall()
    assert await presence.online(["ani"]) == {"ani"}

    async def is_offline() -> bool:
        return await presence.online(["ani"]) == set()

    await until(is_offline)


async def test_silence_does_not_count_when_nobody_could_be_heard(presence: Presence, live: Live) -> None:
    """Redis kept what it knew, but was away for longer than pages are silent."""
    last = int(await live.commands.hget(keys.PRESENCE_WATCHED, "last"))
    await live.commands.hset(keys.PRESENCE_WATCHED, "last", str(last - 10_000))
    assert await presence.online(["ani"]) == {"ani"}


async def test_those_not_heard_of_for_an_hour_are_forgotten(live: Live) -> None:
    seconds, _ = await live.commands.time()
    await live.commands.zadd(keys.PRESENCE, {"old": (seconds - 3_700) * 1000, "away": (seconds - 600) * 1000})
    await Presence(live, 25).seen("ani")
    assert set(await live.commands.zrange(keys.PRESENCE, 0, -1)) == {b"*", b"ani", b"away"}
    assert 0 < await live.commands.ttl(keys.PRESENCE) <= 3_600


async def test_asking_about_nobody_asks_nothing(live: Live) -> None:
    presence = Presence(live, 25)
    await presence.seen()
    await presence.gone()
    assert await presence.online([]) == set()


async def test_without_redis_nobody_is_taken_for_offline_and_nothing_is_raised(tmp_path: Path) -> None:
    async with connected(f"unix://{tmp_path}/nothing.sock") as away:
        presence = Presence(away, 25)
        await presence.seen("ani")
        await presence.gone("ani")
        assert await presence.online(["ani"]) == {"ani"}
