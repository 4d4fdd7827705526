"""Calls without a browser: two aiortc peers on two servers, the media between them real."""

import asyncio
import re

import pytest
from aiortc import RTCCertificate

from tests.signalling.conftest import Talk
from tests.signalling.peer import Peer
from tests.support.client import Frame
from tests.support.waiting import until


def entries(peer: Peer, kind: str) -> list[Frame]:
    told = [frame["entry"] for frame in peer.client.has_heard("EntryAdded")]
    return [entry for entry in told if entry["kind"] == kind]


async def ended(talk: Talk, reason: str) -> None:
    """Both sides were told why, once, and the conversation says it."""
    for side in talk.sides:
        await side.sees("ended", ended_reason=reason)
        await until(lambda side=side: entries(side, "call_ended"))  # type: ignore[misc]
        assert [entry["values"]["reason"] for entry in entries(side, "call_ended")] == [reason]


async def chat_goes_on(talk: Talk) -> None:
    await talk.citizen.acked("PostMessage", text="Lanjut lewat obrolan")
    await talk.staff.client.hears_entry("Lanjut lewat obrolan")


async def test_a_video_call_between_two_processes_shows_frames_on_both_sides(talk: Talk) -> None:
    await talk.calls("video")
    for side in talk.sides:
        await side.decodes("video", frames=10)
        await side.decodes("audio", frames=10)
    assert len(entries(talk.staff, "call_connected")) == 1
    for client in (talk.citizen, talk.officer):
        assert client.has_heard("Refused") == []


async def test_the_applicant_may_ring_too(talk: Talk) -> None:
    await talk.applicant.rings("video")
    await talk.staff.accepts("video")
    for side in talk.sides:
        await side.sees("connected")
        await side.decodes("video")
    assert talk.applicant.call is not None and talk.applicant.call["polite"] is True
    assert talk.staff.call is not None and "polite" not in talk.staff.call


async def test_a_video_call_accepted_by_sound_alone_carries_no_picture(talk: Talk) -> None:
    await talk.calls("video", accepted="audio")
    for side in talk.sides:
        await side.decodes("audio", frames=20)
        assert side.decoded["video"] == 0


async def test_a_declined_call_ends_for_both_and_the_chat_goes_on(talk: Talk) -> None:
    await talk.staff.rings("video")
    await talk.applicant.sees("ringing")
    await talk.applicant.acts("DeclineCall")
    await ended(talk, "declined")
    await chat_goes_on(talk)


async def test_only_the_side_that_is_rung_can_accept_or_decline(talk: Talk) -> None:
    await talk.staff.rings("audio")
    call = (await talk.staff.sees("ringing"))["id"]
    assert await talk.officer.refused("AcceptCall", call=call, media="audio") == "stage_forbids"
    assert await talk.officer.refused("DeclineCall", call=call) == "stage_forbids"
    await talk.staff.acts("HangUp")
    await ended(talk, "cancelled")


async def test_a_call_that_nobody_answers_ends_after_its_ringing_time(talk: Talk) -> None:
    await talk.staff.rings("video")
    await talk.applicant.sees("ringing")
    await talk.time_passes(29)
    assert talk.applicant.call is not None and talk.applicant.call["stage"] == "ringing"
    await talk.time_passes(1)
    await ended(talk, "no_answer")
    await talk.calls("audio")


async def test_a_call_rings_in_full_on_a_page_that_comes_late_but_not_for_ever(talk: Talk) -> None:
    await talk.staff.rings("video")
    first = await talk.applicant.sees("ringing")
    # A page that comes after 10 s has its 30; one that comes after 25 has what is left of 45.
    for passed, rings_seconds, revision in ((10, 40, 2), (15, 45, 3)):
        await talk.time_passes(passed)
        async with talk.officer_page.another_tab().open() as desk:  # it does not ring for who rang
            await desk.hears_welcome()
        client, late = await talk.another_device()
        try:
            shown = await late.sees("ringing", revision=revision)
            longer = (shown["ring_expires_at"] - first["ring_expires_at"]) / 1_000
            assert longer == pytest.approx(rings_seconds - 30, abs=5)
            await talk.staff.sees("ringing", revision=revision)
        finally:
            await late.closes()
            await client.leaves()
    await talk.time_passes(15)
    assert talk.staff.call is not None and talk.staff.call["stage"] == "ringing"
    await talk.time_passes(5)
    await talk.staff.sees("ended", ended_reason="no_answer", revision=4)


