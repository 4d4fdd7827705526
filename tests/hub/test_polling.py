"""Pages that no socket reaches: the same facts and numbers by requests, each to any process."""

import asyncio
import json
from dataclasses import replace

import pytest

from tests.hub.conftest import Office
from tests.support.client import Page
from tests.support.poller import Poller
from tests.support.waiting import until

# A request without news is held for 20.
SOON_SECONDS = 10.0


async def served(office: Office, page: Page) -> Poller:
    """A citizen of requests, fetched once and in the line."""
    poller = Poller(page, office.urls)
    (welcome, *_) = await poller.fetch()
    assert welcome["t"] == "WelcomeApplicant"
    await until(lambda: office.line_holds(page))
    return poller


async def test_a_consultation_over_requests_that_reach_another_process_each_time(two_servers: Office) -> None:
    page = await two_servers.citizen()
    poller = await served(two_servers, page)
    async with (await two_servers.officer()).open() as officer:
        officer.ticket = page.ticket
        await officer.acked("BeReady")
        offer = (await officer.hears("OfferMade"))["offer"]
        assert offer["lasts_ms"] == 25_000
        await officer.acked("AcceptOffer", attempt=offer["attempt"])
        expected = []
        for number in range(6):
            answer = await poller.order("PostMessage", ticket=page.ticket, text=f"pemohon {number}")
            assert answer["t"] == "Acked"
            await officer.hears_entry(f"pemohon {number}")
            await officer.acked("PostMessage", text=f"petugas {number}")
            expected += [f"pemohon {number}", f"petugas {number}"]
            await until(lambda wanted=expected: _holds(poller, wanted))  # type: ignore[misc]
        assert poller.texts == expected


async def _holds(poller: Poller, wanted: list[str]) -> bool:
    if poller.texts != wanted:
        await poller.fetch()
    return poller.texts == wanted


async def test_a_request_waits_for_news_and_answers_when_there_is_some(office: Office) -> None:
    async with office.consultation() as talk:
        poller = Poller(talk.citizen_page.another_tab(), office.urls)
        await poller.fetch()
        assert await talk.citizen.closed() == 4009, "the newest device wins"
        await poller.fetch(now=True)
        waiting = asyncio.create_task(poller.fetch())
        await asyncio.sleep(0)
        await talk.officer.acked("PostMessage", text="Sudah saya cek.")
        frames = await waiting
        assert frames[0]["t"] == "WelcomeApplicant"
        assert poller.texts == ["Sudah saya cek."]


async def test_a_repeat_gets_the_first_answer_in_any_process(two_servers: Office) -> None:
    async with two_servers.consultation() as talk:
        poller = Poller(talk.citizen_page.another_tab(), two_servers.urls)
        await poller.fetch()
        order = {"t": "PostMessage", "cseq": poller.cseq + 1, "ticket": talk.ticket, "text": "Sekali"}
        (first,) = await poller.send(order)
        (again,) = await poller.send(order)
        assert first["t"] == "Acked" and first == again
        (conflict,) = await poller.send({**order, "text": "Lain"})
        assert conflict["code"] == "conflict"
        gap, _ = await poller.send({**order, "cseq": order["cseq"] + 2}, {"t": "Ping", "n": 1}), None
        assert gap[0]["code"] == "out_of_order"


async def test_a_request_takes_60_000_bytes_of_messages_and_more_than_64_kib_is_not_read(
    office: Office,
) -> None:
    """What the pages keep to (`BYTES_AT_ONCE` in models/poll_socket.js)."""
    async with office.consultation() as talk:
        poller = Poller(talk.citizen_page.another_tab(), office.urls)
        await poller.fetch()
        order = {"t": "PostMessage", "ticket": talk.ticket, "text": "x" * 4_000}
        orders = [{**order, "cseq": poller.cseq + 1 + n} for n in range(17)]
        assert len(json.dumps(orders[:14])) < 60_000 < 65_536 < len(json.dumps(orders))
        with pytest.raises(AssertionError, match="too_large"):
            await poller.send(*orders)
        assert {answer["t"] for answer in await poller.send(*orders[:14])} == {"Acked"}


async def test_a_newer_device_wins_over_requests_in_whichever_process_they_arrive(
    two_servers: Office,
) -> None:
    page = await two_servers.citizen()
    older = await served(two_servers, page)
    async with page.another_tab().open() as newer:

        async def told() -> bool:
            await older.fetch()
            return older.close == 4009

        for _ in range(4):  # both processes, twice
            await until(told)
        await newer.pings()
        assert newer.code is None, "it was never let go"


