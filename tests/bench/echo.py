"""The least a server like ours can do: it sends each frame back. What a relay costs is told in echoes.

Run as `python -m tests.bench.echo PORT`: uvicorn as `consult serve` sets it up, and a bare Starlette socket.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from subprocess import PIPE, Popen
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from consult.running.listening import listen
from consult.running.server import DrainingServer, configuration
from consult.settings import Settings
from tests.bench.tab import Tab, encode
from tests.running.program import free_port
from tests.support.client import Frame


@contextmanager
def echoing() -> Iterator[tuple[str, int]]:
    """The address and the process id of such a server."""
    port = free_port()
    process = Popen([sys.executable, "-m", "tests.bench.echo", str(port)], stdout=PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"listening\n"
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Echoes:
    """Frames like those that post `text`, each sent back to who sent it."""

    def __init__(self, text: str) -> None:
        self.count = 0
        self._going = False
        self._tabs: list[Tab] = []
        self._frame = encode({"t": "PostMessage", "cseq": 1, "ticket": "x" * 22, "text": text})

    async def open(self, url: str, tabs: int) -> None:
        for _ in range(tabs):
            tab = await Tab().dial(url)
            tab.hear = partial(self._hears, tab)
            self._tabs.append(tab)

    def _hears(self, tab: Tab, _: Frame) -> None:
        self.count += 1
        if self._going:
            tab.send(self._frame)

    async def full(self, seconds: float) -> None:
        self.count, self._going = 0, True
        for tab in self._tabs:
            tab.send(self._frame)
        await asyncio.sleep(seconds)
        self._going = False


class Echo:
    def __init__(self) -> None:
        self.asgi = Starlette(routes=[WebSocketRoute("/socket", self._socket)])

    async def _socket(self, link: WebSocket) -> None:
        await link.accept()
        try:
            while True:
                await link.send_text(await link.receive_text())
        except WebSocketDisconnect:
            return

    async def drain(self) -> None:
        return None


def main(port: int) -> None:
    application: Any = Echo()
    listener = listen("127.0.0.1", port)
    print("listening", flush=True)
    settings = Settings(log_level="warning")
    DrainingServer(configuration(application, settings), application, None).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
