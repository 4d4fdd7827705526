"""A third person in the call is asked like everybody: three yeses record, one no or withdrawal does not."""

import json
from itertools import permutations

import pytest

from tests.recordings.chair import Third, asked, asking, becomes, seated
from tests.recordings.conftest import TEXT, Recorded
from tests.support.client import Client
from tests.support.waiting import until

CONTENTS = [b"satu", b"dua", b"tiga"]
PEOPLE = ("applicant", "guest")  # the officer has agreed by asking
EVERYBODY = (*PEOPLE, "officer")


async def answers(third: Third, who: str, recording: str, yes: bool = True) -> str:
    if who == "guest":
        return await third.answers(recording, yes)
    about = {"recording": recording, "text": TEXT, "yes": yes}
    return str((await third.talk.citizen.order("AnswerRecording", **about)).get("code", ""))


async def begun(third: Third) -> str:
    """Asked and agreed to by all three: it records."""
    recording = await asked(third.talk)
    for who in PEOPLE:
        assert await answers(third, who, recording) == ""
    await becomes(third.talk, "recording")
    await third.hears_stage("recording")
    return recording


def side_of(third: Third, who: str) -> Client:
    sides = {"applicant": third.talk.citizen, "officer": third.talk.officer, "guest": third.client}
    return sides[who]


@pytest.mark.parametrize("order", list(permutations(PEOPLE)))
async def test_it_records_with_the_last_yes_of_three(talk: Recorded, order: tuple[str, ...]) -> None:
    async with seated(talk) as third:
        recording = await asked(talk)
        question = await third.hears_stage("asked")
        assert (question["waits_for"], question["agreed"]) == (["applicant", "guest"], ["officer"])
        assert await answers(third, order[0], recording) == ""
        assert talk.row(recording)["stage"] == "asked", "one yes is not all"
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 409
        assert await answers(third, order[1], recording) == ""
        for told in (await becomes(talk, "recording")).values():
            assert (told["agreed"], told["waits_for"]) == (["applicant", "guest", "officer"], [])
        assert (await third.hears_stage("recording"))["recorder"] == talk.officer_page.stream
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200
        assert talk.said() == ["asked", "agreed", "agreed", "started"]
        # A guest reads no conversation.
        assert not third.client.has_heard("EntryAdded")


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("late", [False, True], ids=["first", "after the other's yes"])
async def test_one_no_of_three_and_nothing_is_recorded(talk: Recorded, who: str, late: bool) -> None:
    async with seated(talk) as third:
        recording = await asked(talk)
        other = next(one for one in PEOPLE if one != who)
        if late:
            assert await answers(third, other, recording) == ""
        assert await answers(third, who, recording, yes=False) == ""
        heard = {**await becomes(talk, "declined"), "guest": await third.hears_stage("declined")}
        assert {told["ended_by"] for told in heard.values()} == {who}
        assert await answers(third, other, recording) == "stage_forbids"
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 409
        assert talk.row(recording)["started_at"] is None
        # The call goes on, and everybody may be asked again.
        assert await begun(third) != recording


@pytest.mark.parametrize("who", EVERYBODY)
async def test_anybodys_withdrawal_stops_it_at_once_and_all_hear_whose(talk: Recorded, who: str) -> None:
    async with seated(talk) as third:
        recording = await begun(third)
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200
        before = talk.digests()
        taken = {"ticket": talk.ticket, "recording": recording}
        await side_of(third, who).acked("WithdrawRecording", **taken)
        # Acked is committed: also the slice that was in progress is lost.
        assert (await talk.brings(recording, 1, CONTENTS, last=True)).status_code == 409
        assert talk.digests() == before
        heard = {**await becomes(talk, "stopped"), "guest": await third.hears_stage("stopped")}
        assert {(told["reason"], told["ended_by"]) for told in heard.values()} == {("withdrawn", who)}
        await side_of(third, who).acked("WithdrawRecording", **taken)  # twice is once
        assert talk.said() == ["asked", "agreed", "agreed", "started", "withdrawn"]


