"""Every accept raced with a second accept, a pass, a leave or its expiry (release: 10,000 by 50 matchers)."""

from pathlib import Path

import pytest

from tests.faults.races import race_for_everybody


@pytest.mark.timeout(600)
async def test_nobody_has_two_officers_and_no_officer_too_many(tmp_path: Path, seed: int) -> None:
    figures = await race_for_everybody(tmp_path / "data", seed, applicants=200, matchers=8, officers=12)
    print(figures)
    assert figures["accepted"] >= 100
    assert figures["accept_races"] >= 250
    # The races were real: rivals lost them.
    assert figures["refusals"]["stale_attempt"] >= 100
