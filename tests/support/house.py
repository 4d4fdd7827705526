"""A demo office as it runs: an embedded Valkey, two servers on two ports over one data directory, a sweep."""

import asyncio
from pathlib import Path
from urllib.request import urlopen

from consult.live.server import EmbeddedValkey
from consult.running.demo import furnish, passwords_path
from consult.settings import Settings
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.running.program import Program, free_port
from tests.support.cable import Cable
from tests.support.waiting import until

START_SECONDS = 60.0


class House:
    """`urls[0]` and `urls[1]` are different processes. `cable` stands before the first one."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        self.data_dir = data_dir
        self._given = settings
        self._valkey = EmbeddedValkey(data_dir)
        self._programs: list[Program] = []
        self.cable = Cable(0)
        self.urls: list[str] = []
        self.passwords: dict[str, str] = {}

    async def open(self) -> None:
        settings = Settings(data_dir=self.data_dir)
        await asyncio.to_thread(self.data_dir.mkdir, parents=True, exist_ok=True)
        self._valkey.start()
        await asyncio.to_thread(migrate, database_url(settings))
        await furnish(settings)
        self.passwords = _read_passwords(passwords_path(settings))
        first, second = free_port(), free_port()
        self.cable = Cable(first)
        await self.cable.open()
        self.urls = [f"http://127.0.0.1:{self.cable.port}", f"http://127.0.0.1:{second}"]
        self._serve(first, CONSULT_PUBLIC_URL=self.urls[0])
        self._serve(second)
        self._programs.append(Program(self.data_dir, "sweep", **self._given))
        for url in self.urls:
            await until(lambda url=url: asyncio.to_thread(_ready, url), START_SECONDS)  # type: ignore[misc]

    def _serve(self, port: int, **settings: object) -> None:
        self._programs.append(Program(self.data_dir, "serve", "--port", str(port), **self._given, **settings))

    async def close(self) -> None:
        await self.cable.close()
        for program in self._programs:
            await asyncio.to_thread(program.__exit__, None, None, None)
        self._valkey.stop()


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
