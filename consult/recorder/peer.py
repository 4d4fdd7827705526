"""The recorder's end of a connection to a page: takes one picture and one voice, sends nothing."""

from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver, RTCSessionDescription
from aiortc.sdp import SessionDescription

from consult.peers.connection import add_path, answered, connection
from consult.recorder.intake import Intake
from consult.recorder.webm import AUDIO, VIDEO

CODECS = {"video": ("video/vp8", VIDEO), "audio": ("audio/opus", AUDIO)}


class BadOffer(ValueError):
    """Not one picture and one voice that are sent here."""


class Peer:
    """`frame(track, stamp, data)` for each frame, `lost()` when some of the picture is missing."""

    def __init__(
        self,
        ice_servers: list[dict[str, Any]],
        frame: Callable[[int, int, bytes], None],
        lost: Callable[[], None],
    ) -> None:
        self._pc = connection(ice_servers)
        self._frame = frame
        self._lost = lost
        self._picture: Intake | None = None

    async def answer(self, sdp: str) -> str:
        """The answer, with all candidates. Raises BadOffer, NoSuchName, and what aiortc makes of the rest."""
        for kind in _kinds_sent(sdp):
            self._take(self._pc.addTransceiver(kind, direction="recvonly"))
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        return await answered(self._pc)

    async def candidate(self, candidate: str, mid: str | None, line: int | None) -> None:
        await add_path(self._pc, candidate, mid, line)

    async def look_after(self, wants_key: bool) -> None:
        """Twice a second: ask for what is missing, and for a whole picture where one is waited for."""
        if self._picture is None or self._pc.connectionState != "connected":
            return
        await self._picture.ask_for_missing()
        if wants_key:
            await self._picture.ask_for_key()

    async def close(self) -> None:
        await self._pc.close()

    def _take(self, transceiver: Any) -> None:
        mime, track = CODECS[transceiver.kind]
        able: Any = RTCRtpReceiver.getCapabilities(transceiver.kind)
        wanted = {mime, f"{transceiver.kind}/rtx"}
        transceiver.setCodecPreferences([codec for codec in able.codecs if codec.mimeType.lower() in wanted])
        intake = Intake(
            transceiver.receiver, mime, lambda stamp, data: self._frame(track, stamp, data), self._lost
        )
        if transceiver.kind == "video":
            self._picture = intake


def _kinds_sent(sdp: str) -> list[str]:
    media = SessionDescription.parse(sdp).media
    kinds = [one.kind for one in media]
    if sorted(kinds) not in (["audio"], ["audio", "video"]):
        raise BadOffer(f"it has {', '.join(kinds) or 'nothing'}")
    if any(one.direction not in {"sendonly", "sendrecv"} for one in media):
        raise BadOffer("nothing is sent")
    return kinds
