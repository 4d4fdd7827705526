"""A bad network before one server: delay, cuts, half-open connections, and answers that never arrive."""

import asyncio
import random
import socket
from collections.abc import Callable
from contextlib import suppress

UPGRADED = b"HTTP/1.1 101"
Swallows = Callable[[bytes], bool]


class FaultyLine:
    """Relays a TCP port of its own; honest until told otherwise. Web sockets' frames are told apart."""

    def __init__(self, target_port: int, chance: random.Random) -> None:
        self.port = 0
        self.delay_seconds = 0.0
        """Each piece waits up to this long, in both directions."""
        self.swallows: Swallows | None = None
        """Asked for each text of the server's; what it says True to is lost, and the connection stands."""
        self.swallowed = 0
        self.buffer_bytes: int | None = None
        """How much the kernel may hold for a new connection on its way to the page; None: as it likes."""
        self._target_port = target_port
        self._chance = chance
        self._links: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        self.cut()
        if self._relays:
            await asyncio.wait(self._relays)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection that stands breaks."""
        for link in list(self._links):
            link.transport.abort()

    def silence(self) -> None:
        """Half-open: what stands now stays open, and nothing arrives any more at either end."""
        self._silent |= self._links

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        if self.buffer_bytes is not None:
            for end, side in ((writer, socket.SO_SNDBUF), (their_writer, socket.SO_RCVBUF)):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, side, self.buffer_bytes)
        self._links |= {writer, their_writer}
        for source, sink, sift in ((reader, their_writer, None), (their_reader, writer, _Sieve(self._lets))):
            relay = asyncio.create_task(self._relay(source, sink, sift))
            self._relays.add(relay)
            relay.add_done_callback(self._relays.discard)

    async def _relay(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, sieve: "_Sieve | None"
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                if self.delay_seconds:
                    await asyncio.sleep(self._chance.uniform(0, self.delay_seconds))
                passed = sieve.sift(data) if sieve is not None else data
                if passed and sink not in self._silent:
                    sink.write(passed)
                    await sink.drain()
        if sink not in self._silent:  # there the end is not heard of either
            sink.close()
            self._links.discard(sink)

    def _lets(self, text: bytes) -> bool:
        if self.swallows is not None and self.swallows(text):
            self.swallowed += 1
            return False
        return True


class _Sieve:
    """The server's side of one connection, frame by frame once it is a web socket."""

    def __init__(self, lets: Callable[[bytes], bool]) -> None:
        self._lets = lets
        self._unread = b""
        self._began = False
        self._framed = False

    def sift(self, data: bytes) -> bytes:
        if not self._began:
            self._unread += data
            if len(self._unread) < len(UPGRADED):
                return b""
            if not self._unread.startswith(UPGRADED):
                data, self._unread, self._began = self._unread, b"", True
                return data
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return b""
            self._began = self._framed = True
            self._unread = rest
            return head + end + self._frames()
        if not self._framed:
            return data
        self._unread += data
        return self._frames()

    def _frames(self) -> bytes:
        passed = bytearray()
        while (size := self._next_size()) is not None:
            frame, self._unread = self._unread[:size], self._unread[size:]
            is_text = frame[0] & 0x0F == 1
            if not is_text or self._lets(frame[_head_bytes(frame) :]):
                passed += frame
        return bytes(passed)

    def _next_size(self) -> int | None:
        """Bytes of the first frame; None while it is not whole. A server's frames are not masked."""
        if len(self._unread) < 2 or len(self._unread) < _head_bytes(self._unread):
            return None
        head = _head_bytes(self._unread)
        size = head + (self._unread[1] & 0x7F if head == 2 else int.from_bytes(self._unread[2:head]))
        return size if len(self._unread) >= size else None


def _head_bytes(frame: bytes) -> int:
    return {126: 4, 127: 10}.get(frame[1] & 0x7F, 2)
