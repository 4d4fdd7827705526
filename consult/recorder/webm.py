"""WebM as it is written while it grows (RFC 9559, WebM Container Guidelines): a head, then clusters. Pure.

One picture (VP8) and one voice (Opus). The segment's length is unknown and there is no index, as in what a
browser records: players read it from the beginning.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

VIDEO, AUDIO = 1, 2
AUDIO_HZ, AUDIO_CHANNELS = 48_000, 2
# A block tells its time by 16 bits from its cluster's.
CLUSTER_MS = 30_000

_OPUS_HEAD = b"OpusHead" + bytes([1, AUDIO_CHANNELS]) + b"\0\0" + AUDIO_HZ.to_bytes(4, "little") + bytes(3)
_PREROLL_NS = 80_000_000
_NO_LENGTH = b"\x01" + b"\xff" * 7
_KEY = 0x80


@dataclass(frozen=True, slots=True)
class Block:
    """One encoded frame; `at_ms` from the beginning of the recording."""

    track: int
    at_ms: int
    key: bool
    data: bytes


def head(width: int, height: int) -> bytes:
    """What a file begins with, once."""
    ebml = _element(
        0x1A45DFA3,
        _number(0x4286, 1)
        + _number(0x42F7, 1)
        + _number(0x42F2, 4)
        + _number(0x42F3, 8)
        + _element(0x4282, b"webm")
        + _number(0x4287, 4)
        + _number(0x4285, 2),
    )
    info = _element(
        0x1549A966, _number(0x2AD7B1, 1_000_000) + _element(0x4D80, b"consult") + _element(0x5741, b"consult")
    )
    tracks = _element(0x1654AE6B, _video(width, height) + _audio())
    return ebml + _id(0x18538067) + _NO_LENGTH + info + tracks


def clusters(blocks: Iterable[Block]) -> bytes:
    """The blocks in the order of their times, which may be given in any."""
    ordered = sorted(blocks, key=lambda block: block.at_ms)
    if not ordered:
        return b""
    starts = [0]
    for number, block in enumerate(ordered):
        if block.at_ms - ordered[starts[-1]].at_ms > CLUSTER_MS:
            starts.append(number)
    return b"".join(_cluster(ordered[a:b]) for a, b in pairwise([*starts, len(ordered)]))


def picture_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of a VP8 key frame (RFC 6386, 9.1), None for every other frame."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


def _cluster(blocks: list[Block]) -> bytes:
    start = blocks[0].at_ms
    written = [_number(0xE7, start)]
    for block in blocks:
        place = bytes([0x80 | block.track]) + (block.at_ms - start).to_bytes(2, "big")
        written.append(_element(0xA3, place + bytes([_KEY if block.key else 0]) + block.data))
    return _element(0x1F43B675, b"".join(written))


def _video(width: int, height: int) -> bytes:
    size = _element(0xE0, _number(0xB0, width) + _number(0xBA, height))
    return _element(0xAE, _track(VIDEO, kind=1, codec=b"V_VP8") + size)


def _audio() -> bytes:
    sound = _element(0xE1, _element(0xB5, b"\x47\x3b\x80\x00") + _number(0x9F, AUDIO_CHANNELS))
    opus = _element(0x63A2, _OPUS_HEAD) + _number(0x56AA, 0) + _number(0x56BB, _PREROLL_NS)
    return _element(0xAE, _track(AUDIO, kind=2, codec=b"A_OPUS") + opus + sound)


def _track(number: int, kind: int, codec: bytes) -> bytes:
    numbered = _number(0xD7, number) + _number(0x73C5, number) + _number(0x83, kind)
    return numbered + _number(0x9C, 0) + _element(0x86, codec)


def _element(name: int, content: bytes) -> bytes:
    return _id(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _id(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big")
