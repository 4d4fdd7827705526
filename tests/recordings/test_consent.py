"""Recording over the sockets of two servers: nothing without every yes, nothing after one no."""

import asyncio
import threading

import pytest

from consult.audit.store import verify
from tests.recordings.conftest import TEXT, Recorded
from tests.support.client import Client
from tests.support.waiting import until

CONTENTS = [b"satu", b"dua", b"tiga"]


def heard_reasons(client: Client) -> list[str]:
    told = [frame["entry"] for frame in client.has_heard("EntryAdded")]
    return [entry["values"]["reason"] for entry in told if entry["kind"] == "recording"]


async def test_it_records_once_everybody_agreed_and_the_officer_stops_it(talk: Recorded) -> None:
    recording = await talk.ask()
    asked = talk.row(recording)
    assert (asked["stage"], asked["started_at"]) == ("asked", None)
    assert (await talk.brings(recording, 0, CONTENTS)).status_code == 409
    await talk.answer(recording, True)
    for side in (talk.citizen, talk.officer):
        shown = await talk.becomes(side)
        assert (shown["stage"], shown["agreed"], shown["waits_for"]) == (
            "recording",
            ["applicant", "officer"],
            [],
        )
        assert shown["recorder"] == talk.officer_page.stream
    await talk.officer.acked("StopRecording", recording=recording)
    for side in (talk.citizen, talk.officer):
        assert (await talk.becomes(side))["reason"] == "stopped"
    assert talk.said() == ["asked", "agreed", "started", "stopped"]
    for side in (talk.citizen, talk.officer):
        await until(lambda side=side: heard_reasons(side) == talk.said())  # type: ignore[misc]
    chain = f"ticket:{talk.ticket}"
    assert await talk.office.apps[0].database.read(lambda conn: verify(conn, chain))
    events = talk.rows("SELECT content FROM event WHERE subject = ? AND kind = 'recording'", chain)
    assert len(events) == 4
    assert all(b'"text":1' in row["content"] for row in events)


async def test_one_refusal_and_no_byte_is_kept(talk: Recorded) -> None:
    recording, before = await talk.ask(), talk.files()
    await talk.answer(recording, False)
    for side in (talk.citizen, talk.officer):
        assert (await talk.becomes(side))["stage"] == "declined"
    answer = await talk.brings(recording, 0, CONTENTS)
    assert (answer.status_code, answer.json()["code"]) == (409, "stage_forbids")
    assert talk.files() == before
    assert talk.rows("SELECT * FROM recording_slice WHERE recording_id = ?", recording) == []
    assert talk.said() == ["asked", "declined"]
    # The call goes on, and it may be asked again.
    assert await talk.ask() != recording


@pytest.mark.parametrize("who", ["citizen", "officer"])
async def test_a_withdrawal_by_anybody_stops_it_at_once(talk: Recorded, who: str) -> None:
    recording = await talk.begin()
    assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200
    before = talk.digests()
    await getattr(talk, who).acked("WithdrawRecording", recording=recording)
    # Acked is committed: whatever comes now is refused, also the slice that was in progress.
    for number in (1, 2):
        answer = await talk.brings(recording, number, CONTENTS, last=number == 2)
        assert (answer.status_code, answer.json()["code"]) == (409, "stage_forbids")
    assert talk.digests() == before
    for side in (talk.citizen, talk.officer):
        assert (await talk.becomes(side))["reason"] == "withdrawn"
    row = talk.row(recording)
    assert (row["slices"], row["finished_at"] is not None) == (1, True)
    await getattr(talk, who).acked("WithdrawRecording", recording=recording)  # twice is once
    assert talk.said() == ["asked", "agreed", "started", "withdrawn"]


async def test_a_late_no_is_a_withdrawal(talk: Recorded) -> None:
    recording = await talk.begin()
    await talk.answer(recording, False)
    assert (await talk.becomes(talk.officer))["reason"] == "withdrawn"
    assert (await talk.brings(recording, 0, CONTENTS)).status_code == 409


async def test_a_slice_and_a_withdrawal_in_the_same_moment_leave_nothing_after_it(talk: Recorded) -> None:
    recording = await talk.begin()
    before = talk.files()
    answer, _ = await asyncio.gather(
        talk.brings(recording, 0, CONTENTS),
        talk.citizen.acked("WithdrawRecording", recording=recording),
    )
    kept = talk.rows("SELECT file, at FROM recording_slice WHERE recording_id = ?", recording)
    assert len(kept) == (1 if answer.status_code == 200 else 0)
    assert {path.name for path in talk.files() - before} == {row["file"] for row in kept}
    assert all(row["at"] <= talk.row(recording)["stopped_at"] for row in kept)


