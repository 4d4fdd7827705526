"""A demo office as it runs: an embedded Valkey, two servers on two ports over one data directory, a sweep."""

import asyncio
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sqlalchemy import Connection, update

from consult.app import App
from consult.live.server import EmbeddedValkey
from consult.running.demo import furnish, passwords_path
from consult.settings import Settings
from consult.storage import tables
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.running.program import Program, free_port
from tests.support.cable import Cable
from tests.support.databases import opened
from tests.support.nursery import Born, Nursery
from tests.support.quick_passwords import quick_hash
from tests.support.rows import named_rows
from tests.support.waiting import until

START_SECONDS = 60.0


class House:
    """`urls[0]` and `urls[1]` are different processes. `cable` stands before the first one.

    Without a DATABASE_URL among its settings it has a SQLite file in `data_dir`, a copy of the one in
    `furnished` if there is one."""

    def __init__(
        self, data_dir: Path, nursery: Nursery, furnished: Path | None = None, **settings: object
    ) -> None:
        self.data_dir = data_dir
        self._nursery = nursery
        self._furnished = None if settings.get("DATABASE_URL") else furnished
        self._plain = Settings(data_dir=data_dir, database_url=str(settings.get("DATABASE_URL", "")))
        self._given = settings
        self._valkey = EmbeddedValkey(data_dir)
        self._programs: list[Program] = []
        self._servers: dict[int, Born] = {}
        self._sweep: Born | None = None
        self._ports: list[int] = []
        self.cable = Cable(0)
        self.urls: list[str] = []
        self.passwords: dict[str, str] = {}

    async def open(self) -> None:
        settings = self._plain
        await asyncio.to_thread(self.data_dir.mkdir, parents=True, exist_ok=True)
        self._valkey.start()
        if self._furnished is None:
            await moved_in(settings)
        else:
            await asyncio.to_thread(shutil.copytree, self._furnished, self.data_dir, dirs_exist_ok=True)
        self.passwords = _read_passwords(passwords_path(settings))
        self._ports = [free_port(), free_port()]
        self.cable = Cable(self._ports[0])
        await self.cable.open()
        self.urls = [f"http://127.0.0.1:{self.cable.port}", f"http://127.0.0.1:{self._ports[1]}"]
        await self._serve(0)
        await self._serve(1)
        self._sweep = await self._begin("sweep")
        await self._answers(0)
        await self._answers(1)

    def _start(self, *arguments: str) -> Program:
        self._programs.append(Program(self.data_dir, *arguments, **self._given))
        return self._programs[-1]

    async def _begin(self, *arguments: str, **settings: object) -> Born:
        given = {"CONSULT_DATA_DIR": self.data_dir} | self._given | settings
        return await self._nursery.begin(*arguments, errors=self._log, **given)

    @property
    def _log(self) -> Path:
        return self.data_dir / "processes.log"

    async def _serve(self, number: int, **settings: object) -> None:
        # The first is reached through the cable, so its pages have another address than it listens on.
        address = {"CONSULT_PUBLIC_URL": self.urls[0]} if number == 0 else {}
        self._servers[number] = await self._begin(
            "serve", "--port", str(self._ports[number]), **(address | settings)
        )

    async def _answers(self, number: int) -> None:
        await until(lambda: asyncio.to_thread(_ready, self.urls[number]), START_SECONDS)

    def checks_devices(self) -> Program:
        """Start the mirror of device checks, as `up` does."""
        return self._start("device-check")

    def records(self) -> Program:
        """Start the recorder, as `up` does where recordings are made on the server."""
        return self._start("recorder")

    async def kill(self, number: int) -> None:
        """As `kill -9` does: nothing is said, nothing is finished."""
        self._servers[number].send(signal.SIGKILL)
        await self._servers[number].ended

    def serves(self, number: int) -> bool:
        """This server's process lives."""
        return not self._servers[number].ended.done()

    def leads_to(self, number: int) -> None:
        """What is dialled through the cable from now on reaches this server, as a balancer does it."""
        self.cable.target_port = self._ports[number]

    async def serve_again(self, number: int, **settings: object) -> None:
        """Start a killed server on its own port, as `up` does when a child dies."""
        await self._serve(number, **settings)
        await self._answers(number)

    @contextmanager
    def takes_no_writes(self) -> Iterator[None]:
        """Somebody else keeps the SQLite file locked: reading goes on, nothing can be stored."""
        with closing(sqlite3.connect(self._plain.sqlite_path)) as elsewhere:
            elsewhere.execute("BEGIN IMMEDIATE")
            yield
            elsewhere.rollback()

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the database holds, as an auditor sees it."""
        return [dict(row) for row in named_rows(database_url(self._plain), query, *values)]

    def said(self) -> str:
        """Everything that the servers have written to their logs so far."""
        programs = "".join(program.output + program.errors for program in self._programs)
        return self._log.read_text(encoding="utf-8") + programs

    async def clear(self) -> None:
        """Nobody waits and nobody is on duty, so that the next story meets none of this one's people."""
        await cleared(self._plain)

    async def close(self) -> None:
        await self.cable.close()
        for born in filter(None, (*self._servers.values(), self._sweep)):
            born.send(signal.SIGKILL)
            await born.ended
        for program in self._programs:
            await asyncio.to_thread(program.__exit__, None, None, None)
        self._valkey.stop()


async def moved_in(settings: Settings) -> None:
    """Make the demo office of these settings. Its passwords take a second to compute."""
    await asyncio.to_thread(migrate, database_url(settings))
    await furnish(settings)


async def sign_in_quickly(settings: Settings) -> None:
    """Exchange the hashes of the demo's passwords for ones that take no time to check."""

    def order(conn: Connection) -> None:
        for user_name, password in _read_passwords(passwords_path(settings)).items():
            person = tables.person.c.user_name == user_name
            conn.execute(update(tables.person).where(person).values(password_hash=quick_hash(password)))

    async with opened(database_url(settings)) as database:
        await database.write(order)


@asynccontextmanager
async def open_house(
    data_dir: Path, nursery: Nursery, furnished: Path | None = None, **settings: object
) -> AsyncIterator[House]:
    """A house with these settings, open until the end."""
    house = House(data_dir, nursery, furnished, **settings)
    try:
        await house.open()
        yield house
    finally:
        await house.close()


async def cleared(settings: Settings) -> None:
    """Nobody waits and nobody is on duty in the office of these settings."""
    app = App(settings)
    await app.start()
    try:
        await app.database.write(_clear)
        await app.rebuild_line()
    finally:
        await app.stop()


def _clear(conn: Connection) -> None:
    ticket, duty = tables.ticket.c, tables.duty.c
    ended = {"stage": "ended", "ended_reason": "left", "offer_expires_at": None}
    conn.execute(update(tables.ticket).where(ticket.stage != "ended").values(ended))
    conn.execute(
        update(tables.duty)
        .where(duty.state != "disabled")
        .values(state="offline", load=0, offered_ticket=None, revision=duty.revision + 1)
    )


def _ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def _read_passwords(path: Path) -> dict[str, str]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) >= 2 and not line.startswith("#"):
            found[words[0]] = words[1]
    return found
