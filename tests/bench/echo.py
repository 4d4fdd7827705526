"""The least a server like ours can do: it sends each frame back. What a relay costs is told in echoes.

Run as `python -m tests.bench.echo PORT`: uvicorn as `consult serve` sets it up, and a bare Starlette socket.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from consult.running.listening import listen
from consult.running.server import DrainingServer, configuration
from consult.settings import Settings
from tests.running.program import free_port


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