async def test_a_page_that_never_heard_its_welcome_is_told_at_once_in_the_seat_that_it_has(
    office: Office,
) -> None:
    async with office.consultation() as talk:
        page = talk.citizen_page.another_tab()
        heard = Poller(page, office.urls)
        await heard.fetch()
        await talk.officer.acked("PostMessage", text="Sudah saya cek.")
        await until(lambda: _holds(heard, ["Sudah saya cek."]))
        # Now nothing is new. Had the answers got lost, the same page would ask anew and name no connection.
        again = Poller(page, office.urls)
        async with asyncio.timeout(SOON_SECONDS):
            (welcome, *_) = await again.fetch()
        assert welcome["t"] == "WelcomeApplicant" and again.texts == ["Sudah saya cek."]


async def test_what_a_page_holds_of_another_history_is_told_anew_in_its_seat(office: Office) -> None:
    async with office.consultation() as talk:
        page = Poller(talk.citizen_page.another_tab(), office.urls)
        await page.fetch()
        await talk.officer.acked("PostMessage", text="Sudah saya cek.")
        await until(lambda: _holds(page, ["Sudah saya cek."]))
        page.epoch = "before-a-restore"
        (welcome, *_) = await page.fetch(now=True)
        assert welcome["whole"] and page.texts == ["Sudah saya cek."]


async def test_who_was_told_of_a_newer_device_and_goes_on_here_is_let_in(office: Office) -> None:
    page = await office.citizen()
    older = await served(office, page)
    async with page.another_tab().open() as newer:

        async def told() -> bool:
            older.connection = ""  # its answers got lost so far
            await older.fetch()
            return older.close == 4009

        await until(told)
        await newer.pings()
        # "Lanjutkan di sini": the same page, and another connection.
        older.connection = ""
        (welcome, *_) = await older.fetch()
        assert welcome["t"] == "WelcomeApplicant" and older.close is None
        assert await newer.closed() == 4009, "the newest device wins"


async def test_calls_need_a_socket_and_the_number_is_used_up(office: Office) -> None:
    async with office.consultation() as talk:
        poller = Poller(talk.citizen_page.another_tab(), office.urls)
        await poller.fetch()
        await talk.officer.acked("Ring", media="video")
        call = (await talk.officer.hears("CallChanged"))["call"]["id"]
        (welcome, *_) = await poller.fetch()
        assert welcome["call"]["stage"] == "ringing", "it rings"
        about = {"ticket": talk.ticket, "call": call}
        assert (await poller.order("AcceptCall", **about, media="video"))["code"] == "needs_socket"
        (refused,) = await poller.send(
            {"t": "SendDescription", **about, "generation": 1, "kind": "offer", "sdp": "v=0"}
        )
        assert refused["code"] == "needs_socket"
        assert (await poller.order("DeclineCall", **about))["t"] == "Acked"


async def test_strangers_and_other_sites_get_nothing(office: Office) -> None:
    page = await office.citizen()
    other = await office.citizen(name="Orang Lain")
    good = Poller(page, office.urls)
    await good.fetch()
    for wrong, code in (
        (replace(page, csrf="x" * 43), 4403),
        (replace(page, cookies={}), 4100),
        (replace(page, ticket=other.ticket), 4100),
        (replace(page, stream="short"), 4400),
    ):
        poller = Poller(wrong, office.urls)
        assert await poller.fetch() == []
        assert poller.close == code
        assert await poller.send({"t": "Ping", "n": 1}) == []
        assert poller.close == code
    await good.fetch(now=True, **{"Sec-Fetch-Site": "cross-site"})
    assert good.close == 4403
    assert (await good.order("LeaveQueue", ticket=other.ticket))["code"] == "not_found"
    for broken in (
        {"t": "PostMessage", "cseq": 2, "ticket": page.ticket, "text": 3},
        {"t": "Nonsense", "cseq": 3},
    ):
        (answer,) = await good.send(broken)
        assert answer["code"] == "bad_request"


async def test_an_officers_desk_works_over_requests(office: Office) -> None:
    citizen = await office.citizen()
    async with citizen.open():
        await until(lambda: office.line_holds(citizen))
        desk = Poller(await office.officer(), office.urls)
        (welcome, *_) = await desk.fetch()
        assert welcome["t"] == "WelcomeOfficer"
        assert (await desk.order("BeReady"))["t"] == "Acked"

        async def offered() -> dict[str, object] | None:
            frames = await desk.fetch()
            return next((frame["offer"] for frame in frames if frame.get("offer")), None)

        offer = await until(offered)
        assert offer is not None
        answer = await desk.order("AcceptOffer", ticket=citizen.ticket, attempt=offer["attempt"])
        assert answer["t"] == "Acked"


async def test_a_silent_page_of_requests_is_missed_like_any_other(office_url: str, valkey: str) -> None:
    from tests.hub.conftest import open_office

    async with open_office(office_url, valkey, applicant_dead_seconds=1) as office:
        page = await office.citizen()
        await served(office, page)

        async def nobody() -> bool:
            return len(office.apps[0].hub.roster) == 0

        await until(nobody)
        back = Poller(page, office.urls)
        (welcome, *_) = await back.fetch()
        assert welcome["ticket"]["stage"] == "waiting", "the place is kept"
