"""A picture that moves and a tone, encoded once and sent again and again without any more encoding."""

import asyncio
import io
import math
import random
import time
from array import array
from fractions import Fraction
from typing import Any

import av
from aiortc.mediastreams import MediaStreamTrack

RATE = 15
SOUND_HZ = 48_000
SOUND_SAMPLES = 960


def picture(seconds: int = 4, width: int = 640, height: int = 480, bits: int = 600_000) -> list[bytes]:
    """VP8 frames, a key frame in each second."""
    settings = {"deadline": "realtime", "cpu-used": "16", "threads": "1"}
    noise = bytes(96 + value % 12 for value in random.Random(1).randbytes(width * height * 2))
    frames: list[bytes] = []
    with av.open(io.BytesIO(), "w", format="webm") as container:
        stream: Any = container.add_stream("libvpx", rate=RATE, options=settings)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", bits
        stream.gop_size = RATE
        for number in range(seconds * RATE):
            frame = _drawn(noise, width, height, number)
            frames += [bytes(packet) for packet in stream.encode(frame)]
        frames += [bytes(packet) for packet in stream.encode(None)]
    return frames


def sound(seconds: int = 4) -> list[bytes]:
    """Opus packets of 20 ms."""
    packets: list[bytes] = []
    with av.open(io.BytesIO(), "w", format="ogg") as container:
        stream: Any = container.add_stream("libopus", rate=SOUND_HZ)
        stream.bit_rate, stream.layout = 32_000, "mono"
        for number in range(seconds * SOUND_HZ // SOUND_SAMPLES):
            times = range(number * SOUND_SAMPLES, (number + 1) * SOUND_SAMPLES)
            wave = array("h", (int(8_000 * math.sin(math.tau * 440 * at / SOUND_HZ)) for at in times))
            frame = av.AudioFrame("s16", "mono", SOUND_SAMPLES)
            frame.planes[0].update(wave.tobytes())
            frame.sample_rate, frame.pts = SOUND_HZ, number * SOUND_SAMPLES
            packets += [bytes(packet) for packet in stream.encode(frame)]
        packets += [bytes(packet) for packet in stream.encode(None)]
    return packets


def _drawn(noise: bytes, width: int, height: int, number: int) -> av.VideoFrame:
    """Noise that moves in its upper third, for what an encoder has to do; the rest is even."""
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        rough = plane.height // 3 * plane.line_size
        start = number * 2 * plane.line_size
        plane.update(noise[start : start + rough] + bytes([96]) * (plane.buffer_size - rough))
    return frame


class Encoded(MediaStreamTrack):
    """Sends ready frames at an even pace, from the beginning again after the last."""

    def __init__(self, kind: str, frames: list[bytes], each_second: int) -> None:
        super().__init__()
        self.kind = kind
        self.sent = 0
        self._frames = frames
        self._time_base = Fraction(1, each_second)
        self._began = time.monotonic()

    async def recv(self) -> Any:
        due = self._began + float(self.sent * self._time_base)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        packet = av.Packet(self._frames[self.sent % len(self._frames)])
        packet.pts, packet.time_base = self.sent, self._time_base
        self.sent += 1
        return packet


def tracks(frames: list[bytes], packets: list[bytes]) -> tuple[Encoded, Encoded]:
    """Picture and sound."""
    return Encoded("video", frames, RATE), Encoded("audio", packets, SOUND_HZ // SOUND_SAMPLES)
