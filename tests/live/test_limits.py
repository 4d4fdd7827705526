import asyncio
from pathlib import Path

from consult.live.limits import Allowance, OwnCount
from consult.live.redis import Live
from tests.support.valkey import connected
from tests.support.waiting import until


async def test_as_many_as_allowed_are_granted_and_then_none(live: Live) -> None:
    allowance = Allowance(live)
    granted = [await allowance.take("sign-in", "ani", 3, 600) for _ in range(3)]
    refused = await allowance.take("sign-in", "ani", 3, 600)
    assert granted == [None, None, None]
    assert refused is not None
    assert 0 < refused <= 600_000


async def test_one_is_free_again_when_the_oldest_leaves_the_window(live: Live) -> None:
    allowance = Allowance(live)
    assert await allowance.take("pin", "B-014", 1, 0.3) is None
    assert await allowance.take("pin", "B-014", 1, 0.3) is not None

    async def granted() -> bool:
        return await allowance.take("pin", "B-014", 1, 0.3) is None

    await until(granted, 2)


async def test_a_refusal_does_not_lengthen_the_wait(live: Live) -> None:
    allowance = Allowance(live)
    await allowance.take("pin", "B-014", 1, 60)
    first = await allowance.take("pin", "B-014", 1, 60)
    await asyncio.gather(*(allowance.take("pin", "B-014", 1, 60) for _ in range(20)))
    last = await allowance.take("pin", "B-014", 1, 60)
    assert first is not None
    assert last is not None
    assert last <= first


async def test_many_at_once_from_two_processes_get_no_more_than_allowed(live: Live, valkey: str) -> None:
    async with connected(valkey) as other:
        both = [Allowance(live), Allowance(other)]
        answers = await asyncio.gather(*(both[n % 2].take("join", "10.0.0.1", 7, 600) for n in range(100)))
    assert answers.count(None) == 7


async def test_keys_and_names_do_not_share_an_allowance(live: Live) -> None:
    allowance = Allowance(live)
    taken = [("join", "a"), ("join", "b"), ("sign-in", "a")]
    assert [await allowance.take(name, key, 1, 600) for name, key in taken] == [None, None, None]


async def test_what_is_given_back_can_be_taken_again(live: Live) -> None:
    allowance = Allowance(live)
    for _ in range(5):
        assert await allowance.take("sign-in", "ani", 1, 600) is None
        await allowance.give_back("sign-in", "ani")
    await allowance.give_back("sign-in", "ani")
    assert await allowance.take("sign-in", "ani", 1, 600) is None
    assert await allowance.take("sign-in", "ani", 1, 600) is not None


async def test_no_address_or_secret_stands_in_redis_and_nothing_stays(live: Live) -> None:
    await Allowance(live).take("sign-in", "203.0.113.9", 3, 600)
    (key,) = await live.commands.keys("*")
    assert b"203.0.113.9" not in key
    assert 0 < await live.commands.pttl(key) <= 600_000


async def test_without_redis_each_process_counts_by_itself(tmp_path: Path) -> None:
    async with connected(f"unix://{tmp_path}/nothing.sock") as away:
        allowance = Allowance(away)
        assert [await allowance.take("sign-in", "ani", 3, 600) for _ in range(3)] == [None, None, None]
        retry_ms = await allowance.take("sign-in", "ani", 3, 600)
        assert retry_ms is not None and 590_000 < retry_ms <= 600_000
        assert await allowance.take("sign-in", "budi", 3, 600) is None
        await allowance.give_back("sign-in", "ani")
        assert await allowance.take("sign-in", "ani", 3, 600) is None
        assert await allowance.take("sign-in", "ani", 3, 600) is not None


def test_an_own_count_is_a_sliding_window() -> None:
    count = OwnCount()
    assert [count.take("ani", 2, 1_000, at) for at in (0, 400, 500, 999, 1_000, 1_001)] == [
        0, 0, 500, 1, 0, 399,
    ]  # fmt: skip
    assert not count.give_back("budi")
