"""An office behind one server or two, for the tests of sockets."""

from collections.abc import AsyncIterator

import pytest

from tests.support.open_office import Consultation as Consultation
from tests.support.open_office import Office as Office
from tests.support.open_office import open_office


@pytest.fixture
async def office(office_url: str, valkey: str) -> AsyncIterator[Office]:
    """One server, one service."""
    async with open_office(office_url, valkey) as opened:
        yield opened


@pytest.fixture
async def two_servers(office_url: str, valkey: str) -> AsyncIterator[Office]:
    """Two servers over one database and one Valkey."""
    async with open_office(office_url, valkey, servers=2) as opened:
        yield opened
