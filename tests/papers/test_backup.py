"""A save holds the photos, and a restored office shows them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from consult.storage import saving
from consult.storage.tables import photo
from tests.papers.conftest import get, new_id, put
from tests.papers.samples import jpeg
from tests.support.databases import opened
from tests.support.open_office import Office


async def test_a_save_holds_every_byte_of_a_photo(
    office: Office, database_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    saved = tmp_path / "all.save"
    async with office.consultation() as talk:
        names = [new_id() for _ in range(saving.PHOTOS_AT_ONCE + 1)]
        for turn, name in enumerate(names):
            assert (await put(talk.citizen_page, talk.ticket, name, jpeg(200 + turn, 100))).status_code == 201
        shown = {name: (await get(talk.citizen_page, talk.ticket, name)).content for name in names}
        saving.save(database_url, saved)
    with closing(sqlite3.connect(saved)) as conn:
        assert dict(conn.execute("SELECT id, content FROM photo")) == shown
    target = tmp_path / "restored.sqlite3"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), target)
    saving.restore(f"sqlite:///{target}", saved, lambda conn: None)
    async with opened(f"sqlite:///{target}") as restored:
        again = await restored.read(lambda conn: conn.execute(select(photo.c.id, photo.c.content)).all())
    assert dict(tuple(row) for row in again) == shown
