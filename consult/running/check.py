"""`consult check`: everything that would keep the service from starting, named at once."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from consult import settings as settings_
from consult.errors import SettingsWrong
from consult.live.server import EmbeddedValkey
from consult.running import data_directory, surroundings, tables_ready
from consult.running.listening import check_tls, listen
from consult.settings import Settings

IN_ORDER, FAULT = 0, 2
# By whose media goes only through TURN; "" without TURN.
_CALLS = {
    "": "calls: no TURN here (CONSULT_TURN_URLS), so many phones find no path to the office",
    "off": "calls: by any path (CONSULT_RELAY_ONLY=off), so each side's page learns the other's address",
    "officer": "calls: the officer's media only through TURN (CONSULT_RELAY_ONLY), which hides its address",
    "both": "calls: all media only through TURN (CONSULT_RELAY_ONLY=both), which hides both addresses",
}


def check(environ: Mapping[str, str]) -> int:
    """Print what was looked at and every fault with its mend; 0 when there is none, else 2."""
    values, faults = settings_.read(environ)
    for fault in faults:
        print(f"wrong  {fault}")
    # Where a setting is wrong its default is looked at, so that one run names everything.
    settings = Settings(**values)
    surroundings_right = [_look(what, look) for what, look in _looks(settings)]
    if faults or not all(surroundings_right):
        return FAULT
    print("Everything is in order.")
    return IN_ORDER


def _looks(settings: Settings) -> list[tuple[str, Callable[[], None]]]:
    return [
        (f"data directory {settings.data_dir}", lambda: data_directory.prepare(settings.data_dir)),
        (f"port {settings.port} on {settings.host}", lambda: _port(settings)),
        ("TLS" if settings.tls_certificate else "TLS: none here", lambda: check_tls(settings)),
        ("REDIS_URL" if settings.redis_url else "Redis: the embedded Valkey", lambda: _redis(settings)),
        ("DATABASE_URL" if settings.database_url else "database: SQLite", lambda: _database(settings)),
        (_CALLS[settings.relayed if settings.turn_urls else ""], lambda: None),
    ]


def _look(what: str, look: Callable[[], None]) -> bool:
    try:
        look()
    except SettingsWrong as fault:
        print(f"wrong  {fault}")
        return False
    print(f"right  {what}")
    return True


def _port(settings: Settings) -> None:
    # While `up` runs over this data directory, the port is its own.
    if not _up_runs(settings.data_dir):
        listen(settings.host, settings.port).close()


def _redis(settings: Settings) -> None:
    if settings.redis_url:
        asyncio.run(surroundings.check_redis(settings))
        return
    with tempfile.TemporaryDirectory(prefix="consult-") as directory:
        valkey = EmbeddedValkey(Path(directory))
        try:
            valkey.start()
        finally:
            valkey.stop()


def _database(settings: Settings) -> None:
    asyncio.run(tables_ready.are_current(settings))


def _up_runs(directory: Path) -> bool:
    try:
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
