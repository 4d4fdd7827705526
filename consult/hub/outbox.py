"""What a connection was not sent yet: bounded, written by a task that lives only while there is something."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from consult.wire.closes import MEANING, Close

log = logging.getLogger(__name__)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Each of these is soon followed by a newer one of its kind, or matters only now.
_DROPPABLE = tuple(
    f'{{"t":"{name}"'.encode()
    for name in ("TypingShown", "PositionTold", "PresenceTold", "LineShown", "BoardShown")
)


# Snapshots that nobody reads: who stands still while Redis comes and goes must not fill the memory.
MOST_SNAPSHOTS = 8


class Outbox:
    """`put` never waits. A reader too slow for the bounds is told so and let go (4008)."""

    __slots__ = (
        "_bytes",
        "_closing",
        "_held",
        "_most_bytes",
        "_most_frames",
        "_on_full",
        "_send",
        "_snapshots",
        "_unsent",
        "_writer",
    )

    def __init__(self, send: Send, most_frames: int, most_bytes: int, on_full: Callable[[], None]) -> None:
        self._send = send
        self._most_frames = most_frames
        self._most_bytes = most_bytes
        self._on_full = on_full
        self._unsent: deque[bytes] | None = None
        # Counts toward no bound: a long conversation's snapshot is as long as it is.
        self._snapshots: deque[bytes] | None = None
        self._bytes = 0
        self._held = False
        self._closing: Close | None = None
        self._writer: asyncio.Task[None] | None = None

    def put(self, frame: bytes) -> None:
        """Send `frame` after everything that was put before it."""
        if self._closing is not None:
            return
        if self._unsent is None:
            self._unsent = deque()
        self._unsent.append(frame)
        self._bytes += len(frame)
        if self._over():
            self._drop_what_can_be()
            if self._over():
                self._on_full()
                return
        self._write_on()

    def hold(self) -> None:
        """Keep what comes until `release`: nothing may be shown before the snapshot that is being read."""
        self._held = True

    def release(self, snapshot: bytes) -> None:
        """Send the snapshot, then what was held. An unsent one goes first: it told more."""
        if self._closing is None:
            self._held = False
            if self._snapshots is None:
                self._snapshots = deque()
            self._snapshots.append(snapshot)
            if len(self._snapshots) > MOST_SNAPSHOTS:
                self._on_full()
                return
            self._write_on()

    def let_out(self) -> None:
        """Send what was held, if it still is: no snapshot could be read."""
        if self._held:
            self._held = False
            self._write_on()

    def finish(self, close: Close, *, unread: bool = False) -> None:
        """Send what is there (nothing when `unread`), then close."""
        if self._closing is not None:
            return
        self._closing = close
        self._held = False
        if unread:
            self._clear()
        self._write_on()

    def abandon(self) -> None:
        """The connection is gone: drop everything."""
        self._closing = self._closing or Close.GOING_AWAY
        self._clear()
        if self._writer is not None:
            self._writer.cancel()

    @property
    def waiting(self) -> int:
        return len(self._unsent or ())

    def _over(self) -> bool:
        return self.waiting > self._most_frames or self._bytes > self._most_bytes

    def _drop_what_can_be(self) -> None:
        self._unsent = deque(frame for frame in self._unsent or () if not frame.startswith(_DROPPABLE))
        self._bytes = sum(map(len, self._unsent))

    def _clear(self) -> None:
        self._unsent = self._snapshots = None
        self._bytes = 0

    def _write_on(self) -> None:
        if self._writer is None and (self._snapshots or not self._held):
            self._writer = asyncio.create_task(self._write())

    def _next(self) -> bytes | None:
        if self._snapshots:
            return self._snapshots.popleft()
        # What was held waits for a snapshot that is being read; one that is ready does not.
        if self._held or not self._unsent:
            return None
        frame = self._unsent.popleft()
        self._bytes -= len(frame)
        return frame

    async def _write(self) -> None:
        try:
            while (frame := self._next()) is not None:
                await self._send({"type": "websocket.send", "text": frame.decode()})
            if self._closing is not None:
                reason = MEANING[self._closing].reason
                await self._send({"type": "websocket.close", "code": int(self._closing), "reason": reason})
        except (OSError, RuntimeError):
            # The other end is gone; the receiving side finds out by itself.
            self._closing = self._closing or Close.GOING_AWAY
            self._clear()
        finally:
            self._writer = None
            if not self._unsent:
                self._unsent = None
            if not self._snapshots:
                self._snapshots = None
