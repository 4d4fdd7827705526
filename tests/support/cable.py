"""A cable between a browser and a server that can be pulled and plugged in again."""

import asyncio
from contextlib import suppress


class Cable:
    """Relays a TCP port of its own. Pulled, it breaks what stands and refuses what comes.

    `lets_sockets_through`: false is a network that knows requests only.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self._plugged = True
        self.lets_sockets_through = True
        self._links: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.pull()
        if self._relays:
            await asyncio.wait(self._relays)

    def pull(self) -> None:
        self._plugged = False
        for link in self._links:
            link.transport.abort()

    def plug_in(self) -> None:
        self._plugged = True

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._plugged:
            writer.transport.abort()
            return
        try:
            their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        begun = await reader.read(65_536)
        if begun.startswith(b"GET /socket") and not self.lets_sockets_through:
            writer.transport.abort()
            their_writer.transport.abort()
            return
        their_writer.write(begun)
        self._links |= {writer, their_writer}
        for source, sink in ((reader, their_writer), (their_reader, writer)):
            relay = asyncio.create_task(self._relay(source, sink))
            self._relays.add(relay)
            relay.add_done_callback(self._relays.discard)

    async def _relay(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.close()
        self._links.discard(sink)
