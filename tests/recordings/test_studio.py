"""The officer's page and the recorder, through sockets: who may, what is refused, and how it ends."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from consult.recordings.letters import recorder_path
from tests.recordings.conftest import Recorded
from tests.running.program import Program
from tests.support import encoded
from tests.support.client import Client
from tests.support.open_office import Office
from tests.support.waiting import until

ATTEMPT = "percobaan1"


@pytest.fixture(scope="module")
def recording_settings() -> dict[str, object]:
    return {"recording": "server", "signalling_frames_in_10_seconds": 1_000}


@pytest.fixture(scope="module")
def media() -> tuple[list[bytes], list[bytes]]:
    return encoded.picture(2, width=160, height=120), encoded.sound(2)


@pytest.fixture(scope="module")
def recorders(recording_office: tuple[Office, Path]) -> Iterator[list[Program]]:
    programs: list[Program] = []
    yield programs
    for program in programs:
        program.__exit__(None, None, None)


@pytest.fixture
async def recorder(recording_office: tuple[Office, Path], recorders: list[Program]) -> Program:
    """The one that runs, or another."""
    settings = recording_office[0].apps[0].settings
    if not recorders or recorders[-1].process.poll() is not None:
        recorder_path(settings.data_dir).unlink(missing_ok=True)
        recorders.append(Program(settings.data_dir, "recorder", DATABASE_URL=settings.database_url))
        await until(recorder_path(settings.data_dir).exists, 60)
    return recorders[-1]


async def begins(talk: Recorded, recording: str, attempt: str = ATTEMPT) -> dict[str, Any]:
    await talk.officer.acked("BeginRecorder", recording=recording, attempt=attempt)
    begun: dict[str, Any] = await talk.officer.hears("RecorderBegun")
    assert (begun["recording"], begun["attempt"]) == (recording, attempt)
    return begun


@asynccontextmanager
async def sending(
    talk: Recorded, recording: str, media: tuple[list[bytes], list[bytes]]
) -> AsyncIterator[RTCPeerConnection]:
    await begins(talk, recording)
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        for track in encoded.tracks(*media):
            connection.addTransceiver(track, direction="sendonly")
        await connection.setLocalDescription(await connection.createOffer())
        await offers(talk.officer, recording, connection.localDescription.sdp)
        answer = await talk.officer.hears("RecorderAnswered")
        await connection.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        yield connection
    finally:
        await connection.close()


async def offers(client: Client, recording: str, sdp: str, attempt: str = ATTEMPT) -> None:
    await client.sends("SendRecorderOffer", recording=recording, attempt=attempt, sdp=sdp)


async def test_a_call_is_recorded_and_a_withdrawal_ends_it_in_both_processes(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with sending(talk, recording, media):
        await until(lambda: talk.row(recording)["slices"] >= 1, 30)
        await talk.citizen.acked("WithdrawRecording", recording=recording)
        before = (talk.row(recording), talk.files())
        # The recorder has let go of the page: nobody waited for a slice to be refused.
        again = await talk.officer.refused("BeginRecorder", recording=recording, attempt="lain")
        assert again == "stage_forbids"
    assert (talk.row(recording), talk.files()) == before
    assert talk.said()[-1] == "withdrawn"
    assert await talk.office.apps[0].slices.verify(recording) is None


async def test_an_end_that_nobody_is_against_keeps_what_came_and_closes_the_file(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with sending(talk, recording, media):
        await until(lambda: talk.row(recording)["slices"] >= 1, 30)
        had = talk.row(recording)["slices"]
        await talk.officer.acked("StopRecording", recording=recording)
        await until(lambda: talk.row(recording)["finished_at"], 10)
    assert talk.row(recording)["slices"] > had
    assert talk.said()[-1] == "stopped"


async def test_without_a_recorder_the_recording_ends_and_everybody_is_told(
    talk: Recorded, recorder: Program, media: tuple[list[bytes], list[bytes]]
) -> None:
    recording = await talk.begin()
    async with sending(talk, recording, media):
        await until(lambda: talk.row(recording)["slices"] >= 1, 30)
        recorder.process.kill()
        for side in (talk.officer, talk.citizen):
            told = await talk.becomes(side)
            assert (told["stage"], told["reason"]) == ("stopped", "server_lost")
    assert await talk.office.apps[0].slices.verify(recording) is None
    second = await talk.begin()
    await talk.officer.acked("BeginRecorder", recording=second, attempt=ATTEMPT)
    assert (await talk.becomes(talk.citizen))["reason"] == "server_lost"
    assert talk.said()[-1] == "server_lost"


async def test_only_the_page_that_records_comes_to_the_recorder(talk: Recorded, recorder: Program) -> None:
    asked = await talk.ask()
    given = {"recording": asked, "attempt": ATTEMPT}
    assert await talk.officer.refused("BeginRecorder", **given) == "stage_forbids", "nobody has agreed yet"
    await talk.answer(asked, True)
    assert await talk.citizen.refused("BeginRecorder", **given) == "not_allowed"
    other = await talk.office.officer(f"lain{talk.ticket[:8]}", at=0)
    for page in (other, talk.officer_page.another_tab()):
        async with page.open() as client:
            await client.hears_welcome()
            client.ticket = talk.ticket
            # Another person, and another page of the officer.
            assert await client.refused("BeginRecorder", **given) == "not_found"


async def test_in_this_office_no_page_brings_slices(talk: Recorded) -> None:
    recording = await talk.begin()
    answer = await talk.brings(recording, 0, [b"dari halaman"])
    assert answer.status_code == 404
    assert talk.row(recording)["slices"] == 0


HOSTILE: dict[str, dict[str, str]] = {
    "not_found": {"sdp": "", "attempt": "lain"},
    "too_large": {"sdp": "v=0\r\n" + "a=x\r\n" * 5_000},
    "bad_description": {"sdp": "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"},
}


async def test_strange_descriptions_are_refused_before_the_recorder_sees_them(
    talk: Recorded, recorder: Program
) -> None:
    recording = await talk.begin()
    await begins(talk, recording)
    sdp = await an_offer()
    for code, given in HOSTILE.items():
        await offers(talk.officer, recording, given["sdp"] or sdp, given.get("attempt", ATTEMPT))
        assert (await talk.officer.hears("Refused"))["code"] == code
    for candidate in ("candidate:1 1 udp 1 evil.example 80 typ host", "x" * 900):
        await talk.officer.sends(
            "SendRecorderCandidate", recording=recording, attempt=ATTEMPT, candidate=candidate
        )
        assert (await talk.officer.hears("Refused"))["code"] in {"bad_description", "too_large"}
    # What was refused has harmed nothing.
    await offers(talk.officer, recording, sdp)
    assert "a=recvonly" in (await talk.officer.hears("RecorderAnswered"))["sdp"]
    # What only the recorder can tell ends the recording, and is told.
    await begins(talk, recording, "kedua")
    await offers(talk.officer, recording, sdp.replace("a=sendonly", "a=recvonly"), "kedua")
    assert (await talk.becomes(talk.citizen))["reason"] == "server_lost"
    assert recorder.process.poll() is None


async def an_offer() -> str:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        connection.addTransceiver("audio", direction="sendonly")
        connection.addTransceiver("video", direction="sendonly")
        await connection.setLocalDescription(await connection.createOffer())
        return str(connection.localDescription.sdp)
    finally:
        await connection.close()
