"""What every end of a connection in a process of ours does alike with aiortc."""

from typing import Any

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.sdp import candidate_from_sdp


def connection(ice_servers: list[dict[str, Any]]) -> RTCPeerConnection:
    """A connection that knows these servers and no others."""
    # An empty list, not none: aiortc would ask a public STUN server of its own choice.
    servers = [RTCIceServer(**server) for server in ice_servers]
    return RTCPeerConnection(RTCConfiguration(iceServers=servers))


async def answered(connection: RTCPeerConnection) -> str:
    """The answer to the offer that it was told, with all candidates."""
    await connection.setLocalDescription(await connection.createAnswer())
    return str(connection.localDescription.sdp)


async def add_path(connection: RTCPeerConnection, candidate: str, mid: str | None, line: int | None) -> None:
    """A path of the browser's. One that cannot be read is one path fewer."""
    if not candidate:
        return
    try:
        read = candidate_from_sdp(candidate.removeprefix("candidate:"))
    except (ValueError, AssertionError, IndexError):
        return
    read.sdpMid, read.sdpMLineIndex = mid, line
    await connection.addIceCandidate(read)
