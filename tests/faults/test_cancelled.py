"""A hub cancels at every disconnect; no call may leave its answer to the next one (redis-py #2665)."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cancelled import cancel_calls, redis_call, sql_call

CALLS = 1_000


@pytest.fixture
def short() -> Iterator[Path]:
    """A directory whose sockets have short names."""
    with tempfile.TemporaryDirectory(prefix="c-") as directory:
        yield Path(directory)


def _check(outcomes: dict[str, int]) -> None:
    assert outcomes["mismatches"] == 0
    assert outcomes["cancelled"] >= CALLS * 0.1, "too few were cancelled half-way"
    assert outcomes["answered"] >= CALLS * 0.4


async def test_redis(valkey: str, short: Path, seed: int) -> None:
    async with redis_call(valkey, short, CALLS) as call:
        _check(await cancel_calls(call, CALLS, random.Random(seed)))


@pytest.mark.parametrize("writes", [False, True], ids=["read", "write"])
async def test_sql(database_url: str, short: Path, seed: int, writes: bool) -> None:
    async with sql_call(database_url, short, writes) as call:
        # Orders share a few connections on a slow line; reads come from several at once.
        outcomes = await cancel_calls(call, CALLS // 4 if writes else CALLS, random.Random(seed))
    assert outcomes["mismatches"] == 0
    assert outcomes["cancelled"] >= 10
