"""The office's people as rows, on both databases."""

import asyncio
from collections import Counter

import pytest

from consult.accounts.store import people
from consult.consultations.credential import new_id
from consult.errors import NotAllowed, NotFound
from consult.people import Role
from consult.storage.database import Database
from tests.support.databases import opened


async def administrator(database: Database) -> str:
    person = new_id()
    await database.write(
        lambda conn: people.add(conn, person, person, "Kepala", Role.ADMINISTRATOR, "hash", "office")
    )
    return person


async def test_of_administrators_who_disable_each_other_at_once_one_stays(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        stays = await administrator(one)
        for _ in range(5):
            comes = await administrator(one)
            results = await asyncio.gather(
                one.write(lambda conn, it=comes: people.disable(conn, it, "office")),  # type: ignore[misc]
                other.write(lambda conn, it=stays: people.disable(conn, it, "office")),  # type: ignore[misc]
                return_exceptions=True,
            )
            assert Counter(map(type, results)) == {Role: 1, NotAllowed: 1}
            stays = comes if isinstance(results[0], NotAllowed) else stays


async def test_the_last_administrator_stays_and_who_is_disabled_is_not_found(database: Database) -> None:
    first, second = await administrator(database), await administrator(database)
    await database.write(lambda conn: people.disable(conn, first, "office"))
    with pytest.raises(NotFound):
        await database.write(lambda conn: people.disable(conn, first, "office"))
    with pytest.raises(NotAllowed):
        await database.write(lambda conn: people.disable(conn, second, "office"))
