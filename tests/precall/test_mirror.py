"""The mirror against a real peer over its unix socket: what comes back, what is counted, how it ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from consult.errors import Busy, CheckUnavailable
from consult.peers.letters import LINE_BYTES, Offered
from consult.precall import letters
from consult.precall.line import MirrorLine
from consult.precall.mirror.rooms import Mirror


@pytest.fixture
async def mirror(tmp_path: Path) -> AsyncIterator[Path]:
    """A mirror with room for one check of two seconds."""
    keeping = Mirror(at_once=1, seconds=2)
    path = letters.mirror_path(tmp_path)
    server = await asyncio.start_unix_server(keeping.received, path, limit=LINE_BYTES)
    async with server:
        yield tmp_path


class Ends:
    """What a line says, to be awaited."""

    def __init__(self, line: MirrorLine) -> None:
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[str] = loop.create_future()
        self.why: asyncio.Future[str] = loop.create_future()
        line.listen(self.answer.set_result, self.why.set_result)


async def test_every_packet_comes_back_and_is_counted(mirror: Path) -> None:
    line = await MirrorLine.open(mirror, [])
    ends = Ends(line)
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        connection.addTrack(AudioStreamTrack())
        await connection.setLocalDescription(await connection.createOffer())
        line.send(Offered(connection.localDescription.sdp))
        answer = await asyncio.wait_for(ends.answer, 5)
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        back = connection.getTransceivers()[0].receiver.track
        for _ in range(20):
            await asyncio.wait_for(back.recv(), 5)
        counted = await line.count()
        assert counted is not None and counted.packets >= 20 and counted.lost == 0
    finally:
        await connection.close()


async def test_one_too_many_is_told_when_and_there_is_room_again(mirror: Path) -> None:
    first = await MirrorLine.open(mirror, [])
    with pytest.raises(Busy) as refused:
        await MirrorLine.open(mirror, [])
    assert refused.value.retry_ms is not None and 0 < refused.value.retry_ms <= 2_500
    await first.count()
    second = await MirrorLine.open(mirror, [])
    await second.close()


async def test_a_check_is_let_go_when_its_time_is_up(mirror: Path) -> None:
    ends = Ends(await MirrorLine.open(mirror, []))
    assert await asyncio.wait_for(ends.why, 10) == "time"
    await (await MirrorLine.open(mirror, [])).close()


async def test_an_offer_that_cannot_be_read_ends_the_check(mirror: Path) -> None:
    line = await MirrorLine.open(mirror, [])
    ends = Ends(line)
    line.send(Offered("v=0\r\nm=audio x\r\n"))
    assert await asyncio.wait_for(ends.why, 5) == "failed"


NO_OFFERS = [b"\n", b"{}\n", b'{"t":"Count"}\n', bytes(range(128, 192)) + b"\n", b"x" * 200_000]


@pytest.mark.parametrize("sent", NO_OFFERS, ids=["empty", "untyped", "another", "no text", "too long"])
async def test_whatever_else_is_said_first_closes_the_line(mirror: Path, sent: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(letters.mirror_path(mirror))
    writer.write(sent)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    await (await MirrorLine.open(mirror, [])).close()


async def test_without_a_mirror_there_is_no_check(tmp_path: Path) -> None:
    with pytest.raises(CheckUnavailable):
        await MirrorLine.open(tmp_path, [])
