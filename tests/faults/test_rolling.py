"""A deploy loses no place and no message; nearly everybody is soon back (release: 500 pages, 100 times)."""

from pathlib import Path

import pytest

from tests.faults.rolling import restart_rolling


@pytest.mark.timeout(600)
async def test_rolling_restarts(tmp_path: Path, processes_database: str, seed: int) -> None:
    figures = await restart_rolling(
        tmp_path / "data", seed, sessions=40, restarts=2, database=processes_database
    )
    print(figures)
    assert figures["reconnects"] >= 40
