from collections.abc import AsyncIterator

import pytest

from consult.storage.database import Database
from tests.support.databases import opened


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """For what does not depend on the kind of database."""
    async with opened(sqlite_url) as database:
        yield database
