"""`consult check-recording`: whether a recording's slices are all there and as they were made."""

import asyncio
from argparse import Namespace

from consult.errors import NotFound, SettingsWrong
from consult.recordings.slices import Slices
from consult.running import tables_ready
from consult.settings import Settings
from consult.storage.database import Database


def check_recording(settings: Settings, arguments: Namespace) -> int:
    """Say so, and return 1 when it is not. Raises SettingsWrong when there is no such recording."""
    fault = asyncio.run(_fault(settings, arguments.recording))
    if fault is not None:
        print(f"Recording {arguments.recording} is not whole: {fault}.")
        return 1
    print(f"Recording {arguments.recording} is whole: every slice is as it was recorded.")
    return 0


async def _fault(settings: Settings, recording_id: str) -> str | None:
    if not await tables_ready.are_current(settings):
        raise SettingsWrong("There is no database, or its tables are old: run `consult migrate` first.")
    database = Database.from_settings(settings)
    await database.start()
    try:
        return await Slices(database, settings).verify(recording_id)
    except NotFound:
        raise SettingsWrong(f"There is no recording {recording_id}.") from None
    finally:
        await database.close()
