"""A sample of the calls over bad networks; all of them: `scripts/test --release video`."""

from collections.abc import AsyncIterator

import pytest

from tests.network.matrix import ROWS, connects
from tests.network.pair import Pair, pair


@pytest.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    async with pair(tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.mark.parametrize("row", ["symmetric with symmetric", "only TCP 443 open"])
async def test_a_call_connects_through(two: Pair, row: str) -> None:
    figures = await connects(two, ROWS[row])
    # Neither reaches the other by itself.
    assert "relay" in (figures["citizen"] + figures["officer"])
