"""A Valkey of a test's own, which it may kill, empty, stop for a while and start again."""

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consult.live.server import EmbeddedValkey
from tests.support.waiting import until


class FragileValkey:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._server = EmbeddedValkey(home)
        self.address = self._server.start()

    async def kill(self) -> None:
        """As `kill -9` does; seen to have hit."""
        self.send(signal.SIGKILL)
        await until(lambda: not self._server.alive())

    async def start(self, empty: bool = True) -> None:
        if empty:
            shutil.rmtree(self._home / "valkey" / "appendonlydir", ignore_errors=True)
        self._server.start()

    def send(self, number: signal.Signals) -> None:
        assert self._server.pid is not None
        os.kill(self._server.pid, number)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It hangs: connections stand, nothing is answered."""
        self.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send(signal.SIGCONT)

    async def close(self) -> None:
        await asyncio.to_thread(self._server.stop)
