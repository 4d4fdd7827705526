"""What `Database.glance` promises, on both kinds of database."""

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select

from consult.storage.migrations import migrate
from consult.storage.prepared import Prepared
from consult.storage.tables import closure
from tests.support.databases import opened

REASON = Prepared(select(closure.c.reason_id, closure.c.day).where(closure.c.day == bindparam("day")))
CHRISTMAS = {"day": "2026-12-25"}


def put(conn: Connection) -> None:
    conn.execute(insert(closure).values(**CHRISTMAS, reason_id="Libur", reason_en="Holiday"))


async def test_what_is_committed_anywhere_is_seen_at_once(database_url: str) -> None:
    async with opened(database_url) as here, opened(database_url) as elsewhere:
        assert await here.glance(REASON, CHRISTMAS) is None
        await elsewhere.write(put)
        assert await here.glance(REASON, CHRISTMAS) == ("Libur", "2026-12-25")


async def test_what_is_not_committed_is_not_seen_and_not_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'office.sqlite3'}"
    await asyncio.to_thread(migrate, url)
    async with opened(url) as database:
        writing = sqlite3.connect(tmp_path / "office.sqlite3", isolation_level=None)
        writing.execute("BEGIN IMMEDIATE")
        writing.execute(
            "INSERT INTO closure (day, reason_id, reason_en) VALUES ('2026-12-25', 'Libur', 'Holiday')"
        )
        assert await database.glance(REASON, CHRISTMAS) is None
        writing.execute("COMMIT")
        assert await database.glance(REASON, CHRISTMAS) == ("Libur", "2026-12-25")
        writing.close()
