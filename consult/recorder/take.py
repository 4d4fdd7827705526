"""One recording under way: what its page sends, cut into slices that are chained and kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from consult.errors import ConsultError
from consult.people import Caller
from consult.recorder.reel import Reel
from consult.recordings.chain import first_link, next_link
from consult.recordings.rules import SILENT_SECONDS, SLICE_SECONDS
from consult.recordings.slices import Slice

if TYPE_CHECKING:
    from consult.recorder.peer import Peer

log = logging.getLogger("consult.recorder")

Keep = Callable[[Caller, Slice], Awaitable[int]]
NewPeer = Callable[..., "Peer"]

LOOK_SECONDS = 0.5
RETRY_SECONDS = 1.0
# A database that is away for longer ends the recording.
TRIES = 60


class Take:
    """From the first line of a page until it is ended, or nothing more may be kept.

    `keep` is the one place that decides what is kept: it looks at everybody's consent each time.
    """

    def __init__(self, recording: str, officer: Caller, keep: Keep, most_bytes: int) -> None:
        self._recording = recording
        self._officer = officer
        self._keep = keep
        self._reel = Reel(most_bytes)
        self._link = first_link(recording)
        self._number = 0
        self._source = 0
        self._peer: Peer | None = None
        self._ended = asyncio.Event()
        self._sealed = False
        self._clock = asyncio.get_running_loop().time
        self._began: float | None = None
        self._heard_at = self._clock()

    async def peer(self, new: NewPeer, ice_servers: list[dict[str, Any]]) -> "Peer":
        """An end for the page to connect to. Whatever it was connected to before is let go."""
        self._source += 1
        source, before = self._source, self._peer

        def frame(track: int, stamp: int, data: bytes) -> None:
            if source == self._source and not self._ended.is_set():
                self._took(track, source, stamp, data)

        def lost() -> None:
            if source == self._source:
                self._reel.lost()

        self._reel.lost()
        self._peer = new(ice_servers, frame, lost)
        if before is not None:
            await before.close()
        return self._peer

    def _took(self, track: int, source: int, stamp: int, data: bytes) -> None:
        self._heard_at = self._clock()
        if self._began is None:
            self._began = self._heard_at
        self._reel.add(track, source, stamp, (self._heard_at - self._began) * 1000, data)

    def end(self, sealed: bool) -> None:
        """No frame is taken any more. `sealed`: nor is what has come since the last slice."""
        self._sealed |= sealed
        self._ended.set()

    async def run(self) -> bool:
        """Whether it was ended in order; otherwise nothing more may, or can, be kept."""
        looking = asyncio.create_task(self._look_after(), name="recorder looks after a page")
        try:
            while not self._ended.is_set():
                await _either(self._ended, SLICE_SECONDS)
                if not self._sealed and not await self._cut():
                    return False
                if self._clock() - self._heard_at > SILENT_SECONDS:
                    return False
            return True
        finally:
            self._ended.set()
            looking.cancel()
            if self._peer is not None:
                await self._peer.close()

    async def _cut(self) -> bool:
        last = self._ended.is_set()
        content = self._reel.cut()
        # An empty last one says that there is no more.
        if not content and not (last and self._number):
            return True
        link = await asyncio.to_thread(next_link, self._link, content)
        if not await self._kept(Slice(self._recording, self._number, link, content, last)):
            return False
        self._link, self._number = link, self._number + 1
        return True

    async def _kept(self, given: Slice) -> bool:
        for _ in range(TRIES):
            try:
                await self._keep(self._officer, given)
                return True
            except ConsultError as refusal:
                if refusal.final:
                    log.info("no more of a recording is kept (%s)", refusal.code)
                    return False
            except Exception as error:
                log.warning("a slice could not be kept (%s)", type(error).__name__)
            if self._sealed:
                return True
            await asyncio.sleep(RETRY_SECONDS)
        return False

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._peer is not None:
                await self._peer.look_after(self._reel.waits_for_key)


async def _either(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
