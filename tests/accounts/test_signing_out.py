"""An officer who signs out leaves nobody waiting for somebody who has gone."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy import Connection

from consult.consultations.store import tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.store import DutyRow
from tests.support.client import Page, sign_in, sign_out
from tests.support.databases import let_pass
from tests.support.open_office import PASSWORD, Office, open_office
from tests.support.waiting import until


@pytest.fixture
async def two(office_url: str, valkey: str) -> AsyncIterator[Office]:
    async with open_office(office_url, valkey, servers=2) as opened:
        yield opened


async def duty_of(office: Office, page: Page) -> DutyRow:
    visit = await office.apps[0].doorkeeper.who(page.cookies)
    assert visit is not None
    return await duty_row(office, visit.caller.id)


async def duty_row(office: Office, person: str) -> DutyRow:
    return await office.apps[0].database.read(lambda conn: duty.find(conn, person))


async def ticket_of(office: Office, page: Page) -> TicketRow:
    def query(conn: Connection) -> TicketRow:
        return tickets.find(conn, page.ticket or "")

    return await office.apps[0].database.read(query)


async def asked(page: Page, language: str = "id", agreed: str = "") -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=page.url, cookies=page.cookies, trust_env=False) as http:
        form = {"csrf": page.csrf, "agreed": agreed}
        return await http.post(f"/sign-out?lang={language}", data=form, headers={"Origin": page.url})


async def test_an_open_offer_goes_back_at_once_and_the_next_officer_has_it(two: Office) -> None:
    citizen = await two.citizen()
    page = await two.officer()
    async with citizen.open() as waiting, page.open() as officer:
        await until(lambda: two.line_holds(citizen))
        await officer.acked("BeReady")
        await officer.hears("OfferMade")
        person = (await duty_of(two, page)).person_id
        async with (await two.officer("citra", at=1)).open() as colleague:
            await colleague.acked("BeReady")
            await sign_out(page, agreed=False)
            assert await officer.closed() == 4100
            offer = (await colleague.hears("OfferMade"))["offer"]
            assert offer["ticket"] == citizen.ticket
            await waiting.pings()
        own, row = await duty_row(two, person), await ticket_of(two, citizen)
        assert (own.state, own.load, own.offered_ticket) == ("offline", 0, None)
        assert row.returned, "at the head"


@pytest.mark.parametrize(
    ("language", "words"), [("id", "masih melayani 1 orang"), ("en", "serving 1 person")]
)
async def test_who_serves_is_asked_first_and_nothing_is_lost(two: Office, language: str, words: str) -> None:
    async with two.consultation() as talk:
        await talk.citizen.acked("PostMessage", text="Berkas saya sudah lengkap.")
        person = (await duty_of(two, talk.officer_page)).person_id
        answer = await asked(talk.officer_page, language)
        assert answer.status_code == 409
        text = re.sub(r"<[^>]+>", " ", answer.text)
        assert words in text and "agreed" in answer.text
        await talk.officer.pings()
        assert (await ticket_of(two, talk.citizen_page)).stage == "serving", "nothing has happened"
        assert (await duty_row(two, person)).state == "paused"

        assert (await asked(talk.officer_page, language, agreed="yes")).status_code == 303
        assert await talk.officer.closed() == 4100
        told = await talk.citizen.hears("TicketChanged")
        assert told["ticket"]["stage"] == "waiting"
        row, own = await ticket_of(two, talk.citizen_page), await duty_row(two, person)
        assert (row.stage, row.returned, row.assignment_epoch) == ("waiting", True, 2)
        assert (own.state, own.load) == ("offline", 0)
        async with (await two.officer("citra", at=1)).open() as colleague:
            await colleague.acked("Pause")
            await colleague.acked("ServeNext")
            opened = (await colleague.hears("ConversationOpened"))["conversation"]
            assert "Berkas saya sudah lengkap." in [entry.get("text") for entry in opened["entries"]]


async def test_another_browser_in_use_goes_on_as_it_was(two: Office) -> None:
    async with two.consultation() as talk:
        other = await sign_in(two.urls[1], "budi", PASSWORD)
        async with other.open() as elsewhere:
            await elsewhere.hears_welcome()
            await sign_out(talk.officer_page, agreed=False)
            assert await talk.officer.closed() == 4100
            await elsewhere.pings()
            assert (await ticket_of(two, talk.citizen_page)).stage == "serving"
            assert (await duty_of(two, other)).state == "paused"


async def test_a_browser_in_which_no_page_is_open_keeps_nobody_on_duty(two: Office) -> None:
    left_open = await two.officer()
    await let_pass(two.apps[0].database, seconds=160)
    page = await sign_in(two.urls[0], "budi", PASSWORD)
    async with page.open() as officer:
        await officer.acked("BeReady")
        person = (await duty_of(two, page)).person_id
        await sign_out(page, agreed=False)
        assert await officer.closed() == 4100
    assert (await duty_row(two, person)).state == "offline"
    assert await two.apps[0].doorkeeper.who(left_open.cookies) is not None, "it is still signed in"


async def test_who_counts_as_lost_or_finishes_a_shift_may_sign_out_too(two: Office) -> None:
    async with two.consultation() as talk:
        person = (await duty_of(two, talk.officer_page)).person_id
        await talk.officer.acked("FinishShift")
        assert (await duty_row(two, person)).state == "draining"
        await sign_out(talk.officer_page)
        assert (await duty_row(two, person)).state == "offline"
        assert (await ticket_of(two, talk.citizen_page)).stage == "waiting"
    page = await sign_in(two.urls[0], "budi", PASSWORD)
    async with page.open() as officer:
        await officer.acked("Pause")

    async def lost() -> bool:  # what was heard before may be written down a little later
        await let_pass(two.apps[0].database, seconds=40)
        await two.apps[0].sweeping.once()
        return (await duty_row(two, person)).state == "lost"

    await until(lost)
    await sign_out(page, agreed=False)
    assert (await duty_row(two, person)).state == "offline"