@pytest.mark.parametrize("who", ["applicant", "staff"])
async def test_either_side_hangs_up(talk: Talk, who: str) -> None:
    await talk.calls("audio")
    await getattr(talk, who).acts("HangUp")
    await ended(talk, "hung_up")
    await until(lambda: all(side.state == "none" for side in talk.sides))
    await chat_goes_on(talk)


async def test_both_hang_up_in_the_same_moment_and_it_is_one_end(talk: Talk) -> None:
    await talk.calls("audio")
    await asyncio.gather(talk.applicant.acts("HangUp"), talk.staff.acts("HangUp"))
    await ended(talk, "hung_up")


async def test_both_ring_in_the_same_moment_and_it_is_one_call(talk: Talk) -> None:
    await asyncio.gather(talk.applicant.rings("video"), talk.staff.rings("video"))
    for side in talk.sides:
        await side.sees("connected")
        await side.decodes("video")
    assert len(entries(talk.staff, "call_rang")) == 1


async def test_both_offer_in_the_same_moment_and_the_impolite_offer_stands(talk: Talk) -> None:
    """Neither waits for the other: the polite side gives its own offer up."""
    for side in talk.sides:
        side.holds_offers = True
    await talk.staff.rings("video")
    await talk.applicant.accepts("video")
    for side in talk.sides:
        await side.sees("connecting")
    await asyncio.gather(talk.applicant.offers(), talk.staff.offers())
    for side in talk.sides:
        await side.sees("connected")
        await side.decodes("video")
    assert (talk.applicant.offers_replaced, talk.staff.offers_ignored) == (1, 1)


async def test_a_call_is_negotiated_again_while_it_runs(talk: Talk) -> None:
    await talk.calls("video")
    for side in talk.sides:
        await side.offers()
        await until(lambda side=side: side.settled)  # type: ignore[misc]
        assert side.answers_taken > 0
        for each in talk.sides:
            await each.decodes("video")
    assert talk.staff.call is not None and talk.staff.call["generation"] == 1


async def test_another_certificate_in_the_same_generation_ends_the_call(talk: Talk) -> None:
    """Whoever it comes through: the generation's first one counts for every server."""
    await talk.calls("audio")
    talk.applicant.certificate = RTCCertificate.generateCertificate()
    await talk.applicant.renews()
    for side in talk.sides:
        await side.sees("connected", generation=2)
        await side.decodes("audio")
    assert entries(talk.staff, "call_ended") == []
    # The same words with another certificate, said by the officer's own session.
    call = (await talk.staff.sees("connected"))["id"]
    sdp = talk.staff.description.replace(_print(talk.staff.description), _print(talk.applicant.description))
    about = {"call": call, "generation": 2}
    await talk.officer.sends("SendDescription", **about, kind="offer", sdp=sdp)
    await talk.officer.hears("Refused", code="stage_forbids")
    await ended(talk, "policy")
    relayed = talk.citizen.has_heard("DescriptionRelayed")
    assert sdp not in [frame["sdp"] for frame in relayed]
    await chat_goes_on(talk)


async def test_candidates_that_come_before_their_description_are_not_lost(talk: Talk) -> None:
    talk.staff.candidates_first = True
    await talk.calls("video")
    assert talk.applicant.candidates_held > 0
    await talk.applicant.decodes("video")


async def test_new_ice_servers_are_told_to_the_side_that_asks_and_to_no_other(talk: Talk) -> None:
    await talk.calls("audio")
    call = await talk.staff.sees("connected")
    before = [len(side.client.has_heard("CallChanged")) for side in talk.sides]
    await talk.officer.sends("AskIceServers", call=call["id"], generation=1)
    await until(lambda: len(talk.officer.has_heard("CallChanged")) == before[1] + 1)
    assert talk.officer.has_heard("CallChanged")[-1]["call"] == call
    assert len(talk.citizen.has_heard("CallChanged")) == before[0]


async def test_who_lost_the_path_asks_the_other_side_to_restart(talk: Talk) -> None:
    await talk.calls("audio")
    call = await talk.staff.sees("connected")
    await talk.citizen.sends("AskRestart", call=call["id"], generation=1)
    await talk.officer.hears("RestartAsked", ticket=talk.ticket, call=call["id"], generation=1)
    assert talk.citizen.has_heard("RestartAsked") == []


