"""The whole application over a fresh database and Valkey, answered in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.offices import Door, open_door
from tests.support.visitor import Visitor, visiting


@pytest.fixture
async def door(tmp_path: Path, sqlite_url: str, valkey: str) -> AsyncIterator[Door]:
    async with open_door(tmp_path, sqlite_url, valkey) as door:
        yield door


@pytest.fixture
async def visitor(door: Door) -> AsyncIterator[Visitor]:
    async with visiting(door.app.asgi) as visitor:
        yield visitor