async def test_a_guests_answers_are_events_and_entries_with_its_role(talk: Recorded) -> None:
    async with seated(talk) as third:
        recording = await begun(third)
        assert await third.withdraws(recording) == ""
        actor = f"guest:{third.id}"
        query = (
            "SELECT content FROM event WHERE subject = ? AND kind = 'recording' AND actor = ? ORDER BY number"
        )
        told = [json.loads(row["content"]) for row in talk.rows(query, f"ticket:{talk.ticket}", actor)]
        assert [(each["step"], each["role"]) for each in told] == [
            ("agree", "companion"),
            ("withdraw", "companion"),
        ]
        query = (
            "SELECT detail, author_name FROM entry WHERE ticket_id = ? AND kind = 'recording' ORDER BY seq"
        )
        entries = [(json.loads(row["detail"]), row["author_name"]) for row in talk.rows(query, talk.ticket)]
        of_guest = [(detail["reason"], detail["role"], name) for detail, name in entries if "role" in detail]
        assert of_guest == [
            ("agreed", "companion", "Made Isyarat"),
            ("withdrawn", "companion", "Made Isyarat"),
        ]
        # Who may see the conversation learns no secret of the guest's.
        assert third.id not in json.dumps([detail for detail, _ in entries])


async def test_recording_ends_in_the_moment_a_third_person_is_let_in(talk: Recorded) -> None:
    recording = await talk.begin()
    async with asking(talk) as third:
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200, (
            "who only asks is not in the call"
        )
        await third.is_let_in()
        for side in (talk.citizen, talk.officer):
            ended = await talk.becomes(side)
            assert (ended["stage"], ended["reason"]) == ("stopped", "people_changed")
        assert (await talk.brings(recording, 1, CONTENTS)).status_code == 409, "nothing of a call of three"
        # Before the guest is connected there is nobody who could answer.
        refused = await talk.officer.order("AskRecording", call=talk.call)
        assert (refused["code"], refused["values"]["stage"]) == ("stage_forbids", "guest")
        await third.takes_its_seat()
        assert not third.client.has_heard("RecordingChanged"), "of before, a guest hears nothing"
        await begun(third)


async def test_a_question_that_the_guest_did_not_hear_ends_when_it_is_let_in(talk: Recorded) -> None:
    async with asking(talk) as third:
        recording = await talk.ask()
        await third.is_let_in()
        assert talk.row(recording)["reason"] == "people_changed"
        await third.takes_its_seat()
        refused = await talk.citizen.refused("AnswerRecording", recording=recording, text=TEXT, yes=True)
        assert refused == "stage_forbids"
        assert await third.answers(recording) == "not_found"


@pytest.mark.parametrize("how", ["leaves", "is sent away"])
async def test_a_guest_who_goes_does_not_stop_it_but_the_next_one_does(talk: Recorded, how: str) -> None:
    async with seated(talk) as third:
        recording = await begun(third)
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200
        if how == "leaves":
            await third.leaves()
        else:
            await talk.citizen.acked("DismissGuest", guest=third.id)
        assert talk.row(recording)["stage"] == "recording"
        assert (await talk.brings(recording, 1, CONTENTS)).status_code == 200
    # Its chair is free; whoever comes next was not asked.
    async with asking(talk) as next_one:
        await next_one.is_let_in()
        assert talk.row(recording)["reason"] == "people_changed"
        assert (await talk.brings(recording, 2, CONTENTS)).status_code == 409
        assert await next_one.withdraws(recording) == "not_found"


@pytest.mark.parametrize("answered", [False, True], ids=["before the other's yes", "after it"])
async def test_a_guest_who_goes_without_an_answer_is_not_waited_for(talk: Recorded, answered: bool) -> None:
    async with seated(talk) as third:
        recording = await asked(talk)
        if answered:
            assert await answers(third, "applicant", recording) == ""
        await third.leaves()
        if not answered:
            assert talk.row(recording)["stage"] == "asked"
            await talk.answer(recording, True)
        assert (await becomes(talk, "recording"))["officer"]["agreed"] == ["applicant", "officer"]
        assert (await talk.brings(recording, 0, CONTENTS)).status_code == 200
        assert talk.said() == ["asked", "agreed", "started"]


