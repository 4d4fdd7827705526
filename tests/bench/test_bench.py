"""Each benchmark runs at its smallest and measures something. What it measures is nobody's test."""

from collections.abc import Awaitable
from typing import Any

import pytest

from tests.bench import accept, check, idle, match, recorder, relay, signalling, writer
from tests.bench.figures import Figure, table
from tests.support.postgres import PostgresServer


@pytest.mark.parametrize(
    "bench", [relay, accept, idle, match, signalling, check, recorder], ids=lambda bench: bench.__name__
)
async def test_it_runs_and_fills_its_lines(bench: Any) -> None:
    await _fills_its_lines(bench.run(bench.TINY))


async def test_the_writers_are_compared_on_both_databases(postgres: PostgresServer) -> None:
    await _fills_its_lines(writer.both(writer.TINY, postgres))


async def _fills_its_lines(running: Awaitable[list[Figure]]) -> None:
    figures = await running
    assert figures
    assert all(any(map(str.isdigit, figure.measured)) for figure in figures)
    assert table(figures).count("\n") == len(figures) + 1
