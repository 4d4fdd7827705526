"""More than a thousand frames that no page of ours sends: each gets its refusal, everybody else goes on.

A person's tenth unreadable frame is the last that is answered, so a new attacker comes for every nine.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

import pytest

from tests.hub.hostile import Arena, Attacker, arena, everybody_else_goes_on
from tests.hub.unreadable import NO_FRAME, NO_JSON, NO_MESSAGE, READABLE
from tests.hub.unwelcome import (
    CANDIDATES,
    DEVICE_CHECKS,
    FROM_AN_OFFICER,
    IN_A_CALL,
    MESSAGES,
    WHILE_RINGING,
    WHILE_WAITING,
    WITHOUT_A_CALL,
    Unwelcome,
)
from tests.support.client import Frame
from tests.support.samples import KINDS, Wrong, wrong_frames

__all__ = ["arena", "everybody_else_goes_on"]

T = TypeVar("T")

FOR_ONE_ATTACKER = 9


def _in_nines(frames: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(frames, FOR_ONE_ATTACKER)):
        yield batch


def _refusal(answer: Frame | int | None) -> object:
    return answer.get("code") if isinstance(answer, dict) else answer


async def _all_refused(attacker: Attacker, frames: list[Unwelcome]) -> None:
    for frame in frames:
        answer = await attacker.sends(frame)
        assert isinstance(answer, dict), (frame, answer)
        assert (answer["t"], answer["code"]) == ("Refused", frame.code), (frame, answer)
        if frame.values is not None:
            assert frame.values.items() <= answer["values"].items(), (frame, answer)


@pytest.mark.parametrize("texts", [NO_JSON, NO_FRAME, NO_MESSAGE], ids=["json", "frame", "message"])
async def test_what_cannot_be_read_is_refused_and_the_connection_stays(
    arena: Arena, texts: dict[str, str]
) -> None:
    for batch in _in_nines(iter(texts.items())):
        async with arena.waiting() as attacker:
            told = {name: _refusal(await attacker.meets(attacker.filled(text))) for name, text in batch}
            assert told == {name: "bad_request" for name, _ in batch}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_every_field_of_every_frame_is_held_to_its_type(arena: Arena, kind: type) -> None:
    for batch in _in_nines(wrong_frames(kind, cseq=1)):
        async with arena.waiting() as attacker:
            for wrong in batch:
                answer = await attacker.meets(_renumbered(wrong, attacker.client.cseq + 1))
                assert isinstance(answer, dict), (wrong.name, answer)
                number = None if wrong.cseq is None else attacker.client.cseq
                assert (answer["code"], answer.get("cseq")) == ("bad_request", number), wrong.name


def _renumbered(wrong: Wrong, cseq: int) -> str:
    return wrong.text if wrong.cseq is None else wrong.text.replace('"cseq": 1', f'"cseq": {cseq}', 1)


async def test_what_looks_strange_but_can_be_read_is_taken(arena: Arena) -> None:
    async with arena.waiting() as attacker:
        for name, text in READABLE.items():
            await attacker.client.sends_text(text)
            assert await attacker.client.hears("Pong", n=json.loads(text)["n"]), name


async def test_who_waits_can_neither_talk_nor_call(arena: Arena) -> None:
    async with arena.waiting() as attacker:
        await _all_refused(attacker, WHILE_WAITING)


async def test_who_waits_checks_devices_of_their_own_number_only(arena: Arena) -> None:
    async with arena.waiting() as attacker:
        await _all_refused(attacker, DEVICE_CHECKS)
    kept = arena.office.apps[0].device_checks
    assert await kept.shown(arena.bystanders.ticket) is None


@pytest.mark.parametrize("frames", [MESSAGES, WITHOUT_A_CALL], ids=["messages", "calls"])
async def test_in_a_consultation_only_ones_own_is_found(arena: Arena, frames: list[Unwelcome]) -> None:
    async with arena.consulting() as (applicant, _):
        await _all_refused(applicant, frames)


async def test_an_officer_is_held_to_the_same(arena: Arena) -> None:
    async with arena.consulting() as (_, officer):
        await _all_refused(officer, FROM_AN_OFFICER)
        await _all_refused(officer, WITHOUT_A_CALL)


async def test_while_it_rings_nothing_is_relayed(arena: Arena) -> None:
    async with arena.consulting() as (applicant, officer):
        call = await _rings(applicant, officer)
        applicant.place["call"] = call
        await _all_refused(applicant, WHILE_RINGING)
        assert not _relayed(officer)


async def test_in_a_call_a_strange_description_is_not_passed_on(arena: Arena) -> None:
    async with arena.consulting() as (applicant, officer):
        call = await _rings(applicant, officer)
        await officer.client.acked("AcceptCall", call=call, media="video")
        for side, other in ((applicant, officer), (officer, applicant)):
            side.place["call"] = call
            await _all_refused(side, IN_A_CALL)
            await _all_refused(side, CANDIDATES)
            assert not _relayed(other)


async def _rings(applicant: Attacker, officer: Attacker) -> str:
    await applicant.client.acked("Ring", media="video")
    call: str = (await officer.client.hears("CallChanged"))["call"]["id"]
    return call


def _relayed(attacker: Attacker) -> list[Frame]:
    kinds = {"DescriptionRelayed", "CandidateRelayed", "MediaStateTold"}
    return [frame for frame in attacker.client.everything if frame["t"] in kinds]