async def test_frames_of_an_older_generation_are_refused_and_not_relayed(talk: Talk) -> None:
    await talk.calls("audio")
    await talk.applicant.renews()
    await talk.staff.sees("connected", generation=2)
    call = (await talk.staff.sees("connected"))["id"]
    relayed = len(talk.citizen.has_heard("MediaStateTold"))
    old = {"call": call, "generation": 1}
    await talk.officer.sends("SendMediaState", **old, audio=False, video=False)
    await talk.officer.hears("Refused", code="stage_forbids", values=_values("SendMediaState"))
    await talk.officer.sends("SendCandidate", **old, candidate="")
    await talk.officer.hears("Refused", code="stage_forbids", values=_values("SendCandidate"))
    assert await talk.officer.refused("ReportConnected", **old) == "stage_forbids"
    assert await talk.officer.refused("ReportLost", **old) == "stage_forbids"
    # A frame of this generation goes through, so nothing else was on its way before it.
    await talk.officer.sends("SendMediaState", call=call, generation=2, audio=True, video=False)
    await talk.citizen.hears("MediaStateTold", generation=2)
    assert len(talk.citizen.has_heard("MediaStateTold")) == relayed + 1


async def test_of_two_devices_the_first_to_accept_has_the_call(talk: Talk) -> None:
    desk = talk.officer_page.another_tab()
    async with desk.open() as second:
        other = Peer(second, desk.stream)
        try:
            await talk.applicant.rings("video")
            call = (await other.sees("ringing"))["id"]
            await talk.staff.accepts("video")
            refused = await second.refused("AcceptCall", ticket=talk.ticket, call=call, media="video")
            assert refused == "stage_forbids"
            for side in talk.sides:
                await side.sees("connected")
            assert (await other.sees("connected"))["taken_by"] == talk.staff.stream
            assert other.state == "none"
        finally:
            await other.closes()


async def test_the_applicant_accepts_on_a_second_device(talk: Talk) -> None:
    await talk.staff.rings("video")
    client, phone = await talk.another_device()
    try:
        assert await talk.citizen.closed() == 4009
        await phone.accepts("video")
        await phone.sees("connected")
        await phone.decodes("video")
        await talk.staff.decodes("video")
        assert talk.applicant.state == "none"
    finally:
        await phone.closes()
        await client.leaves()


async def test_a_second_device_takes_a_running_call_over(talk: Talk) -> None:
    await talk.calls("video")
    client, phone = await talk.another_device()
    try:
        assert await talk.citizen.closed() == 4009
        assert (await phone.sees("connected"))["taken_by"] == talk.applicant.stream
        await phone.renews()
        again = await phone.sees("connected", generation=2)
        assert again["taken_by"] == phone.stream
        await talk.staff.sees("connected", generation=2)
        await phone.decodes("video")
        await talk.staff.decodes("video")
        # People are told of one call: it was connected once, and goes on since then.
        assert len(entries(talk.staff, "call_connected")) == 1
    finally:
        await phone.closes()
        await client.leaves()


async def test_another_tab_of_the_officer_takes_a_running_call_over(talk: Talk) -> None:
    await talk.calls("audio")
    desk = talk.officer_page.another_tab()
    async with desk.open() as second:
        second.ticket = talk.ticket
        other = Peer(second, desk.stream)
        try:
            await other.sees("connected")
            await other.renews()
            await other.sees("connected", generation=2)
            await other.decodes("audio")
            assert talk.staff.state == "none"
            await talk.applicant.decodes("audio")
        finally:
            await other.closes()


async def test_media_goes_on_while_signalling_is_cut_and_the_call_is_found_again(talk: Talk) -> None:
    await talk.calls("video")
    talk.citizen.breaks_off()
    await talk.citizen.closed()
    for side in talk.sides:
        await side.decodes("video", frames=5)
    async with talk.citizen_page.elsewhere(talk.office.urls[1]).open() as back:
        welcome = back.frames[0]
        assert welcome["call"]["stage"] == "connected"
        assert welcome["call"]["taken_by"] == talk.applicant.stream
        await talk.applicant.moves_to(back)
        await talk.staff.offers()
        await until(lambda: talk.staff.settled)
        await talk.applicant.renews()
        for side in talk.sides:
            await side.sees("connected", generation=2)
            await side.decodes("video")
        await talk.applicant.acts("HangUp")
        await talk.staff.sees("ended", ended_reason="hung_up")


