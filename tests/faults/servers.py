"""Several real server processes over one data directory and one Valkey, each behind a line that can be hurt.

A server that ends is started again at once, as `up` does; who listens keeps the port meanwhile.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from consult.live.server import EmbeddedValkey
from consult.running.demo import furnish, passwords_path
from consult.running.listening import listen
from consult.settings import Settings
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.support.faulty_line import FaultyLine
from tests.support.nursery import Born, Nursery
from tests.support.rows import rows
from tests.support.waiting import until

# Nobody here is slowed by limits that are for people.
UNHURRIED = {
    "CONSULT_LOG_LEVEL": "error",
    "CONSULT_APPLICANT_FRAMES_PER_SECOND": 1_000_000,
    "CONSULT_APPLICANT_FRAMES_BURST": 1_000_000,
    "CONSULT_OFFICER_FRAMES_PER_SECOND": 1_000_000,
    "CONSULT_OFFICER_FRAMES_BURST": 1_000_000,
    "CONSULT_CONNECTIONS_PER_ADDRESS": 100_000,
    "CONSULT_JOINS_PER_ADDRESS_IN_10_MINUTES": 100_000,
}
START_SECONDS = 120.0
Plans = Callable[[], str]


class Server:
    """One of them, through all its lives."""

    def __init__(self, line: FaultyLine, arguments: tuple[str, ...], settings: dict[str, object]) -> None:
        self.line = line
        self.now: Born | None = None
        self.planned = ""
        self.deaths: Counter[str] = Counter()
        self.closed = False  # taken out, as a balancer does before a restart
        self._arguments = arguments
        self._settings = settings

    async def keep(self, nursery: Nursery, plan: Plans, died: Callable[[], None]) -> None:
        while True:
            self.planned = plan()
            planned = {"CONSULT_FAILPOINTS": self.planned} if self.planned else {}
            self.now = await nursery.begin(*self._arguments, **self._settings, **planned)
            code = await self.now.ended
            self.deaths[signal.Signals(-code).name if code < 0 else f"exit {code}"] += 1
            died()

    async def answers(self) -> None:
        """Return when it serves."""
        await until(lambda: asyncio.to_thread(_ready, self.line.url), START_SECONDS)

    def send(self, number: signal.Signals) -> bool:
        """False while there is no process: it has just ended by itself."""
        return self.now is not None and self.now.send(number)


class Servers:
    def __init__(self, settings: Settings, servers: list[Server], passwords: dict[str, str]) -> None:
        self.data_dir = settings.data_dir
        self.database_url = database_url(settings)
        self.all = servers
        self.passwords = passwords

    @property
    def open(self) -> list[Server]:
        """Where pages may go now."""
        return [server for server in self.all if not server.closed] or self.all

    @property
    def deaths(self) -> int:
        return sum(sum(server.deaths.values()) for server in self.all)

    @property
    def errors(self) -> str:
        """What the servers wrote about themselves."""
        written = self.data_dir / "errors.log"
        return written.read_text()[-20_000:] if written.exists() else ""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, read past the service."""
        return rows(self.database_url, query, *values)


@asynccontextmanager
async def running_servers(
    data_dir: Path,
    count: int,
    chance: random.Random,
    plan: Plans = lambda: "",
    died: Callable[[], None] = lambda: None,
    officer_capacity: int = 3,
    database: str = "",
    **settings: object,
) -> AsyncIterator[Servers]:
    """A demo office with `count` servers and a sweep. `plan` says where the next life is to fail;
    `database` is the address of an empty one, else a SQLite file is made in `data_dir`."""
    plain = Settings(data_dir=data_dir, officer_capacity=officer_capacity, database_url=database)
    await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
    valkey = EmbeddedValkey(data_dir)
    async with AsyncExitStack() as stack:
        valkey.start()
        stack.callback(valkey.stop)
        await asyncio.to_thread(migrate, database_url(plain))
        await furnish(plain)
        listeners = [stack.enter_context(listen("127.0.0.1", 0)) for _ in range(count)]
        fds = tuple(listener.fileno() for listener in listeners)
        nursery = await stack.enter_async_context(Nursery(data_dir / "errors.log", fds))
        given = {"CONSULT_DATA_DIR": data_dir, "DATABASE_URL": database, **UNHURRIED, **settings}
        servers = []
        for listener in listeners:
            line = FaultyLine(listener.getsockname()[1], chance)
            await line.open()
            stack.push_async_callback(line.close)
            arguments = ("serve", "--fd", str(listener.fileno()))
            servers.append(Server(line, arguments, given | {"CONSULT_PUBLIC_URL": line.url}))
        await nursery.begin("sweep", **given)
        keeping = [asyncio.create_task(server.keep(nursery, plan, died)) for server in servers]
        for server in servers:
            await server.answers()
        try:
            yield Servers(plain, servers, _read_passwords(passwords_path(plain)))
        finally:
            for task in keeping:
                task.cancel()


def _ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def _read_passwords(path: Path) -> dict[str, str]:
    accounts = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    return {account[0]: account[1] for account in accounts}
