"""A slow reader slows nobody, is let go, and misses nothing (release: 200 stalled among 1,000)."""

from pathlib import Path

import pytest

from tests.faults.stalled import stall_readers


@pytest.mark.timeout(600)
async def test_stalled_readers(tmp_path: Path, processes_database: str, seed: int) -> None:
    figures = await stall_readers(
        tmp_path / "data", seed, readers=24, stalled=6, messages=60, database=processes_database
    )
    print(figures)
    assert figures["let_go"] == 6
