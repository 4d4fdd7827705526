"""CPU of the server's recorder for each leg: copying encoded picture and sound into chained slices.

A leg is one picture (VP8, 640x480, 15 frames a second) and one voice (Opus), encoded once and sent by aiortc
in this process. Counted is the recorder's process alone, with its keys, files and rows, while media flows.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from consult.peers.letters import LINE_BYTES, Answered, Offered, line_of
from consult.recordings.letters import Open, Opened, read_from_recorder, recorder_path
from consult.recordings.rules import TEXT_VERSION
from consult.recordings.slices import Slices
from tests.bench.figures import Figure, at_most, plain
from tests.bench.machine import cpu_seconds
from tests.running.program import Program
from tests.support import encoded
from tests.support.databases import SqliteTemplate
from tests.support.open_office import Office, open_office
from tests.support.valkey import session_server
from tests.support.waiting import until

# The people here send no heartbeats.
PATIENT = {"applicant_dead_seconds": 3_600, "officer_dead_seconds": 3_600, "officer_lost_seconds": 3_600}
# Less than half of what is sent of the smallest picture.
LEAST_BYTES_A_SECOND = 2_000
Media = tuple[list[bytes], list[bytes]]
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Size:
    at_once: tuple[int, ...] = (1, 5, 10)
    seconds: float = 20.0
    picture: tuple[int, int] = (640, 480)


TINY = Size(at_once=(1,), seconds=1.0, picture=(160, 120))


async def run(size: Size = Size()) -> list[Figure]:
    figures: list[Figure] = []
    media = encoded.picture(4, *size.picture), encoded.sound(4)
    with TemporaryDirectory() as place, session_server() as valkey:
        directory = Path(place) / "office"
        directory.mkdir()
        url = SqliteTemplate(Path(place)).copy_to(directory)
        settings = {"data_dir": directory, "recording": "browser", **PATIENT}
        program = Program(directory, "recorder", DATABASE_URL=url, CONSULT_RECORDINGS_AT_ONCE=50)
        async with open_office(url, valkey, servers=1, **settings) as office:
            with program:
                await until(recorder_path(directory).exists, 60)
                await _legs(program, office, media, 1, 1.0)  # the first has to wait for aiortc
                for number in size.at_once:
                    figures += await _legs(program, office, media, number, size.seconds)
    return figures


async def _legs(program: Program, office: Office, media: Media, number: int, seconds: float) -> list[Figure]:
    async with AsyncExitStack() as stack:
        recordings = [await stack.enter_async_context(_recording(office)) for _ in range(number)]
        sent = [await stack.enter_async_context(_sending(office, one, media)) for one in recordings]
        began, before = asyncio.get_running_loop().time(), cpu_seconds(program.process.pid)
        frames = sum(track.sent for track in sent)
        await asyncio.sleep(seconds)
        took = asyncio.get_running_loop().time() - began
        share = (cpu_seconds(program.process.pid) - before) / (number * took)
        frames = sum(track.sent for track in sent) - frames
        slices = office.apps[0].slices
        kept = await until(lambda: _kept_bytes(slices, recordings, took), 30)
        faults = [fault for one in recordings if (fault := await slices.verify(one))]
    assert not faults, faults
    legs = f"{number} at once"
    return [
        at_most("recorder", f"{legs}: of a core, each leg", [100 * share], 5, " %"),
        plain("recorder", f"{legs}: pictures sent of each", [frames / (number * took)], " a second"),
        plain("recorder", f"{legs}: kept of each", [8 * kept / (1000 * number * took)], " kbit/s"),
    ]


async def _kept_bytes(slices: Slices, recordings: list[str], seconds: float) -> int:
    """Of all together; 0 while the slices of that time are not there yet."""
    sizes = {one.id: one.size_bytes for one in await slices.kept()}
    least = seconds * LEAST_BYTES_A_SECOND
    there = all(sizes.get(one, 0) > least for one in recordings)
    return sum(sizes[one] for one in recordings) if there else 0


@asynccontextmanager
async def _recording(office: Office) -> AsyncIterator[str]:
    """A call that everybody in it lets record."""
    number = next(_numbers)
    async with office.consultation(name=f"Pemohon {number}", user_name=f"perekam{number}") as met:
        await met.officer.acked("Ring", media="video")
        call = (await met.citizen.hears("CallChanged"))["call"]["id"]
        await met.citizen.acked("AcceptCall", call=call, media="video")
        for side in (met.citizen, met.officer):
            await side.acked("ReportConnected", call=call, generation=1)
        await met.officer.acked("AskRecording", call=call)
        recording = (await met.citizen.hears("RecordingChanged"))["recording"]["id"]
        await met.citizen.acked("AnswerRecording", recording=recording, text=TEXT_VERSION, yes=True)
        yield recording
        await met.officer.acked("StopRecording", recording=recording)


@asynccontextmanager
async def _sending(office: Office, recording: str, media: Media) -> AsyncIterator[encoded.Encoded]:
    path = recorder_path(office.apps[0].settings.data_dir)
    reader, writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES)
    writer.write(line_of(Open(recording, [])))
    assert await read_from_recorder(reader) == Opened()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    picture, sound = encoded.tracks(*media)
    try:
        for track in (picture, sound):
            connection.addTransceiver(track, direction="sendonly")
        await connection.setLocalDescription(await connection.createOffer())
        writer.write(line_of(Offered(connection.localDescription.sdp)))
        answer = await read_from_recorder(reader)
        assert isinstance(answer, Answered)
        await connection.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await until(lambda: connection.connectionState == "connected")
        yield picture
    finally:
        writer.close()
        await connection.close()