async def test_a_slice_whose_bytes_are_on_the_disk_when_somebody_withdraws_is_not_kept(
    talk: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, before = await talk.begin(), talk.files()
    files = talk.office.apps[1].slices._files
    write, written, goes_on = files.write, threading.Event(), threading.Event()

    def stops_after_writing(name: str, content: bytes) -> None:
        write(name, content)
        written.set()
        goes_on.wait(10)

    monkeypatch.setattr(files, "write", stops_after_writing)
    bringing = asyncio.create_task(talk.brings(recording, 0, CONTENTS))
    await until(written.is_set)
    assert len(talk.files() - before) == 1
    await talk.citizen.acked("WithdrawRecording", recording=recording)
    goes_on.set()
    assert (await bringing).status_code == 409
    assert talk.files() == before
    assert talk.rows("SELECT * FROM recording_slice WHERE recording_id = ?", recording) == []


async def test_the_question_can_be_taken_back_and_ends_with_the_call(talk: Recorded) -> None:
    recording = await talk.ask()
    await talk.officer.acked("StopRecording", recording=recording)
    assert (await talk.becomes(talk.citizen))["reason"] == "taken_back"
    assert (
        await talk.citizen.refused("AnswerRecording", recording=recording, text=TEXT, yes=True)
        == "stage_forbids"
    )
    await talk.officer.hears("RecordingChanged")
    await talk.ask()
    await talk.citizen.acked("HangUp", call=talk.call)
    assert (await talk.becomes(talk.citizen))["reason"] == "unanswered"
    assert talk.said()[-1] == "unanswered"


async def test_the_end_of_the_call_ends_it_and_the_last_slice_is_still_taken(talk: Recorded) -> None:
    recording = await talk.begin()
    assert (await talk.brings(recording, 0, CONTENTS)).json() == {"next": 1}
    await talk.officer.acked("HangUp", call=talk.call)
    assert (await talk.becomes(talk.citizen))["reason"] == "call_ended"
    assert (await talk.brings(recording, 1, CONTENTS, last=True)).json() == {"next": 2}
    assert talk.row(recording)["finished_at"] is not None
    assert (await talk.brings(recording, 2, CONTENTS)).status_code == 409


async def test_the_end_of_the_consultation_ends_it_too(talk: Recorded) -> None:
    recording = await talk.begin()
    await talk.citizen.acked("EndConsultation")
    assert (await talk.becomes(talk.officer))["reason"] == "call_ended"
    assert talk.row(recording)["stage"] == "stopped"


@pytest.mark.parametrize("who", ["citizen", "officer"])
async def test_another_device_in_the_call_has_to_be_asked_anew(talk: Recorded, who: str) -> None:
    recording = await talk.begin()
    page = getattr(talk, f"{who}_page").another_tab()
    async with page.open() as second:
        second.ticket = talk.ticket
        await second.acked("RenewCall", call=talk.call, generation=1)
        assert talk.row(recording)["reason"] == "people_changed"
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 409
        assert talk.said()[-1] == "people_changed"


async def test_the_same_pages_in_a_new_generation_go_on(talk: Recorded) -> None:
    recording = await talk.begin()
    await talk.citizen.acked("RenewCall", call=talk.call, generation=1)
    assert talk.row(recording)["stage"] == "recording"
    assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200


async def test_another_device_can_refuse_and_withdraw_but_not_agree(talk: Recorded) -> None:
    recording = await talk.ask()
    async with talk.citizen_page.another_tab().open() as second:
        yes = await second.refused("AnswerRecording", recording=recording, text=TEXT, yes=True)
        assert yes == "not_found"
        await second.acked("AnswerRecording", recording=recording, text=TEXT, yes=False)
    assert talk.row(recording)["stage"] == "declined"


async def test_a_yes_to_other_words_does_not_count(talk: Recorded) -> None:
    recording = await talk.ask()
    other = await talk.citizen.refused("AnswerRecording", recording=recording, text=TEXT + 1, yes=True)
    assert other == "stage_forbids"
    assert talk.row(recording)["stage"] == "asked"


async def test_nobody_agrees_for_somebody_else_and_nothing_is_asked_twice(talk: Recorded) -> None:
    recording = await talk.ask()
    for yes in (True, False):
        own = await talk.officer.refused("AnswerRecording", recording=recording, text=TEXT, yes=yes)
        assert own == "stage_forbids"
    assert await talk.officer.refused("AskRecording", call=talk.call) == "stage_forbids"
    assert await talk.citizen.refused("AskRecording", call=talk.call) == "not_allowed"
    assert await talk.citizen.refused("StopRecording", recording=recording) == "not_allowed"
    assert talk.row(recording)["stage"] == "asked"


async def test_a_page_that_comes_back_sees_how_it_stands(talk: Recorded) -> None:
    recording = await talk.begin()
    async with talk.citizen_page.another_tab().open() as second:
        shown = (await second.hears_welcome())["recording"]
        assert (shown["id"], shown["stage"]) == (recording, "recording")
    async with talk.officer_page.another_tab().open() as second:
        (shown,) = (await second.hears_welcome())["conversations"]
        assert shown["recording"]["id"] == recording


async def test_a_recorder_that_falls_silent_ends_it(talk: Recorded) -> None:
    recording = await talk.begin()
    await talk.time_passes(59)
    assert talk.row(recording)["stage"] == "recording"
    await talk.time_passes(2)
    assert (await talk.becomes(talk.citizen))["reason"] == "recorder_lost"
    # What its cut line held up is taken, but not for ever.
    assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200
    await talk.time_passes(901)
    assert (await talk.brings(recording, 1, CONTENTS)).status_code == 409
    assert talk.row(recording)["finished_at"] is not None