async def test_a_guest_says_no_only_to_what_it_was_asked_about(talk: Recorded) -> None:
    recording = await talk.begin()
    async with asking(talk) as third:
        for answer in (
            third.answers(recording),
            third.answers(recording, yes=False),
            third.withdraws(recording),
        ):
            assert await answer == "not_found", "who waits at the door finds nothing"
        assert talk.row(recording)["stage"] == "recording"
        await third.is_let_in()
        await third.takes_its_seat()
        own = await asked(talk)
        for foreign in (recording, "no-such-recording"):
            assert await third.answers(foreign) == "not_found"
        elsewhere = {"ticket": "another-ticket", "recording": own}
        assert await third.client.refused("AnswerRecording", **elsewhere, text=TEXT, yes=True) == "not_found"
        assert await third.client.refused("AskRecording", ticket=talk.ticket, call=talk.call) == "not_allowed"
        assert await third.client.refused("StopRecording", **elsewhere) == "not_allowed"
        assert await third.answers(own, text=TEXT + 1) == "stage_forbids", "other words were read"
        assert await third.answers(own) == ""
        assert await third.answers(own) == "stage_forbids", "twice is no second yes"
        assert talk.row(own)["stage"] == "asked", "the applicant has not answered"
        assert set(json.loads(talk.row(own)["agreed"])) == {"officer", "guest"}


async def test_another_page_of_the_guest_was_not_asked(talk: Recorded) -> None:
    async with seated(talk) as third:
        recording = await begun(third)
        # The same page comes back, over a new connection: that goes on.
        await third.takes_its_seat(generation=1)
        assert talk.row(recording)["stage"] == "recording"
        async with third.page.another_tab().open() as other:
            about = {"ticket": talk.ticket, "call": talk.call, "guest": third.id}
            await other.acked("JoinLeg", **about, between="officer", generation=2)
            assert talk.row(recording)["reason"] == "people_changed"
            assert (await talk.brings(recording, 0, CONTENTS)).status_code == 409
            await other.acked("JoinLeg", **about, between="applicant", generation=2)
            again = await asked(talk)
            told = await other.order(
                "AnswerRecording", ticket=talk.ticket, recording=again, text=TEXT, yes=True
            )
            assert told["t"] == "Acked"


async def test_a_yes_counts_only_from_the_guests_page_in_the_call(talk: Recorded) -> None:
    async with seated(talk) as third:
        recording = await asked(talk)
        async with third.page.another_tab().open() as other:
            about = {"ticket": talk.ticket, "recording": recording}
            assert await other.refused("AnswerRecording", **about, text=TEXT, yes=True) == "not_found"
            # A no is taken from any page of theirs.
            await other.acked("AnswerRecording", **about, text=TEXT, yes=False)
            assert talk.row(recording)["stage"] == "declined"


async def test_a_reloaded_guest_is_told_what_it_was_asked(talk: Recorded) -> None:
    recording = await talk.ask()
    await talk.answer(recording, False)
    async with seated(talk) as third:
        await third.client.hears_welcome()
        await third.client.sends("Refresh", seqs={})
        assert "recording" not in await third.client.hears_welcome(), "of before, a guest learns nothing"
        own = await asked(talk)
        await third.client.sends("Refresh", seqs={})
        shown = (await third.client.hears_welcome())["recording"]
        assert (shown["id"], shown["waits_for"]) == (own, ["applicant", "guest"])


async def test_the_end_of_the_call_ends_it_for_three(talk: Recorded) -> None:
    async with seated(talk) as third:
        recording = await begun(third)
        await talk.citizen.acked("HangUp", call=talk.call)
        assert (await third.hears_stage("stopped"))["reason"] == "call_ended"
        # What was recorded until then is everybody's yes, and the last slice is still taken.
        assert (await talk.brings(recording, 0, CONTENTS, last=True)).status_code == 200
        await until(lambda: talk.row(recording)["finished_at"] is not None)
