"""Posting, catching up, marks: who may, in what order, and what a repeat gets."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.chat.transcript import Transcript
from consult.consultations.stages import Stage
from consult.errors import Conflict, Reproduced
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from tests.support.line import Line
from tests.support.offices import open_door


class Talk:
    """A consultation, and an officer who has no part in it."""

    def __init__(self, line: Line, citizen: Caller, officer: Caller, stranger: Caller) -> None:
        self.line, self.citizen, self.officer, self.stranger = line, citizen, officer, stranger
        self.transcript: Transcript = line.app.hub.services.transcript

    async def posts(self, caller: Caller, text: str) -> int:
        receipt = self.line.receipt(caller)
        return (await self.transcript.post(caller, self.citizen.id, text, receipt)).seq

    async def texts(self) -> list[str]:
        found = await self.transcript.since(self.citizen, self.citizen.id, 0)
        assert [entry.seq for entry in found.entries] == list(range(1, found.last_seq + 1))
        return [entry.text for entry in found.entries if entry.kind == "message"]


@pytest.fixture
async def talk(tmp_path: Path, database_url: str, valkey: str) -> AsyncIterator[Talk]:
    async with open_door(tmp_path, database_url, valkey) as door:
        line = Line(door, await door.service())
        officer, stranger, citizen = await line.officer(), await line.officer("citra"), await line.citizen()
        await line.serve(officer, citizen)
        yield Talk(line, citizen, officer, stranger)


async def test_both_sides_write_into_one_order(talk: Talk) -> None:
    sides = [talk.citizen, talk.officer]
    seqs = await asyncio.gather(*(talk.posts(sides[n % 2], f"pesan {n}") for n in range(40)))
    texts = await talk.texts()
    assert sorted(texts) == sorted(f"pesan {n}" for n in range(40))
    first = min(seqs)
    assert [texts[seq - first] for seq in seqs] == [f"pesan {n}" for n in range(40)], "acked where it stands"


async def test_only_the_two_may_write_and_read(talk: Talk) -> None:
    other = Caller(Role.APPLICANT, (await talk.line.citizen()).id, "Lain")
    for somebody in (talk.stranger, other):
        assert await talk.line.refused(talk.posts(somebody, "halo")) == "not_found"
        reading = talk.transcript.since(somebody, talk.citizen.id, 0)
        assert await talk.line.refused(reading) == "not_found"
        marking = talk.transcript.mark_seen(somebody, talk.citizen.id, 1, 1)
        assert await talk.line.refused(marking) == "not_found"
    assert await talk.texts() == []


async def test_nothing_is_written_before_and_after_it_is_served(talk: Talk) -> None:
    waiting = await talk.line.citizen()
    early = talk.transcript.post(waiting, waiting.id, "halo", talk.line.receipt(waiting))
    assert await talk.line.refused(early) == "stage_forbids"
    await talk.line.reception.end(talk.officer, talk.citizen.id, 1, talk.line.receipt(talk.officer))
    for somebody in (talk.citizen, talk.officer):
        assert await talk.line.refused(talk.posts(somebody, "terlambat")) == "ended"
    assert await talk.texts() == []


async def test_who_lost_the_consultation_writes_no_more_and_the_next_reads_all(talk: Talk) -> None:
    await talk.posts(talk.officer, "selamat pagi")
    for seconds in (31, 121):
        await talk.line.pass_time(seconds, talk.stranger)
        await talk.line.sweeping.once()
    assert (await talk.line.ticket(talk.citizen)).stage is Stage.WAITING
    assert await talk.line.refused(talk.posts(talk.officer, "masih di sini")) == "not_found"
    await talk.line.serve(talk.stranger, talk.citizen)
    await talk.posts(talk.stranger, "saya lanjutkan")
    read = await talk.transcript.since(talk.stranger, talk.citizen.id, 0)
    said = [entry.text for entry in read.entries if entry.kind == "message"]
    assert said == ["selamat pagi", "saya lanjutkan"]


async def test_a_repeat_gets_the_first_answer_and_another_text_a_conflict(talk: Talk) -> None:
    receipt = talk.line.receipt(talk.citizen)
    seq = (await talk.transcript.post(talk.citizen, talk.citizen.id, "halo", receipt)).seq
    with pytest.raises(Reproduced) as first:
        await talk.transcript.post(talk.citizen, talk.citizen.id, "halo", receipt)
    assert first.value.seq == seq
    other = Receipt(receipt.stream, receipt.owner, receipt.cseq, bytes(16))
    with pytest.raises(Conflict):
        await talk.transcript.post(talk.citizen, talk.citizen.id, "lain", other)
    assert await talk.texts() == ["halo"]


@pytest.mark.parametrize(("text", "code"), [("  \n ", "bad_request"), ("x" * 4_001, "too_large")])
async def test_a_refused_text_uses_up_its_number(talk: Talk, text: str, code: str) -> None:
    receipt = talk.line.receipt(talk.citizen)
    posting = talk.transcript.post(talk.citizen, talk.citizen.id, text, receipt)
    assert await talk.line.refused(posting) == code
    with pytest.raises(Reproduced) as first:
        await talk.transcript.post(talk.citizen, talk.citizen.id, text, receipt)
    assert first.value.refusal is not None and first.value.refusal.code == code


async def test_marks_move_forward_only_and_never_past_what_there_is(talk: Talk) -> None:
    last = await talk.posts(talk.officer, "halo")

    async def seen(delivered: int, read: int) -> tuple[int, int]:
        await talk.transcript.mark_seen(talk.citizen, talk.citizen.id, delivered, read)
        row = await talk.line.ticket(talk.citizen)
        return row.applicant_delivered, row.applicant_read

    assert await seen(last, 0) == (last, 0)
    assert await seen(1, last) == (last, last), "what is read was delivered"
    assert await seen(1, 1) == (last, last)
    assert await seen(9_999, 9_999) == (last, last)
    row = await talk.line.ticket(talk.citizen)
    assert (row.officer_delivered, row.officer_read) == (0, 0), "each side has its own marks"


async def test_catching_up_gives_what_is_missing_and_all_to_who_holds_another_history(talk: Talk) -> None:
    last = await talk.posts(talk.officer, "halo")
    missed = await talk.transcript.since(talk.citizen, talk.citizen.id, last - 1)
    assert ([entry.seq for entry in missed.entries], missed.whole) == ([last], False)
    nothing = await talk.transcript.since(talk.citizen, talk.citizen.id, last)
    assert (nothing.entries, nothing.last_seq) == ([], last)
    foreign = await talk.transcript.since(talk.citizen, talk.citizen.id, last + 5)
    assert (len(foreign.entries), foreign.whole) == (last, True)
