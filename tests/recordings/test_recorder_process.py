"""The recorder's process with a peer that sends real encoded frames: what is kept, and when no more."""

import asyncio
import io
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from consult.peers.letters import LINE_BYTES, Answered, Candidate, Letter, Offered, line_of
from consult.recordings.letters import (
    Done,
    End,
    Failed,
    Open,
    Opened,
    Replaced,
    read_from_recorder,
    recorder_path,
)
from tests.recordings.conftest import Recorded
from tests.running.program import Program
from tests.support import encoded
from tests.support.open_office import Office
from tests.support.waiting import until


@dataclass
class Line:
    """A server's line to the recorder."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def says(self, letter: Letter) -> None:
        self.writer.write(line_of(letter))

    async def hears(self) -> Any:
        return await asyncio.wait_for(read_from_recorder(self.reader), 20)


@pytest.fixture(scope="module")
def media() -> tuple[list[bytes], list[bytes]]:
    return encoded.picture(2, width=320, height=240), encoded.sound(2)


@pytest.fixture(scope="module")
def recorder(recording_office: tuple[Office, Path]) -> Iterator[Program]:
    """One for the module: its last tests end it."""
    settings = recording_office[0].apps[0].settings
    with Program(settings.data_dir, "recorder", DATABASE_URL=settings.database_url) as program:
        yield program


async def dialled(path: Path) -> Line | None:
    """None while nobody listens yet."""
    try:
        return Line(*await asyncio.open_unix_connection(path, limit=LINE_BYTES))
    except OSError:
        return None


@asynccontextmanager
async def opened(talk: Recorded, recording: str) -> AsyncIterator[Line]:
    line = await until(partial(dialled, recorder_path(talk.office.apps[0].settings.data_dir)), 60)
    line.says(Open(recording, []))
    try:
        yield line
    finally:
        line.writer.close()


@asynccontextmanager
async def sending(line: Line, media: tuple[list[bytes], list[bytes]]) -> AsyncIterator[RTCPeerConnection]:
    assert await line.hears() == Opened()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        for track in encoded.tracks(*media):
            connection.addTrack(track)
        await connection.setLocalDescription(await connection.createOffer())
        line.says(Offered(connection.localDescription.sdp.replace("a=sendrecv", "a=sendonly")))
        answer = await line.hears()
        assert isinstance(answer, Answered) and answer.sdp.count("a=recvonly") == 2
        await connection.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        yield connection
    finally:
        await connection.close()


async def ends(talk: Recorded, recording: str, sealed: bool) -> None:
    path = recorder_path(talk.office.apps[0].settings.data_dir)
    _, writer = await asyncio.open_unix_connection(path)
    writer.write(line_of(End(recording, sealed)))
    await writer.drain()
    writer.close()


def kept(talk: Recorded, recording: str) -> int:
    return int(talk.row(recording)["slices"])


def file(talk: Recorded, recording: str) -> bytes:
    names = talk.rows("SELECT file FROM recording_slice WHERE recording_id = ? ORDER BY number", recording)
    directory = talk.office.apps[0].settings.recordings_path
    return b"".join((directory / one["file"]).read_bytes() for one in names)


def played(content: bytes) -> tuple[list[float], list[float]]:
    """When each picture and each piece of sound is to be seen and heard, decoded, in seconds."""
    pictures: list[float] = []
    sounds: list[float] = []
    with av.open(io.BytesIO(content)) as container:
        for frame in container.decode():
            assert frame.time is not None
            (pictures if isinstance(frame, av.VideoFrame) else sounds).append(frame.time)
    return pictures, sounds


async def test_frames_are_copied_into_chained_slices_that_play(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as line, sending(line, media):
        await until(lambda: kept(talk, recording) >= 2, 30)
        await talk.officer.acked("StopRecording", recording=recording)
        await ends(talk, recording, sealed=False)
        assert await line.hears() == Done()
    row = talk.row(recording)
    assert row["finished_at"] is not None and row["slices"] >= 3
    assert await talk.office.apps[0].slices.verify(recording) is None
    content = file(talk, recording)
    assert any(frame in content for frame in media[0][:1]), "the frames are the sender's own bytes"
    pictures, sounds = played(content)
    assert pictures[0] < 2 and pictures[-1] - pictures[0] > 7 and sounds[-1] - sounds[0] > 7
    assert len(pictures) / (pictures[-1] - pictures[0]) == pytest.approx(encoded.RATE, rel=0.2)
    assert abs(pictures[-1] - sounds[-1]) < 0.5


async def test_a_packet_that_never_comes_holds_up_the_picture_for_seconds_alone(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    # Of one packet a frame: aiortc by itself would wait for half a minute.
    small = encoded.picture(2, width=160, height=120, bits=80_000)
    recording = await talk.begin()
    async with opened(talk, recording) as line, sending(line, (small, media[1])) as connection:
        dropped = loses_one_picture_packet(connection)
        await until(lambda: kept(talk, recording) >= 4, 60)
        await talk.officer.acked("StopRecording", recording=recording)
        await ends(talk, recording, sealed=False)
        assert await line.hears() == Done()
    assert dropped
    pictures, sounds = played(file(talk, recording))
    assert max(after - before for before, after in pairwise(pictures)) > 0.5
    assert sounds[-1] - pictures[-1] < 2, "it was asked for, given up, and a whole picture followed"


def loses_one_picture_packet(connection: RTCPeerConnection) -> list[int]:
    """One packet of the next second, and whatever is sent in its place."""
    senders = {one.kind: one.sender for one in connection.getTransceivers()}
    transport = senders["video"].transport
    send, known, dropped = transport._send_rtp, count(), list[int]()
    types = {one.payloadType for one in connection.getTransceivers()[0]._codecs if "rtx" not in one.mimeType}
    types |= {one.payloadType for one in connection.getTransceivers()[1]._codecs}

    async def with_loss(data: bytes) -> None:
        kind = data[1] & 0x7F
        of_picture = len(data) > 150 and kind in types
        if 64 <= kind < 96 or (kind in types and not (of_picture and next(known) == 20)):
            await send(data)
        else:
            dropped.append(kind)

    transport._send_rtp = with_loss
    return dropped


async def test_nothing_is_kept_after_a_withdrawal(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as line, sending(line, media):
        await until(lambda: kept(talk, recording) >= 1, 30)
        await talk.citizen.acked("WithdrawRecording", recording=recording)
        before = (talk.row(recording), talk.files())
        await ends(talk, recording, sealed=True)
        assert await line.hears() == Done()
    assert (talk.row(recording), talk.files()) == before


async def test_a_withdrawal_that_the_recorder_never_hears_of_stops_it_all_the_same(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as line, sending(line, media):
        await until(lambda: kept(talk, recording) >= 1, 30)
        await talk.citizen.acked("WithdrawRecording", recording=recording)
        before = (talk.row(recording), talk.files())
        assert await line.hears() == Failed("failed")
    assert (talk.row(recording), talk.files()) == before


async def test_a_page_that_comes_back_goes_on_in_the_same_file(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as first, sending(first, media):
        await until(lambda: kept(talk, recording) >= 1, 30)
        async with opened(talk, recording) as second, sending(second, media):
            assert await first.hears() == Replaced()
            had = kept(talk, recording)
            await until(lambda: kept(talk, recording) >= had + 2, 30)
            await talk.officer.acked("StopRecording", recording=recording)
            await ends(talk, recording, sealed=False)
            assert await second.hears() == Done()
    assert await talk.office.apps[0].slices.verify(recording) is None
    pictures, sounds = played(file(talk, recording))
    assert pictures == sorted(pictures) and sounds == sorted(sounds)
    assert pictures[-1] > 8 and sounds[-1] > 8


OFFERS = {
    "unreadable": "v=0\r\nm=audio x\r\n",
    "nothing": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
    "receives": "a=recvonly",
    "three": "m=video",
    "data": "m=application",
}


@pytest.mark.parametrize("what", OFFERS)
async def test_an_offer_that_is_not_one_picture_and_one_voice_is_refused(
    talk: Recorded, recorder: Program, what: str
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as line:
        assert await line.hears() == Opened()
        line.says(Offered(await offer(what)))
        assert await line.hears() == Failed("offer")
    # And the process lives.
    async with opened(talk, recording) as line:
        assert await line.hears() == Opened()
        line.says(Candidate("candidate:x y z", "0", 0))
        line.says(Candidate("candidate:1 1 udp 1 169.254.169.254 80 typ host", "0", 0))
        line.says(Offered("v=0\r\n"))
        assert await line.hears() == Failed("offer")
    assert kept(talk, recording) == 0


async def offer(what: str) -> str:
    if what in {"unreadable", "nothing"}:
        return OFFERS[what]
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        connection.addTransceiver("audio", direction="recvonly" if what == "receives" else "sendonly")
        for _ in range(3 if what == "three" else 1):
            connection.addTransceiver("video", direction="sendonly")
        if what == "data":
            connection.createDataChannel("x")
        await connection.setLocalDescription(await connection.createOffer())
        return str(connection.localDescription.sdp)
    finally:
        await connection.close()


async def test_what_is_not_being_recorded_and_one_too_many_are_refused(
    talk: Recorded, recorder: Program
) -> None:
    asked = await talk.ask()
    async with opened(talk, asked) as line:
        assert await line.hears() == Failed("not_found"), "nobody has agreed yet"
    async with opened(talk, "tidakada") as line:
        assert await line.hears() == Failed("not_found")
    path = recorder_path(talk.office.apps[0].settings.data_dir)
    for sent in (b"\n", b"{}\n", b'{"t":"Done"}\n', bytes(range(128, 192)) + b"\n", b"x" * 200_000):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(sent)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


@pytest.fixture
async def fresh(recording_office: tuple[Office, Path], recorder: Program) -> AsyncIterator[Program]:
    """Instead of the module's."""
    if recorder.process.poll() is None:
        recorder.process.terminate()
        await asyncio.to_thread(recorder.process.wait)
    settings = recording_office[0].apps[0].settings
    with Program(settings.data_dir, "recorder", DATABASE_URL=settings.database_url) as program:
        yield program


async def test_killed_it_loses_nothing_that_was_kept_and_another_begins_no_second_file(
    talk: Recorded, fresh: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as line, sending(line, media):
        await until(lambda: kept(talk, recording) >= 1, 30)
        fresh.process.send_signal(signal.SIGKILL)
        assert await line.hears() is None
    before = talk.row(recording)
    assert await talk.office.apps[0].slices.verify(recording) is None
    pictures, sounds = played(file(talk, recording))
    assert pictures and sounds
    settings = talk.office.apps[0].settings
    path = recorder_path(settings.data_dir)
    path.unlink()
    with Program(settings.data_dir, "recorder", DATABASE_URL=settings.database_url):
        async with opened(talk, recording) as line:
            assert await line.hears() == Failed("not_found")
    assert talk.row(recording) == before


async def test_told_to_end_it_keeps_what_came(
    talk: Recorded, fresh: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with opened(talk, recording) as line, sending(line, media):
        await until(lambda: kept(talk, recording) >= 1, 30)
        had = talk.row(recording)["size_bytes"]
        fresh.process.send_signal(signal.SIGTERM)
        assert await line.hears() is None
    assert talk.row(recording)["size_bytes"] > had
    assert await talk.office.apps[0].slices.verify(recording) is None
