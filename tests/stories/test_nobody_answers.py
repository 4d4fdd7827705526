"""Time runs out: nobody answers an offer, nobody answers a ring, a call cannot connect."""

import json
import re

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.stories.people import Town
from tests.support.house import House

OFFER_SECONDS = 5
RING_SECONDS = 5
SETUP_SECONDS = 8


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {
        "CONSULT_OFFER_SECONDS": OFFER_SECONDS,
        "CONSULT_RING_SECONDS": RING_SECONDS,
        "CONSULT_CALL_SETUP_SECONDS": SETUP_SECONDS,
    }


async def lets_no_media_through(page: Page) -> None:
    """As behind a strict wall: neither side learns an address at which the other can be reached."""

    def passes(frame: str | bytes) -> str | None:
        told = json.loads(frame)
        if told["t"] in {"SendCandidate", "CandidateRelayed"}:
            return None
        if "sdp" in told:
            kept = [line for line in told["sdp"].splitlines() if not line.startswith("a=candidate")]
            told["sdp"] = "\r\n".join([*kept, ""])
        return json.dumps(told)

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        for one, other in ((socket, server), (server, socket)):
            one.on_message(
                lambda frame, other=other: other.send(passed) if (passed := passes(frame)) else None
            )

    await page.route_web_socket(re.compile("/socket"), through)


async def test_a_missed_offer_pauses_the_officer_and_puts_the_citizen_first(town: Town, house: House) -> None:
    citizen = await town.applicant("Ibu Terlewat")
    behind = await town.applicant("Bapak Berikut")
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await expect(
        officer.page.get_by_role("region", name="Tawaran").get_by_text("Ibu Terlewat")
    ).to_be_visible()
    await expect(
        citizen.page.get_by_role("heading", name="Petugas sedang menerima giliran Anda")
    ).to_be_visible()
    missed = officer.page.get_by_role("region", name="Tawaran").get_by_text(
        re.compile("terlewat, jadi Anda dijeda. Pemohon kembali ke depan antrean.")
    )
    await expect(missed).to_be_visible(timeout=(OFFER_SECONDS + 5) * 1000)
    await expect(officer.button("pause")).to_have_attribute("aria-pressed", "true")
    await expect(officer.page.get_by_label("Alasan jeda")).to_have_value("missed")
    await expect(citizen.position).to_contain_text("1")
    await expect(behind.position).to_contain_text("2")
    assert house.rows("SELECT name, returned FROM ticket WHERE stage = 'waiting' ORDER BY joined_at") == [
        {"name": "Ibu Terlewat", "returned": 1},
        {"name": "Bapak Berikut", "returned": 0},
    ]
    await officer.button("serve_next").click()
    await citizen.is_served()
    await officer.button("ready").click()
    await officer.takes("Bapak Berikut")
    await behind.is_served()


async def test_a_ring_that_nobody_answers_ends_and_the_chat_goes_on(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Tak Menjawab")
    for caller, called in ((officer, citizen), (citizen, officer)):
        await caller.button("video").click()
        await expect(called.button("accept_video")).to_be_visible()
        await expect(called.button("accept_video")).to_have_count(0, timeout=(RING_SECONDS + 5) * 1000)
        await expect(caller.button("hang_up")).to_have_count(0)
        for side in (caller, called):
            await expect(side.log.get_by_text(re.compile("^Panggilan tidak dijawab")).last).to_be_visible()
    await citizen.write("Maaf, tadi tidak terdengar.")
    await officer.reads("Maaf, tadi tidak terdengar.")


async def test_a_call_that_cannot_connect_fails_in_words_and_the_chat_goes_on(
    town: Town,
) -> None:
    citizen = await town.person()
    await lets_no_media_through(citizen.page)
    await town.takes_number(citizen, "Ibu Terhalang")
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await officer.takes("Ibu Terhalang")
    await citizen.is_served()
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    words = "Panggilan tidak tersambung: jaringan menutup semua jalan untuk video dan suara. Obrolan tetap"
    for side in (citizen, officer):
        await expect(side.log.get_by_text(words)).to_be_visible(timeout=(SETUP_SECONDS + 10) * 1000)
        await expect(side.button("hang_up")).to_have_count(0)
    await officer.write("Kita lanjut menulis saja.")
    await citizen.reads("Kita lanjut menulis saja.")
