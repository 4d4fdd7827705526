"""A sample of the calls over bad networks; all of them: `scripts/test --release video`."""

from collections.abc import AsyncIterator

import pytest

from tests.network.matrix import ROWS, connects, stand
from tests.network.pair import Pair, pair

# By which ways the page's newest connection may find its path.
WAYS = "window.watched.connections.at(-1)?.getConfiguration().iceTransportPolicy"


@pytest.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    async with pair(tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.mark.parametrize("row", ["symmetric with symmetric", "only TCP 443 open"])
async def test_a_call_connects_through(two: Pair, row: str) -> None:
    figures = await connects(two, ROWS[row])
    # Neither reaches the other by itself.
    assert "relay" in (figures["citizen"] + figures["officer"])


async def test_a_call_that_finds_no_path_in_time_is_set_up_by_the_relay_alone(two: Pair) -> None:
    await stand(two, ROWS["symmetric with symmetric"])
    async with two.consultation() as (citizen, officer):
        await two.street.cut("relay")
        try:
            await citizen.button("video").click()
            await officer.button("accept_video").click()
            for side in (citizen, officer):
                await side.page.wait_for_function(f"() => {WAYS} === 'all'")
            for side in (citizen, officer):
                await side.page.wait_for_function(f"() => {WAYS} === 'relay'", timeout=30_000)
        finally:
            await two.street.mend("relay")
        for side in (citizen, officer):
            await side.page.wait_for_function(
                "() => window.watched.connectedAt > 0 && window.watched.framesAt.length > 10", timeout=30_000
            )
            figures = await side.page.evaluate("window.watched.figures()")
            assert (figures["local"], figures["remote"]) == ("relay", "relay")
