"""A page without a socket: a connection whose other end is read by one request after another."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from consult.hub.connection import Connection
from consult.wire.closes import Close

MOST_FRAMES = 256
# Everything else that may come stands in the next snapshot as well.
_ONLY_NOW = ('{"t":"TypingShown"', '{"t":"DisruptionTold"')


class Seat:
    """What the hub sends is kept here until a request fetches it. `receive` and `send` are its socket."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.closed: int | None = None
        self._end_told = False
        self._frames: list[str] = []
        self._news = asyncio.Event()
        self._goodbye: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._turn = 0

    def opened(self, connection: Connection) -> None:
        self.connection = connection

    async def receive(self) -> MutableMapping[str, Any]:
        """Frames come by other requests, so all there is to receive is the end."""
        return await self._goodbye.get()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.end(message["code"])
        else:
            if len(self._frames) >= MOST_FRAMES:
                self.forget_what_a_snapshot_holds()
            self._frames.append(message["text"])
            self._news.set()

    def end(self, code: int) -> None:
        """No more will come. The first code stays."""
        if self.closed is None:
            self.closed = code
            self._goodbye.put_nowait({"type": "websocket.disconnect", "code": code})
        self._news.set()

    async def news(self, within_seconds: float) -> bool:
        """Wait until something came. False when nothing did, or a newer request waits in this one's place."""
        self._turn += 1
        turn = self._turn
        self._news.set() if self._frames or self.closed else self._news.clear()
        try:
            async with asyncio.timeout(within_seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return turn == self._turn

    def give_way(self) -> None:
        """A newer request is here: the one that waits answers at once, with nothing."""
        self._turn += 1
        self._news.set()

    def take(self) -> list[str]:
        """What came, each once."""
        frames, self._frames = self._frames, []
        return frames

    def forget_what_a_snapshot_holds(self) -> None:
        self._frames = [frame for frame in self._frames if frame.startswith(_ONLY_NOW)]

    def end_told(self) -> int | None:
        """The code to answer with, which is known to the page from then on; None while it goes on."""
        self._end_told = self._end_told or self.closed is not None
        return self.closed

    def is_over(self, begins: bool) -> bool:
        """Whether the next request gets another seat. `begins`: it is the first of a page's connection.

        Whose place a newer device took gets none, until the page knows and is asked to go on all the same.
        """
        if self.replaced:
            return begins and self._end_told
        return self.closed is not None

    @property
    def replaced(self) -> bool:
        return self.closed == int(Close.REPLACED)
