"""A crowd at the door is refused with a time; who is being served hardly notices."""

from pathlib import Path

import pytest

from tests.faults.crowding import REFUSALS, crowd_the_door


@pytest.mark.timeout(600)
async def test_a_crowd_at_the_door(tmp_path: Path, processes_database: str, seed: int) -> None:
    figures = await crowd_the_door(tmp_path / "data", seed, joins=200, width=8, database=processes_database)
    print(figures)
    assert figures["answers"]["taken"] >= 8
    # Long before the writer or the hashing of PINs is full.
    assert figures["answers"]["busy"] >= REFUSALS
    assert figures["messages_while"] >= 1
    assert figures["returns_while"] >= 1
