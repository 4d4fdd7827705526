"""The revisions make what `tables.py` says, on both kinds of database."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from consult.storage import migrations
from consult.storage.database import Database
from consult.storage.migrations import migrate
from consult.storage.tables import house, metadata
from tests.support.databases import opened
from tests.support.postgres import PostgresServer

INDEXES = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


def picture(conn: Connection) -> dict[str, Any]:
    """Everything the database itself says about its tables."""
    look = inspect(conn)
    names = set(look.get_table_names()) - {"alembic_version"}
    shown: dict[str, Any] = {
        name: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in look.get_columns(name)
            ],
            "primary key": look.get_pk_constraint(name),
            "foreign keys": sorted(look.get_foreign_keys(name), key=str),
            "unique": sorted(look.get_unique_constraints(name), key=str),
            "checks": sorted(look.get_check_constraints(name), key=str),
        }
        for name in names
    }
    indexes = conn.execute(text(INDEXES[conn.dialect.name])).scalars()
    shown["indexes"] = sorted(re.sub(r"\s+", " ", index) for index in indexes if "alembic" not in index)
    return shown


async def run(url: str, work: Callable[[Connection], Any]) -> Any:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.begin() as conn:
            result = work(conn)
        engine.dispose()
        return result
    slow = create_async_engine(url.replace("postgresql", "postgresql+asyncpg"))
    async with slow.begin() as connection:
        result = await connection.run_sync(work)
    await slow.dispose()
    return result


async def test_the_revisions_make_the_tables_of_the_code_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    created = f"sqlite:///{tmp_path / 'created.sqlite3'}"
    await run(created, metadata.create_all)
    assert await run(sqlite_url, picture) == await run(created, picture)


async def test_the_revisions_make_the_tables_of_the_code_on_postgresql(
    postgres_url: str, postgres: PostgresServer
) -> None:
    created = postgres.new_database()
    await run(created, metadata.create_all)
    assert await run(postgres_url, picture) == await run(created, picture)


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    def the_house(conn: Connection) -> list[Any]:
        return list(conn.execute(select(house)))

    async with opened(database_url) as database:
        before = await database.read(the_house)
        migrate(database_url)
        after = await database.read(the_house)
    assert before == after
    assert len(before) == 1 and len(before[0].epoch) == 32


async def test_every_house_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    epochs = set()
    for name in ("one", "two"):
        url = f"sqlite:///{tmp_path / name / 'consult.sqlite3'}"
        migrate(url)
        async with opened(url) as database:
            epochs.add(await database.read(lambda conn: conn.scalar(select(house.c.epoch))))
    assert len(epochs) == 2


async def test_processes_that_migrate_at_once_make_one_house(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    for url in (f"sqlite:///{tmp_path / 'new.sqlite3'}", postgres.new_database()):
        await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(4)))
        async with opened(url) as database:
            assert len(await database.read(lambda conn: list(conn.execute(select(house))))) == 1


async def test_a_revision_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'taken.sqlite3'}"
    await run(url, lambda conn: conn.execute(text("CREATE TABLE person (id INTEGER)")))
    before = await run(url, picture)
    try:
        migrate(url)
    except Exception as error:
        assert "person" in str(error)
    else:
        raise AssertionError("migrated over a foreign table")
    assert await run(url, picture) == before


async def test_the_first_revision_can_be_taken_back(database_url: str) -> None:
    def downgrade(conn: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(migrations.HERE))
        config.attributes["connection"] = conn
        command.downgrade(config, "base")

    await run(database_url, downgrade)
    assert await run(database_url, picture) == {"indexes": []}
    migrate(database_url)
    database = Database(database_url)
    await database.start()
    await database.close()
