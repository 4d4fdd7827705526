"""One stream of a page: its encoded frames as they came, and asking for what is missing."""

from collections.abc import Callable
from typing import Any

from aiortc.jitterbuffer import JitterBuffer

from consult.peers import private
from consult.recorder.private import RECEIVER

# What was asked for again so often, half a second apart, does not come any more.
TRIES = 3
PICTURE_PACKETS = 512

Frames = Callable[[int, bytes], None]


class Intake:
    """Stands where aiortc's decoder takes frames from, whose thread it lets end at once.

    `frame` is called with the RTP time and the data of each whole frame, `lost` when a part of the picture
    is given up.
    """

    def __init__(self, receiver: Any, codec: str, frame: Frames, lost: Callable[[], None]) -> None:
        self._receiver = receiver
        self._codec = codec
        self._frame = frame
        self._lost = lost
        self._tries = 0
        self._packets = 0
        self._moves = True
        self._send_pli = private.of(receiver, RECEIVER["send_pli"])
        for name in RECEIVER.values():
            private.of(receiver, name)
        private.put(receiver, RECEIVER["frames"], self)
        private.put(receiver, RECEIVER["send_pli"], self._given_up)

    def put(self, task: Any) -> None:
        """From aiortc: a frame, or that there will be no more."""
        if task is None:
            return
        codec, frame = task
        self._moves = True
        if codec.mimeType.lower() == self._codec:
            self._frame(frame.timestamp, bytes(frame.data))

    def get(self) -> None:
        """To aiortc's decoder: there is nothing to decode."""
        return None

    async def ask_for_key(self) -> None:
        """A whole picture, from every source of it (RFC 4585, 6.3.1)."""
        for ssrc in list(private.of(self._receiver, RECEIVER["streams"])):
            await self._send_pli(ssrc)

    async def ask_for_missing(self) -> None:
        """Again, since aiortc asks only once; after some times go on without it.

        aiortc forgets what is missing after 128 packets, so what counts is that packets come without a frame.
        """
        streams = private.of(self._receiver, RECEIVER["streams"])
        packets = sum(stream.packets_received for stream in streams.values())
        stands = packets > self._packets and not self._moves
        self._packets, self._moves = packets, False
        if not stands:
            self._tries = 0
            return
        self._tries += 1
        missing = private.of(private.of(self._receiver, RECEIVER["missing"]), "missing")
        if self._tries <= TRIES:
            for ssrc in list(streams)[:1] if missing else []:
                await private.of(self._receiver, RECEIVER["send_nack"])(ssrc, sorted(missing))
            return
        self._tries = 0
        missing.clear()
        # Frames behind a gap would wait in it for ten seconds.
        buffer = JitterBuffer(capacity=PICTURE_PACKETS, is_video=True)
        private.put(self._receiver, RECEIVER["jitter_buffer"], buffer)
        self._lost()
        await self.ask_for_key()

    async def _given_up(self, ssrc: int) -> None:
        """aiortc has let go of packets of the picture."""
        self._lost()
        await self._send_pli(ssrc)
