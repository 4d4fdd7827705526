"""TLS before a Valkey that has none: a door of the test's own, with a certificate of the test's own.

Behind one port it takes those who speak TLS and those who do not, since Sentinels ask a server without.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.certificate import certificate

HANDSHAKE = 0x16  # the first byte of TLS
HOST = "127.0.0.1"


class TlsDoor:
    """Doors of one home show the same certificate. `authority` is the file that vouches for it;
    `handshakes` counts those that came through."""

    def __init__(self, home: Path, only_tls: bool = False, address: str = HOST) -> None:
        home.mkdir(parents=True, exist_ok=True)
        made = home / "certificate.pem", home / "key.pem"
        self.authority, key = made if made[0].exists() else certificate(home, [address])
        self.handshakes = 0
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self.authority, key)
        self._only_tls = only_tls
        self._listener = socket.create_server((HOST, 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()

    def open_to(self, port: int) -> None:
        """Let people through to the server on this port of the machine."""
        self._begin(self._accept(port))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listener.close()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        while True:
            visitor, _ = await loop.sock_accept(self._listener)
            self._begin(self._serve(visitor, port))

    async def _serve(self, visitor: socket.socket, port: int) -> None:
        with suppress(OSError):
            await _readable(visitor)
            tls = self._only_tls or visitor.recv(1, socket.MSG_PEEK) == bytes([HANDSHAKE])
            reader, writer = await _streams(visitor, self._tls if tls else None)
            self.handshakes += tls
            theirs, ours = await asyncio.open_connection(HOST, port)
            await asyncio.gather(_pass_on(reader, ours), _pass_on(theirs, writer))


async def _readable(visitor: socket.socket) -> None:
    loop, happened = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(visitor, happened.set)
    try:
        await happened.wait()
    finally:
        loop.remove_reader(visitor)


async def _streams(
    visitor: socket.socket, tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, visitor, ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def tls_door(home: Path, only_tls: bool = False, address: str = HOST) -> AsyncIterator[TlsDoor]:
    door = TlsDoor(home, only_tls, address)
    try:
        yield door
    finally:
        await door.close()