async def test_both_renew_in_the_same_moment_and_meet(talk: Talk) -> None:
    await talk.calls("audio")
    await asyncio.gather(talk.applicant.renews(), talk.staff.renews())
    await until(lambda: all(side.state == "connected" for side in talk.sides))
    generations = {(await side.sees("connected"))["generation"] for side in talk.sides}
    assert generations <= {2, 3} and len(generations) == 1
    for side in talk.sides:
        await side.decodes("audio")


async def test_a_call_that_finds_no_way_back_ends_after_45_seconds(talk: Talk) -> None:
    await talk.calls("audio")
    for side in talk.sides:
        side.stays_silent = True
    await talk.staff.renews()
    await talk.applicant.sees("connecting", generation=2)
    await talk.time_passes(30)
    await talk.staff.renews()  # trying again and again gets no more time
    await talk.time_passes(14)
    assert talk.applicant.call is not None and talk.applicant.call["stage"] == "connecting"
    await talk.time_passes(1)
    await ended(talk, "media_lost")
    await chat_goes_on(talk)


async def test_media_that_a_side_misses_is_told_to_both_and_the_service_ends_the_call(talk: Talk) -> None:
    await talk.calls("audio")
    first = await talk.staff.sees("connected")
    about = {"call": first["id"], "generation": 1}
    await talk.citizen.acked("ReportInterrupted", **about)
    until_at = (await talk.applicant.sees("connecting", generation=1))["reconnects_until"]
    told = await talk.staff.sees("connecting", reconnects_until=until_at, connected_at=first["connected_at"])
    # Nothing of the connection itself was touched, and signals go on to mend it.
    await talk.officer.sends("AskRestart", **about)
    await talk.citizen.hears("RestartAsked", **about)
    await talk.citizen.acked("ReportConnected", **about)
    back = await talk.staff.sees("connected", generation=1)
    assert "reconnects_until" not in back and back["revision"] > told["revision"]
    await talk.officer.acked("ReportInterrupted", **about)
    again = await talk.applicant.sees("connecting", generation=1)
    assert again["reconnects_until"] >= until_at
    await talk.time_passes(40)
    assert talk.applicant.call is not None and talk.applicant.call["stage"] == "connecting"
    await talk.time_passes(5)
    await ended(talk, "media_lost")
    assert await talk.citizen.refused("ReportInterrupted", **about) == "stage_forbids"
    await chat_goes_on(talk)


async def test_loss_said_over_and_over_is_one_loss_and_too_often_is_refused(talk: Talk) -> None:
    await talk.calls("audio")
    call = await talk.staff.sees("connected")
    about = {"call": call["id"], "generation": 1}
    said = [await talk.citizen.begins("ReportInterrupted", **about) for _ in range(60)]
    answers = [await talk.citizen.answer(number) for number in said]
    codes = {answer["code"] for answer in answers if answer["t"] == "Refused"}
    assert "rate_limited" in codes <= {"rate_limited", "out_of_order"}
    gone = await talk.staff.sees("connecting", generation=1)
    assert gone["revision"] == call["revision"] + 1
    await talk.staff.acts("HangUp")
    await ended(talk, "hung_up")


async def test_who_is_not_in_the_consultation_finds_no_call(talk: Talk) -> None:
    await talk.calls("audio")
    call = (await talk.staff.sees("connected"))["id"]
    stranger_page = await talk.office.citizen(name="Eko")
    officer_page = await talk.office.officer(f"tamu{talk.ticket[:6].lower()}")
    async with stranger_page.open() as stranger, officer_page.open() as officer:
        for client in (stranger, officer):
            for kind, fields in ORDERS_OF_A_CALL.items():
                said = fields | {"call": call, "ticket": talk.ticket}
                assert await client.refused(kind, **said) == "not_found", kind
            for kind, fields in FRAMES_OF_A_CALL.items():
                await client.sends(kind, call=call, ticket=talk.ticket, generation=1, **fields)
                await client.hears("Refused", code="not_found", values={"frame": kind})
        # The call of somebody else is not found in one's own consultation either.
        said = {"call": call, "ticket": stranger_page.ticket}
        assert await stranger.refused("HangUp", **said) == "not_found"
    for side in talk.sides:
        await side.decodes("audio")


