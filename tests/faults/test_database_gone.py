"""The database stopped, and locked, under people who wait and talk: they are told, and nothing is lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import httpx2
import pytest
from sqlalchemy import make_url

from consult.people import Role
from consult.storage.migrations import migrate
from consult.wire.closes import Close
from tests.support.client import Client, Unheard
from tests.support.joining import FORM
from tests.support.open_office import PASSWORD, Office, open_office
from tests.support.postgres import PostgresServer
from tests.support.visitor import text_of, token_in
from tests.support.waiting import until

TOLD_SECONDS = 30.0


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
async def two(own_server: PostgresServer, valkey: str) -> AsyncIterator[Office]:
    address = own_server.new_database()
    await asyncio.to_thread(migrate, address)
    async with open_office(address, valkey, servers=2) as office:
        yield office


async def test_everybody_is_told_while_it_is_away_and_every_message_arrives_once(
    two: Office, own_server: PostgresServer
) -> None:
    board = await two.staff("wati", Role.SUPERVISOR, 1)
    async with two.consultation(0, 1) as talk, board.open() as supervisor:
        people = (talk.citizen, talk.officer, supervisor)
        await talk.citizen.acked("PostMessage", text="sebelum")
        await talk.officer.hears_entry("sebelum")
        await asyncio.to_thread(own_server.stop)
        refused = await talk.citizen.order("PostMessage", text="tertahan")
        assert (refused["t"], refused["code"]) == ("Refused", "busy")
        assert refused["retry_ms"] > 0
        for somebody in people:
            await somebody.hears("DisruptionTold", within=TOLD_SECONDS, lasts=True)
        # The office is here, and says so; whoever comes is sent back for now.
        assert (await talk.citizen.pings(7))["n"] == 7
        with pytest.raises(Unheard, match=str(int(Close.SERVER_ERROR))):
            await talk.citizen_page.another_tab().enter()
        await asyncio.to_thread(own_server.start_again)
        for somebody in people:
            await somebody.hears("DisruptionTold", within=TOLD_SECONDS, lasts=False)
        again = await _again(talk.citizen, refused["cseq"], text="tertahan")
        assert again["t"] == "Acked"
        assert (await _again(talk.citizen, refused["cseq"], text="tertahan"))["seq"] == again["seq"]
        await talk.officer.hears_entry("tertahan")
        async with talk.officer_page.another_tab().open() as fresh:
            shown = (await fresh.hears_welcome())["conversations"][0]["entries"]
        assert [one["text"] for one in shown if one["kind"] == "message"] == ["sebelum", "tertahan"]


async def _again(client: Client, cseq: int, **fields: str) -> dict[str, object]:
    await client.sends("PostMessage", cseq=cseq, **fields)
    return await client.answer(cseq)


async def test_pages_say_what_to_do_and_keep_what_was_filled_in(
    two: Office, own_server: PostgresServer
) -> None:
    await two.officer("budi")
    async with _browser(two.urls[0]) as browser:
        form = FORM | {"service": two.service, "csrf": token_in(await browser.get("/"))}
        staff = {"user_name": "budi", "csrf": token_in(await browser.get("/sign-in"))}
        signed_in = await browser.post("/sign-in", data={**staff, "password": PASSWORD})
        assert signed_in.status_code == 303
        await asyncio.to_thread(own_server.stop)
        try:
            for language, again in (("id", "Coba lagi"), ("en", "Try again")):
                kept = await browser.post(f"/tickets?lang={language}", data=form)
                assert again in text_of(kept)
                # The start page while its facts are young, then one that holds the form alone.
                for name in ("name", "phone", "service", "csrf"):
                    assert f'value="{form[name]}"' in kept.text
                opened = await browser.get(f"/officer?lang={language}")
                assert f">{again}</a>" in opened.text
                signing_in = await browser.post(
                    f"/sign-in?lang={language}", data={**staff, "password": "kata rahasia saya"}
                )
                assert 'value="budi"' in signing_in.text
                other = await browser.post(
                    f"/continue?lang={language}", data={**staff, "label": "B-014", "pin": "123456"}
                )
                assert 'value="B-014"' in other.text
                for answer in (kept, opened, signing_in, other):
                    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
                    assert f'lang="{language}"' in answer.text
                    assert "123456" not in answer.text and "rahasia" not in answer.text
        finally:
            await asyncio.to_thread(own_server.start_again)
        await until(lambda: _ready(browser))
        taken = await browser.post("/tickets", data=form)
        assert taken.status_code == 303


def _browser(url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, trust_env=False, timeout=TOLD_SECONDS, headers={"Origin": url})


async def _ready(browser: httpx2.AsyncClient) -> bool:
    return (await browser.get("/readyz")).status_code == 200


async def test_a_board_in_a_process_that_only_reads_finds_out_as_well(sqlite_url: str, valkey: str) -> None:
    """Somebody else keeps the file locked: reading goes on, nothing is asked to be written."""
    async with open_office(sqlite_url, valkey) as office:
        board = await office.staff("wati", Role.SUPERVISOR)
        async with board.open() as supervisor:
            with closing(sqlite3.connect(make_url(sqlite_url).database or "")) as elsewhere:
                elsewhere.execute("BEGIN IMMEDIATE")
                await supervisor.hears("DisruptionTold", within=TOLD_SECONDS, lasts=True)
                # Who comes meanwhile is told after the welcome.
                async with board.another_tab().open() as late:
                    await late.hears("DisruptionTold", lasts=True)
                elsewhere.rollback()
            await supervisor.hears("DisruptionTold", within=TOLD_SECONDS, lasts=False)
