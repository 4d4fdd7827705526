"""What is recorded between two cuts: encoded frames on one line of time, a slice at each cut. Pure."""

from dataclasses import dataclass

from consult.recorder import webm
from consult.recorder.webm import AUDIO, VIDEO, Block

RATES_HZ = {AUDIO: 48_000, VIDEO: 90_000}
# A stream that is so far from when its packets come has begun to count anew.
ASTRAY_MS = 2_000
# Of a file whose first slice has no picture; players take the size from the picture itself.
USUAL_SIZE = (960, 360)
# What a block and a cluster cost besides the frame.
BLOCK_BYTES = 16


@dataclass(slots=True)
class _Clock:
    """One stream's RTP time against the recording's: the first frame of each source is when it came."""

    source: int
    stamp: int
    at_ms: float


class Reel:
    """The picture begins with a key frame, and again after something of it was lost.

    `most_bytes`: of a slice; what does not fit is left out, the picture up to a key frame.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._blocks: list[Block] = []
        self._bytes = 0
        self._clocks: dict[int, _Clock] = {}
        self._last_ms = {VIDEO: -1, AUDIO: -1}
        self._size: tuple[int, int] | None = None
        self._waits_for_key = True
        self._begun = False

    @property
    def waits_for_key(self) -> bool:
        """Frames of the picture are left out until it comes whole."""
        return self._waits_for_key

    def lost(self) -> None:
        """Something of the picture is missing: what follows could not be decoded."""
        self._waits_for_key = True

    def add(self, track: int, source: int, stamp: int, now_ms: float, data: bytes) -> None:
        """A frame with the RTP time `stamp` came at `now_ms`, from the `source`th connection."""
        size = webm.picture_size(data) if track == VIDEO else None
        if track == VIDEO and self._waits_for_key and size is None:
            return
        if not data or self._bytes + len(data) + BLOCK_BYTES > self._most_bytes:
            self._waits_for_key |= track == VIDEO
            return
        if size is not None:
            self._waits_for_key = False
            self._size = self._size or size
        at_ms = max(self._last_ms[track] + 1, round(self._placed(track, source, stamp, now_ms)))
        self._last_ms[track] = at_ms
        self._blocks.append(Block(track, at_ms, track == AUDIO or size is not None, data))
        self._bytes += len(data) + BLOCK_BYTES

    def cut(self) -> bytes:
        """The next slice; nothing when nothing came."""
        if not self._blocks:
            return b""
        content = webm.clusters(self._blocks)
        if not self._begun:
            content = webm.head(*(self._size or USUAL_SIZE)) + content
        self._begun = True
        self._blocks, self._bytes = [], 0
        return content

    def _placed(self, track: int, source: int, stamp: int, now_ms: float) -> float:
        clock = self._clocks.get(track)
        if clock is not None and clock.source == source:
            at_ms = clock.at_ms + (stamp - clock.stamp) * 1000 / RATES_HZ[track]
            if abs(at_ms - now_ms) < ASTRAY_MS:
                return at_ms
        self._clocks[track] = _Clock(source, stamp, now_ms)
        return now_ms
