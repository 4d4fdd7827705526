"""CPU of a device check: what the mirror's process uses while it sends streams back and counts.

The senders are aiortc with ready-made packets, in this process: picture of 700 kbit/s and sound, which is
as much as a check sends. Counted is the mirror alone, its keys and connecting included, over the time that
media flows.
"""

import asyncio
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import Packet

from consult.peers.letters import Offered
from consult.precall.letters import Counted, mirror_path
from consult.precall.line import MirrorLine
from tests.bench.figures import Figure, at_most, plain
from tests.bench.machine import cpu_seconds
from tests.running.program import Program
from tests.support.waiting import until

PICTURE = ("video", 15, 700_000 // 8 // 15)
SOUND = ("audio", 50, 60)


@dataclass(frozen=True, slots=True)
class Size:
    at_once: tuple[int, ...] = (1, 5, 10)
    seconds: float = 8.0


TINY = Size(at_once=(1,), seconds=1.0)


class Packets(MediaStreamTrack):
    """Packets of one size at an even pace."""

    def __init__(self, kind: str, each_second: int, size_bytes: int) -> None:
        super().__init__()
        self.kind = kind
        self._every = 1 / each_second
        self._bytes = bytes(size_bytes)
        self._time_base = Fraction(1, each_second)
        self._numbers = count()
        self._began = time.monotonic()

    async def recv(self) -> Any:
        number = next(self._numbers)
        await asyncio.sleep(max(0.0, self._began + number * self._every - time.monotonic()))
        packet = Packet(self._bytes)
        packet.pts, packet.time_base = number, self._time_base
        return packet


async def run(size: Size = Size()) -> list[Figure]:
    figures: list[Figure] = []
    with TemporaryDirectory() as directory:
        data_dir = Path(directory)
        with Program(data_dir, "device-check", CONSULT_CHECKS_AT_ONCE=20) as mirror:
            await until(mirror_path(data_dir).exists)
            await _check(data_dir, 0.2)  # the first has to wait for aiortc
            for number in size.at_once:
                figures += await _measured(mirror.process.pid, data_dir, number, size.seconds)
    return figures


async def _measured(pid: int, data_dir: Path, number: int, seconds: float) -> list[Figure]:
    before = cpu_seconds(pid)
    counted = await asyncio.gather(*(_check(data_dir, seconds) for _ in range(number)))
    share = (cpu_seconds(pid) - before) / (number * seconds)
    lost = sum(one.lost for one in counted)
    return [
        at_most("check", f"{number} at once: of a core, each", [100 * share], 5, " %"),
        plain(
            "check", f"{number} at once: received of each", [sum(c.kbps for c in counted) / number], " kbit/s"
        ),
        plain("check", f"{number} at once: packets lost", [lost], f" of {sum(c.packets for c in counted)}"),
    ]


async def _check(data_dir: Path, seconds: float) -> Counted:
    line = await MirrorLine.open(data_dir, [])
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    line.listen(answer.set_result, lambda why: None)
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        for kind in (PICTURE, SOUND):
            connection.addTrack(Packets(*kind))
        await connection.setLocalDescription(await connection.createOffer())
        line.send(Offered(connection.localDescription.sdp))
        await connection.setRemoteDescription(RTCSessionDescription(await answer, "answer"))
        await asyncio.sleep(seconds)
        counted = await line.count()
        assert counted is not None
        return counted
    finally:
        await connection.close()
