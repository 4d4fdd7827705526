"""Every accept raced with a second accept, a pass, a leave or its expiry (release: 10,000 by 50 matchers)."""

from pathlib import Path

import pytest

from tests.faults.races import race_for_everybody


@pytest.mark.timeout(600)
async def test_nobody_has_two_officers_and_no_officer_too_many(
    tmp_path: Path, processes_database: str, seed: int
) -> None:
    figures = await race_for_everybody(
        tmp_path / "data", seed, applicants=200, matchers=8, officers=12, database=processes_database
    )
    print(figures)
    assert figures["accepted"] >= 100
    assert figures["accept_races"] >= 250
    # The races were real: rivals lost them.
    assert figures["refusals"]["stale_attempt"] >= 50


@pytest.mark.timeout(600)
async def test_nobody_has_two_officers_on_postgresql(tmp_path: Path, postgres_url: str, seed: int) -> None:
    """Some of it, with every run of all tests."""
    figures = await race_for_everybody(
        tmp_path / "data", seed, applicants=30, matchers=4, officers=4, database=postgres_url
    )
    print(figures)
    assert figures["accepted"] >= 15
    assert figures["refusals"]["stale_attempt"] >= 10
