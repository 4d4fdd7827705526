"""One peer: takes a browser's offer and sends every packet back to it without decoding, counting."""

import asyncio
import time
from collections import Counter
from typing import Any

import msgspec
from aiortc import RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rate import BandwidthUsage
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtpPacket, pack_remb_fci

from consult.peers import private
from consult.peers.connection import add_path, answered, connection
from consult.precall.mirror.counting import Counting, best_kbps
from consult.precall.mirror.private import RECEIVER, SENDER, TRANSPORT, check
from consult.precall.mirror.ramp import Ramp


class Counted(msgspec.Struct, frozen=True):
    """What came from the browser. `kbps` with headers, of the best second."""

    packets: int
    lost: int
    kbps: int
    jitter_ms: int


class Silence(MediaStreamTrack):
    """Nothing of the sender's own."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        await asyncio.Event().wait()


class Peer:
    def __init__(self, ice_servers: list[dict[str, Any]]) -> None:
        self._pc = connection(ice_servers)
        self._streams: dict[int, Counting] = {}

    async def answer(self, sdp: str) -> str:
        """The answer, with all candidates. Raises NoSuchName, and what aiortc makes of a strange offer."""
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        check(self._pc)
        for transceiver in self._pc.getTransceivers():
            transceiver.sender.replaceTrack(Silence(transceiver.kind))
            transceiver.direction = "sendrecv"
            _Reflection(transceiver, self._streams)
        return await answered(self._pc)

    async def candidate(self, candidate: str, mid: str | None, line: int | None) -> None:
        await add_path(self._pc, candidate, mid, line)

    def counted(self) -> Counted:
        """All streams together."""
        streams = [stream for stream in self._streams.values() if stream.first_at is not None]
        if not streams:
            return Counted(0, 0, 0, 0)
        slices: Counter[int] = Counter()
        for stream in streams:
            slices.update(stream.slices)
        return Counted(
            packets=sum(stream.packets_received for stream in streams),
            lost=max(0, sum(stream.packets_lost for stream in streams)),
            kbps=best_kbps(slices),
            jitter_ms=max(stream.jitter_ms for stream in streams),
        )

    async def close(self) -> None:
        await self._pc.close()


class _Reflection:
    """One transceiver, turned round."""

    def __init__(self, transceiver: Any, streams: dict[int, Counting]) -> None:
        self._receiver = transceiver.receiver
        self._sender = transceiver.sender
        self._streams = streams
        self._codecs = private.of(self._receiver, RECEIVER["codecs"])
        self._reported = private.of(self._receiver, RECEIVER["streams"])
        self._estimator = private.of(self._receiver, RECEIVER["estimator"])
        self._ramp = Ramp()
        self._receiver._handle_rtp_packet = self._came
        self._sender._send_keyframe = self._ask_keyframe
        self._asking: set[asyncio.Task[None]] = set()

    async def _came(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        await self._estimate(packet, arrival_time_ms)
        codec = self._codecs.get(packet.payload_type)
        if codec is None:
            return
        counting = self._streams.get(packet.ssrc)
        if counting is None:
            counting = self._streams[packet.ssrc] = Counting(codec.clockRate)
            self._reported[packet.ssrc] = counting
        size_bytes = len(packet.payload) + packet.padding_size
        counting.add(packet.sequence_number, packet.timestamp, size_bytes, time.monotonic())
        if not codec.mimeType.lower().endswith("/rtx"):
            await self._send_back(packet)

    async def _estimate(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        """Tell the browser how much arrives, so that it sends more."""
        if self._estimator is None or packet.extensions.abs_send_time is None:
            return
        self._estimator.add(
            abs_send_time=packet.extensions.abs_send_time,
            arrival_time_ms=arrival_time_ms,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        queueing = self._estimator.detector.state() is BandwidthUsage.OVERUSING
        size_bytes = len(packet.payload) + packet.padding_size
        bps = self._ramp.add(size_bytes, arrival_time_ms / 1000, queueing)
        ssrc = private.of(self._receiver, RECEIVER["rtcp_ssrc"])
        if bps is not None and ssrc is not None:
            fci = pack_remb_fci(bps, list(self._estimator.ssrcs))
            told = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=ssrc, media_ssrc=0, fci=fci)
            await private.of(self._receiver, RECEIVER["send_rtcp"])(told)

    async def _send_back(self, packet: RtpPacket) -> None:
        if not private.of(self._sender, SENDER["started"]):
            return
        back = RtpPacket(
            payload_type=packet.payload_type,
            marker=packet.marker,
            sequence_number=packet.sequence_number,
            timestamp=packet.timestamp,
            ssrc=private.of(self._sender, SENDER["ssrc"]),
            payload=packet.payload,
        )
        back.extensions.mid = private.of(self._sender, SENDER["mid"])
        written = back.serialize(private.of(self._sender, SENDER["extensions"]))
        try:
            await private.of(self._sender.transport, TRANSPORT["send_rtp"])(written)
        except ConnectionError:
            return

    def _ask_keyframe(self) -> None:
        """The browser cannot show what came back: it is itself asked for a whole picture."""
        ask = private.of(self._receiver, RECEIVER["send_pli"])
        for ssrc in list(self._reported):
            asking = asyncio.ensure_future(ask(ssrc))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
