"""`consult backup` and `consult restore`: one file of everything, while serving, and back again."""

import asyncio
import sqlite3
import time
from argparse import Namespace
from pathlib import Path

from sqlalchemy import Connection

from consult.audit import store as audit
from consult.errors import SettingsWrong
from consult.running import data_directory, tables_ready
from consult.running.tables_ready import AWAY
from consult.settings import Settings
from consult.storage import in_service, moments, saving
from consult.storage.engines import database_url

BROKEN = (*AWAY, sqlite3.Error)


def backup(settings: Settings, arguments: Namespace) -> int:
    """Save to the file and say so. Raises SettingsWrong when it cannot be done."""
    path = Path(arguments.file or time.strftime("consult-%Y%m%d-%H%M%S.save")).absolute()
    if not asyncio.run(tables_ready.are_current(settings)):
        raise SettingsWrong("There is nothing to save, or its tables are old: run `consult migrate` first.")
    try:
        size = saving.save(database_url(settings), path)
        tickets = saving.check(path)
    except FileExistsError:
        raise SettingsWrong(f"{path} is there already: give another name.") from None
    except BROKEN as error:
        raise SettingsWrong(f"{path} could not be written ({error}); nothing was saved.") from None
    print(f"Everything was saved to {path}: {tickets} tickets, {size:,} bytes.")
    print(f"Keep it where only you can read it. It is restored with: consult restore {path}")
    return 0


def restore(settings: Settings, arguments: Namespace) -> int:
    """Replace what the database holds by what the file holds. Raises SettingsWrong, with nothing changed."""
    path = Path(arguments.file).absolute()
    try:
        saving.check(path)
    except saving.NotASave as fault:
        raise SettingsWrong(f"{path} cannot be restored: {fault}.") from None
    _claim(settings)
    there = _holds_something(settings)
    if there and not arguments.replace:
        raise SettingsWrong(
            "The database already holds an office: add --replace to put what was saved in its place."
        )
    before = _restored(settings, path)
    print(f"Everything is as it was saved in {path}. Staff must sign in again.")
    if before is not None:
        print(f"What was there before is kept as {before}; delete it when you no longer need it.")
    return 0


def _claim(settings: Settings) -> None:
    try:
        data_directory.claim(settings.data_dir)  # held until this process ends
    except SettingsWrong as fault:
        raise SettingsWrong(f"Stop the service before restoring. {fault}") from None


def _holds_something(settings: Settings) -> bool:
    """A database whose file is damaged holds nothing that could be read, but is kept all the same."""
    try:
        return asyncio.run(tables_ready.are_current(settings))
    except SettingsWrong:
        if settings.database_url:
            raise
        return True


def _restored(settings: Settings, path: Path) -> Path | None:
    def finish(conn: Connection) -> None:
        moments.forget(conn)
        audit.record(conn, "office", "restored", "office", {"file": path.name})

    try:
        return saving.restore(database_url(settings), path, finish)
    except in_service.InUse:
        raise SettingsWrong(
            "Servers still work with this database: stop all of them, and the sweep, before restoring."
        ) from None
    except saving.NotASave as fault:
        raise SettingsWrong(f"{path} cannot be restored: {fault}.") from None
    except BROKEN as error:
        raise SettingsWrong(f"The database could not be filled ({error}); it is as it was.") from None
