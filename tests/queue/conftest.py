from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.line import Line
from tests.support.offices import open_door


@pytest.fixture
async def line(tmp_path: Path, database_url: str, valkey: str) -> AsyncIterator[Line]:
    """A service's line over each kind of database."""
    async with open_door(tmp_path, database_url, valkey) as door:
        yield Line(door, await door.service())
