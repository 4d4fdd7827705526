"""A relayed call that outlives its credentials, with a real coturn that refuses expired ones."""

from collections.abc import AsyncIterator

import pytest

from tests.signalling.turn.relay import Relay, relay
from tests.stories.connections import PATHS, in_video
from tests.stories.people import Person, Town
from tests.stories.test_video import more_pictures

LIFETIME_SECONDS = 20
# The names that a connection looks for a path with; a credential's name begins with its end (Unix time).
SERVERS = """window.connections.at(-1).getConfiguration().iceServers
    .map(({ username }) => username).filter(Boolean)"""


@pytest.fixture(scope="module")
async def turn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Relay]:
    async with relay(tmp_path_factory.mktemp("turn"), doors_open=True) as running:
        yield running


@pytest.fixture(scope="module")
def house_settings(turn: Relay) -> dict[str, object]:
    return {
        "CONSULT_TURN_URLS": turn.settings.turn_urls.split(",")[0],
        "CONSULT_TURN_SECRET": turn.settings.turn_secret,
        "CONSULT_TURN_CREDENTIAL_SECONDS": LIFETIME_SECONDS,
        "CONSULT_RELAY_ONLY": "both",
    }


async def _is_past(somebody: Person, ends_at: int) -> None:
    await somebody.page.wait_for_function(
        "(at) => Date.now() / 1000 > at + 1", arg=ends_at, timeout=2_000 * LIFETIME_SECONDS
    )


async def test_a_relayed_call_goes_on_past_its_credentials_and_finds_another_path_with_fresh_ones(
    town: Town,
) -> None:
    citizen, officer = await in_video(town, "Ibu Kedaluwarsa")
    [first] = await officer.page.evaluate(SERVERS)
    await _is_past(officer, int(first.split(":")[0]))
    await more_pictures(citizen, officer)
    # Its network changed, so it looks for another path: coturn lets in nobody whose credential has ended.
    paths = await officer.page.evaluate(
        """async () => {
            const pc = window.connections.at(-1);
            window.faults = [];
            pc.addEventListener("icecandidateerror", ({ errorCode }) => window.faults.push(errorCode));
            const done = new Promise((resolve) => pc.addEventListener("icegatheringstatechange",
                () => pc.iceGatheringState === "complete" && resolve()));
            window.dispatchEvent(new Event("online"));
            await done;
            return window.faults;
        }"""
    )
    assert 401 not in paths, paths
    [fresh] = await officer.page.evaluate(SERVERS)
    assert int(fresh.split(":")[0]) > int(first.split(":")[0])
    await more_pictures(citizen, officer)
    for side in (citizen, officer):
        assert set(await side.page.evaluate(PATHS)) == {"relay"}
