"""What `consult up` says when everything runs: where, and who gets in."""

import os
import shlex
import sys
from pathlib import Path

from sqlalchemy import Connection, select

from consult import __version__
from consult.disagreements import LOOPBACK
from consult.people import Role
from consult.running import demo
from consult.settings import Settings
from consult.storage.database import Database
from consult.storage.tables import person


async def welcome(settings: Settings) -> str:
    """The addresses, and the file with the demo office's passwords or the way to the first administrator."""
    address = public_address(settings)
    lines = [
        f"Consult {__version__} is open.",
        f"  Take a queue number   {address}/",
        f"  Staff sign in         {address}/sign-in",
        f"  Data directory        {settings.data_dir.resolve()}",
    ]
    passwords = demo.passwords_path(settings)
    if not await _has_administrator(settings):
        # A file that an earlier demo left behind lets nobody in here.
        lines += ["There is no administrator yet. Add the first one:", f"  {_adding_command(settings)}"]
    elif passwords.exists():
        lines.append(f"  Passwords (demo)      {passwords.resolve()}")
    lines.append("Stop with Ctrl-C.")
    return "\n".join(lines)


def public_address(settings: Settings) -> str:
    """Where people find the service, without a slash at the end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = "https" if settings.tls_certificate else "http"
    host = "localhost" if settings.host in LOOPBACK else settings.host
    return f"{scheme}://{host}:{settings.port}"


async def _has_administrator(settings: Settings) -> bool:
    def query(conn: Connection) -> bool:
        there = select(person.c.id).where(person.c.role == Role.ADMINISTRATOR, person.c.disabled_at.is_(None))
        return conn.execute(there).first() is not None

    database = Database.from_settings(settings)
    await database.start()
    try:
        return await database.read(query)
    finally:
        await database.close()


def _adding_command(settings: Settings) -> str:
    """A command that works from any directory. A database with a password in its address is not repeated."""
    program = Path(sys.argv[0]).absolute()
    parts = (
        [str(program)]
        if program.name == "consult" and os.access(program, os.X_OK)
        else [sys.executable, "-m", "consult"]
    )
    command = shlex.join([*parts, "add-person", "--role", "administrator", "Full name"])
    where = f"CONSULT_DATA_DIR={shlex.quote(str(settings.data_dir.resolve()))}"
    return f"{where} {'DATABASE_URL=... ' if settings.database_url else ''}{command}"
