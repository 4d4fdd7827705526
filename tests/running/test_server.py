"""One server process: it lets everybody go before it closes, and its limits are ours."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from consult.running.listening import listen
from consult.running.server import SLACK_BYTES, DrainingServer, configuration
from consult.settings import Settings
from consult.wire.codec import FRAME_BYTES
from tests.support.waiting import until

LEFT_BY_DRAINING = 4321


class Echoing:
    """The smallest application: it says what it hears, and notes what was asked of it."""

    def __init__(self) -> None:
        self.asgi = Starlette(routes=[WebSocketRoute("/socket", self._socket)])
        self.connected: set[WebSocket] = set()

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def drain(self) -> None:
        for link in set(self.connected):
            await link.close(LEFT_BY_DRAINING)

    async def sweep_once(self) -> None:
        return None

    async def rebuild_line(self) -> int:
        return 0

    async def _socket(self, link: WebSocket) -> None:
        await link.accept()
        self.connected.add(link)
        try:
            while True:
                await link.send_text(str(len(await link.receive_text())))
        except WebSocketDisconnect:
            self.connected.discard(link)


@pytest.fixture
def listener() -> socket.socket:
    return listen("127.0.0.1", 0)


@pytest.fixture
async def server(listener: socket.socket) -> AsyncIterator[DrainingServer]:
    application = Echoing()
    server = DrainingServer(configuration(application, Settings()), application, ready_fd=None)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    yield server
    server.should_exit = True
    await running


@asynccontextmanager
async def connected(listener: socket.socket) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://127.0.0.1:{listener.getsockname()[1]}/socket") as link:
        yield link


async def test_everybody_is_let_go_before_uvicorn_closes(
    server: DrainingServer, listener: socket.socket
) -> None:
    async with connected(listener) as link:
        await link.send("hello")
        assert await link.recv() == "5"
        server.should_exit = True
        with pytest.raises(ConnectionClosed):
            await link.recv()
        assert link.close_code == LEFT_BY_DRAINING


async def test_a_frame_a_little_too_long_reaches_the_hub(
    server: DrainingServer, listener: socket.socket
) -> None:
    async with connected(listener) as link:
        await link.send("x" * (FRAME_BYTES + 1))
        assert await link.recv() == str(FRAME_BYTES + 1)


async def test_a_frame_much_too_long_closes_the_socket(
    server: DrainingServer, listener: socket.socket
) -> None:
    async with connected(listener) as link:
        await link.send("x" * (FRAME_BYTES + SLACK_BYTES + 1))
        with pytest.raises(ConnectionClosed):
            await link.recv()
        assert link.close_code == 1009


async def test_frames_are_not_deflated(server: DrainingServer, listener: socket.socket) -> None:
    async with connected(listener) as link:
        assert link.protocol.extensions == []


def test_connections_inherit_the_kernels_limits(listener: socket.socket) -> None:
    with listener, socket.create_connection(listener.getsockname()):
        link, _ = listener.accept()
        with link:
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
            # Linux doubles what it is given, for its own bookkeeping.
            assert link.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * 65_536