async def test_the_call_ends_with_the_consultation(talk: Talk) -> None:
    await talk.calls("video")
    call = (await talk.staff.sees("connected"))["id"]
    await talk.officer.acked("EndConsultation")
    await ended(talk, "consultation_ended")
    await until(lambda: all(side.state == "none" for side in talk.sides))
    assert await talk.citizen.refused("Ring", media="audio") == "ended"
    await talk.citizen.sends("SendCandidate", call=call, generation=1, candidate="")
    await talk.citizen.hears("Refused", code="stage_forbids")


@pytest.mark.parametrize(
    ("media", "accepted", "units"), [("audio", "audio", 2), ("video", "video", 3), ("video", "audio", 2)]
)
async def test_a_call_takes_its_units_and_gives_them_back(
    talk: Talk, media: str, accepted: str, units: int
) -> None:
    await talk.staff.rings(media)
    assert await talk.units() == 1
    await talk.applicant.accepts(accepted)
    told = await talk.officer.hears("DutyChanged")
    while told["duty"]["load"] != units:
        told = await talk.officer.hears("DutyChanged")
    await talk.staff.acts("HangUp")
    assert (await talk.officer.hears("DutyChanged"))["duty"]["load"] == 1
    assert await talk.units() == 1


async def test_a_step_of_the_quality_is_told_to_both_once_in_a_while(talk: Talk) -> None:
    await talk.calls("audio")
    assert talk.staff.call is not None
    report = {"call": talk.staff.call["id"], "step": "lowered", "level": 2}
    await talk.citizen.acked("ReportQuality", **report)
    # Too fast: taken, and not said.
    await talk.citizen.acked("ReportQuality", **report | {"step": "raised", "level": 3})
    await talk.officer.acked("ReportQuality", **report | {"step": "saving", "level": 1})
    for side in talk.sides:
        await until(lambda side=side: len(entries(side, "call_quality")) == 2)  # type: ignore[misc]
        first, second = (entry["values"] for entry in entries(side, "call_quality"))
        assert first == {"reason": "lowered", "level": 2, "by": "applicant"}
        assert second == {"reason": "saving", "level": 1, "by": "officer"}
    await talk.time_passes(4)
    await talk.citizen.acked("ReportQuality", **report | {"step": "raised", "level": 3})
    await until(lambda: len(entries(talk.staff, "call_quality")) == 3)
    await talk.staff.acts("HangUp")
    await ended(talk, "hung_up")
    assert await talk.citizen.refused("ReportQuality", **report) == "stage_forbids"


async def test_the_quality_that_one_side_sends_and_wants_reaches_the_other(talk: Talk) -> None:
    await talk.calls("audio")
    assert talk.staff.call is not None
    about = {"call": talk.staff.call["id"], "generation": 1, "audio": True, "video": True}
    await talk.citizen.sends("SendMediaState", **about, level=1, wanted=1, saving=True)
    told = await talk.officer.hears("MediaStateTold", level=1)
    assert (told["wanted"], told["saving"]) == (1, True)
    assert not {"anew", "away"} & set(told), "what is not said is not sent"
    await talk.citizen.sends("SendMediaState", **about, level=2, anew=True)
    assert (await talk.officer.hears("MediaStateTold", level=2))["anew"] is True
    await talk.citizen.sends("SendMediaState", **about, level=3, away=True)
    assert (await talk.officer.hears("MediaStateTold", level=3))["away"] is True


ORDERS_OF_A_CALL: dict[str, Frame] = {
    "Ring": {"media": "audio"},
    "AcceptCall": {"media": "audio"},
    "DeclineCall": {},
    "HangUp": {},
    "ReportConnected": {"generation": 1},
    "ReportInterrupted": {"generation": 1},
    "ReportLost": {"generation": 1},
    "ReportQuality": {"step": "lowered", "level": 3},
    "ReportScreen": {"on": True},
    "RenewCall": {"generation": 1},
}
FRAMES_OF_A_CALL: dict[str, Frame] = {
    "SendCandidate": {"candidate": ""},
    "SendMediaState": {"audio": True, "video": True},
}


def _print(sdp: str) -> str:
    """The SHA-256 of the certificate, which stands in each of its descriptions."""
    found = re.search(r"a=fingerprint:sha-256 (\S+)", sdp)
    assert found
    return found[1]


def _values(kind: str) -> Frame:
    return {"stage": "connected", "step": "relay", "frame": kind}
