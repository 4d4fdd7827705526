"""10,000 messages and 60 kills: nothing lost, doubled or disordered (the release profile does 200,000)."""

from pathlib import Path

import pytest

from tests.faults.kills import DISTURBED_AT, KILLED_AT, kill_servers


@pytest.mark.timeout(600)
async def test_kills(tmp_path: Path, processes_database: str, seed: int) -> None:
    figures = await kill_servers(
        tmp_path / "data", seed, messages=10_000, kills=60, database=processes_database
    )
    print(figures)
    assert figures["messages"] == 10_000
    assert figures["kills"] >= 60
    assert figures["answers_swallowed"] > 300
    # A fault counts only when it was seen to hit.
    for planned in (*KILLED_AT, *DISTURBED_AT):
        point = planned.partition("*")[0].partition("@")[0].partition(":")[0]
        assert figures["failpoints"].get(point, 0) >= 1, f"{point} never fired: {figures}"


@pytest.mark.timeout(600)
async def test_kills_on_postgresql(tmp_path: Path, postgres_url: str, seed: int) -> None:
    """Some of it, with every run of all tests."""
    figures = await kill_servers(tmp_path / "data", seed, messages=500, kills=5, database=postgres_url)
    print(figures)
    assert figures["messages"] == 500
    assert figures["kills"] >= 5
