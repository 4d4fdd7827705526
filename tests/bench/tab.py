"""A page's socket that costs so little itself that the servers are what is measured."""

import asyncio
import secrets
import struct
from base64 import b64encode
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from tests.support.client import WELCOMES, Frame, Page

FINAL_TEXT, CLOSE = 0x81, 0x88
# A mask of zeros leaves the text as it is; the server unmasks it all the same.
MASK = bytes(4)

_decode = msgspec.json.decode
encode = msgspec.json.encode


class Tab(asyncio.Protocol):
    """One socket. Every frame goes to `hear`; answers to numbered orders also to who waits for them."""

    def __init__(self, hear: Callable[[Frame], None] | None = None) -> None:
        self.hear = hear
        loop = asyncio.get_running_loop()
        self._shaken: asyncio.Future[None] = loop.create_future()
        self._welcomed: asyncio.Future[None] = loop.create_future()
        self.cseq = 0
        self._answers: dict[int, Callable[[Frame], None]] = {}
        self._coming = bytearray()
        self._transport: asyncio.Transport

    @classmethod
    async def enter(cls, page: Page, hear: Callable[[Frame], None] | None = None) -> "Tab":
        """Connected as this page, said hello and welcomed."""
        tab = await cls(hear).dial(page.url, _cookies(page))
        tab.send(encode(page.hello()))
        await tab._welcomed
        return tab

    async def dial(self, url: str, cookies: str = "") -> "Tab":
        """Return once the handshake is done."""
        parts = urlsplit(url)
        await asyncio.get_running_loop().create_connection(
            lambda: self, parts.hostname or "", parts.port or 80
        )
        lines = [
            "GET /socket HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Origin: {url}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {b64encode(secrets.token_bytes(16)).decode()}",
            *([f"Cookie: {cookies}"] if cookies else []),
        ]
        self._transport.write("\r\n".join([*lines, "", ""]).encode())
        await self._shaken
        return self

    def send(self, frame: bytes) -> None:
        size = len(frame)
        head = bytes((FINAL_TEXT, 0x80 | size)) if size < 126 else struct.pack("!BBH", FINAL_TEXT, 0xFE, size)
        self._transport.write(head + MASK + frame)

    def order(self, kind: str, answered: Callable[[Frame], None], **fields: Any) -> None:
        """Send an order under the next number; `answered` is called with its answer."""
        self.cseq += 1
        self._answers[self.cseq] = answered
        self.send(encode({"t": kind, "cseq": self.cseq, **fields}))

    async def ordered(self, kind: str, **fields: Any) -> Frame:
        """Send an order, which must be carried out, and wait for its answer."""
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self.order(kind, answer.set_result, **fields)
        frame = await answer
        if frame["t"] != "Acked":
            raise RuntimeError(f"{kind} was refused: {frame}")
        return frame

    async def ping(self, n: int = 1) -> None:
        """A heartbeat and its answer."""
        ponged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        before = self.hear

        def hear(frame: Frame) -> None:
            if frame["t"] == "Pong" and not ponged.done():
                ponged.set_result(None)
            elif before is not None:
                before(frame)

        self.hear = hear
        self.send(encode({"t": "Ping", "n": n}))
        await ponged
        self.hear = before

    def leave(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("cut off")

    def data_received(self, data: bytes) -> None:
        self._coming += data
        if not self._shaken.done():
            self._shake()
        while self._shaken.done() and self._next():
            pass

    def _shake(self) -> None:
        head, end, rest = bytes(self._coming).partition(b"\r\n\r\n")
        if not end:
            return
        if not head.startswith(b"HTTP/1.1 101 "):
            self._fail(head.splitlines()[0].decode())
            return
        self._shaken.set_result(None)
        self._coming = bytearray(rest)

    def _fail(self, why: str) -> None:
        for awaited in (self._shaken, self._welcomed):
            if not awaited.done():
                awaited.set_exception(ConnectionError(why))
                awaited.exception()  # nobody may be waiting for it

    def _next(self) -> bool:
        """Take one frame; False when it has not come whole."""
        coming = self._coming
        if len(coming) < 2:
            return False
        size, start = coming[1], 2
        if size == 126:
            size, start = int.from_bytes(coming[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(coming[2:10], "big"), 10
        if len(coming) < start + size:
            return False
        kind, content = coming[0], bytes(coming[start : start + size])
        del coming[: start + size]
        if kind == CLOSE:
            self._fail(f"closed with {int.from_bytes(content[:2], 'big')}")
        else:
            self._heard(_decode(content))
        return True

    def _heard(self, frame: Frame) -> None:
        kind = frame["t"]
        if kind in WELCOMES:
            if not self._welcomed.done():  # another one comes when frames may have been lost
                self.cseq = frame["last_cseq"]
                self._welcomed.set_result(None)
        elif kind in {"Acked", "Refused"} and frame.get("cseq") in self._answers:
            self._answers.pop(frame["cseq"])(frame)
        if self.hear is not None:
            self.hear(frame)


def _cookies(page: Page) -> str:
    return "; ".join(f"{name}={value}" for name, value in page.cookies.items())
