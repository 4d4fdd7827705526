"""A person in a call without a browser: aiortc's media, our signalling, perfect negotiation as told.

peer = Peer(client, stream)
await peer.rings("video")
await peer.decodes("video", frames=5)
"""

import asyncio
import fractions
from contextlib import suppress
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from aiortc.sdp import candidate_from_sdp
from av import VideoFrame

from tests.support.client import Client, Frame
from tests.support.waiting import until

FRAMES_PER_SECOND = 15
VIDEO_CLOCK = 90_000
LIVE = frozenset({"connecting", "connected"})


class Picture(MediaStreamTrack):
    """A small picture that changes with each frame."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    async def recv(self) -> VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(1 / FRAMES_PER_SECOND)
        frame = VideoFrame(width=160, height=120)
        for plane in frame.planes:
            plane.update(bytes([self._count % 256]) * plane.buffer_size)
        frame.pts = self._count * VIDEO_CLOCK // FRAMES_PER_SECOND
        frame.time_base = fractions.Fraction(1, VIDEO_CLOCK)
        self._count += 1
        return frame


class Peer:
    """Follows the call on one socket as a page does; `stream` names that page."""

    def __init__(self, client: Client, stream: str) -> None:
        self.client = client
        self.stream = stream
        self.call: Frame | None = None
        self.decoded = {"audio": 0, "video": 0}
        self.offers_ignored = 0
        self.offers_replaced = 0
        self.answers_taken = 0
        self.reports: list[Frame] = []
        self.candidates_held = 0
        self.candidates_first = False
        self.holds_offers = False
        self.stays_silent = False
        self.generation = 0
        self.certificate = RTCCertificate.generateCertificate()
        self._camera = True
        self._pc: RTCPeerConnection | None = None
        self._held: list[Frame] = []
        self._tasks: set[asyncio.Task[None]] = set()
        # One thing after the other: a connection that is let go half-made leaves its sockets open.
        self._busy = asyncio.Lock()
        self._following = asyncio.create_task(self._follow())

    @property
    def state(self) -> str:
        return self._pc.connectionState if self._pc else "none"

    @property
    def description(self) -> str:
        """What this side said of itself last."""
        assert self._pc is not None
        return str(self._pc.localDescription.sdp)

    @property
    def settled(self) -> bool:
        return self._pc is not None and self._pc.signalingState == "stable"

    async def rings(self, media: str) -> None:
        self._camera = media == "video"
        await self.client.acked("Ring", media=media)

    async def sees(self, stage: str, **fields: Any) -> Frame:
        """The call once it is in this stage, with these fields."""

        def fits() -> Frame | None:
            self._is_well()
            call = self.call
            if call is None or call["stage"] != stage:
                return None
            return call if all(call.get(name) == value for name, value in fields.items()) else None

        try:
            found: Frame = await until(fits, 20)
        except AssertionError:
            raise AssertionError(f"not {stage} {fields}: {self.told()}") from None
        return found

    def told(self) -> str:
        """How it stands, for a test that fails."""
        pc = self._pc
        states = pc and (pc.connectionState, pc.signalingState, pc.iceConnectionState, pc.iceGatheringState)
        refused = self.client.has_heard("Refused")
        return f"{states} decoded {self.decoded} held {len(self._held)} refused {refused} call {self.call}"

    async def accepts(self, media: str) -> None:
        call = await self.sees("ringing")
        self._camera = media == "video"
        await self.client.acked("AcceptCall", call=call["id"], media=media)

    async def acts(self, kind: str, **fields: Any) -> Frame:
        """An order about the present call."""
        assert self.call is not None
        return await self.client.acked(kind, call=self.call["id"], **fields)

    async def renews(self) -> None:
        assert self.call is not None
        await self.acts("RenewCall", generation=self.call["generation"])

    async def decodes(self, kind: str, frames: int = 3) -> None:
        """Some more frames than until now."""
        goal = self.decoded[kind] + frames

        def decoded() -> bool:
            self._is_well()
            return self.decoded[kind] >= goal

        await until(decoded, 20)

    async def offers(self) -> None:
        """An offer, whoever's turn it is; it brings both lines the first time."""
        async with self._busy:
            await self._offer()

    async def _offer(self) -> None:
        pc = self._connection()
        if not pc.getTransceivers():
            self._bring_tracks(pc)
            for kind in {"audio", "video"} - {each.kind for each in pc.getTransceivers()}:
                pc.addTransceiver(kind)
        await pc.setLocalDescription(await pc.createOffer())
        await self._send_description(pc)

    async def moves_to(self, client: Client) -> None:
        """The page's new socket; media goes on."""
        async with self._busy:
            self._following.cancel()
        self.client = client
        self._following = asyncio.create_task(self._follow())

    async def closes(self) -> None:
        async with self._busy:
            self._following.cancel()
            await self._hang_up()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(self._following, *self._tasks, return_exceptions=True)

    def _is_well(self) -> None:
        if self._following.done() and not self._following.cancelled():
            self._following.result()

    async def _follow(self) -> None:
        async for frame in self.client.follow():
            async with self._busy:
                await self._take(frame)

    async def _take(self, frame: Frame) -> None:
        if frame["t"] == "CallChanged":
            await self._changed(frame["call"])
        elif "last_cseq" in frame:
            await self._welcomed(frame)
        elif self._is_current(frame) and not self.stays_silent:
            await self._signalled(frame)

    async def _welcomed(self, welcome: Frame) -> None:
        calls = [welcome.get("call"), *(each.get("call") for each in welcome.get("conversations", []))]
        for call in filter(None, calls):
            await self._changed(call)

    def _is_current(self, frame: Frame) -> bool:
        return self.call is not None and (
            (frame.get("call"), frame.get("generation")) == (self.call["id"], self.generation)
        )

    async def _changed(self, call: Frame) -> None:
        if self.call is not None and call["revision"] < self.call["revision"]:
            return
        self.call = call
        if call["stage"] == "ended" or (call["stage"] in LIVE and call.get("taken_by") != self.stream):
            await self._hang_up()
            if call["stage"] == "ended":
                self.generation = 0  # the next call begins at 1 again
        elif call["stage"] in LIVE and call["generation"] != self.generation:
            await self._hang_up()
            self.generation = call["generation"]
            self._connection()
            if not call.get("polite") and not self.holds_offers and not self.stays_silent:
                await self._offer()

    def _connection(self) -> RTCPeerConnection:
        if self._pc is None:
            pc = self._pc = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
            # One certificate for a page, as on the pages; aiortc takes none.
            pc._RTCPeerConnection__certificates = [self.certificate]
            pc.on("track", lambda track: self._begin(self._count(track)))
            pc.on("connectionstatechange", lambda: self._begin(self._report(pc)))
        return self._pc

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _bring_tracks(self, pc: RTCPeerConnection) -> None:
        pc.addTrack(AudioStreamTrack())
        # Who asked for less gets less, as on the pages.
        if self._camera and self.call is not None and self.call.get("accepted_media") != "audio":
            pc.addTrack(Picture())

    async def _count(self, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):
            while True:
                await track.recv()
                self.decoded[track.kind] += 1

    async def _report(self, pc: RTCPeerConnection) -> None:
        if pc.connectionState == "connected" and pc is self._pc and self.call is not None:
            about = {"call": self.call["id"], "generation": self.generation}
            self.reports.append(await self.client.order("ReportConnected", **about))

    async def _signalled(self, frame: Frame) -> None:
        if frame["t"] == "CandidateRelayed":
            self._held.append(frame)
            self.candidates_held += self._connection().remoteDescription is None
            await self._add_candidates()
        elif frame["t"] == "DescriptionRelayed" and frame["kind"] == "offer":
            await self._take_offer(frame["sdp"])
        elif frame["t"] == "DescriptionRelayed":
            await self._take_answer(frame["sdp"])

    async def _take_offer(self, sdp: str) -> None:
        assert self.call is not None
        if not self.settled:
            if not self.call.get("polite"):
                self.offers_ignored += 1
                return
            # aiortc knows no rollback: the offer that nobody answers goes with its connection.
            self.offers_replaced += 1
            await self._drop()
        pc = self._connection()
        await pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self._add_candidates()
        if not any(each.sender.track for each in pc.getTransceivers()):
            self._bring_tracks(pc)
        await pc.setLocalDescription(await pc.createAnswer())
        await self._send_description(pc)

    async def _take_answer(self, sdp: str) -> None:
        pc = self._connection()
        if pc.signalingState == "have-local-offer":
            await pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
            self.answers_taken += 1
            await self._add_candidates()

    async def _send_description(self, pc: RTCPeerConnection) -> None:
        """The description without its candidates; they follow one by one, as from a browser."""
        assert self.call is not None
        about = {"call": self.call["id"], "generation": self.generation}
        sdp, candidates = trickled(pc.localDescription.sdp)
        frames = [("SendDescription", {"kind": pc.localDescription.type, "sdp": sdp})]
        frames += [("SendCandidate", candidate) for candidate in candidates]
        for kind, fields in reversed(frames) if self.candidates_first else frames:
            await self.client.sends(kind, **about, **fields)

    async def _add_candidates(self) -> None:
        """Those that come before their description wait for it."""
        pc = self._connection()
        if pc.remoteDescription is None:
            return
        theirs = pc.remoteDescription.sdp
        for frame in [each for each in self._held if f"a=ice-ufrag:{each['ufrag']}\r" in theirs]:
            self._held.remove(frame)
            candidate = candidate_from_sdp(frame["candidate"].removeprefix("candidate:"))
            candidate.sdpMid, candidate.sdpMLineIndex = frame.get("mid"), frame.get("line")
            await pc.addIceCandidate(candidate)

    async def _hang_up(self) -> None:
        self._held.clear()
        await self._drop()

    async def _drop(self) -> None:
        pc, self._pc = self._pc, None
        if pc is not None:
            for sender in pc.getSenders():
                if sender.track is not None:
                    sender.track.stop()
            await pc.close()


def trickled(sdp: str) -> tuple[str, list[Frame]]:
    """A description without its candidates, and the candidates as frames carry them."""
    kept: list[str] = []
    candidates: list[Frame] = []
    line, mid, ufrag = -1, "", ""
    waiting: list[str] = []

    def settle() -> None:
        candidates.extend({"candidate": each, "mid": mid, "line": line, "ufrag": ufrag} for each in waiting)
        waiting.clear()

    for text in sdp.split("\r\n"):
        if text.startswith("m="):
            settle()
            line += 1
        mid = text.removeprefix("a=mid:") if text.startswith("a=mid:") else mid
        ufrag = text.removeprefix("a=ice-ufrag:") if text.startswith("a=ice-ufrag:") else ufrag
        if text.startswith("a=candidate:"):
            waiting.append(text.removeprefix("a="))
        elif text != "a=end-of-candidates":
            kept.append(text)
    settle()
    return "\r\n".join(kept), candidates
