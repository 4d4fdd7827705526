"""Calls whose media goes only through a real coturn, which can be stopped like a network in a tunnel."""

import re
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.signalling.turn.relay import Relay, relay
from tests.stories.connections import PATHS, in_video
from tests.stories.looks import looked_at
from tests.stories.people import Town
from tests.stories.test_video import chat_goes_on, is_in_no_call, more_pictures, stage_says
from tests.support.house import House
from tests.support.looking import Finding
from tests.support.waiting import until

HIDDEN = "Alamat Anda disembunyikan"


@pytest.fixture(scope="module")
async def turn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Relay]:
    async with relay(tmp_path_factory.mktemp("turn"), doors_open=True) as running:
        yield running


@pytest.fixture(scope="module")
def house_settings(turn: Relay) -> dict[str, object]:
    urls = turn.settings.turn_urls.split(",")[0]
    # So the officer's media goes only through it; the citizen's does where the citizen wishes so.
    return {"CONSULT_TURN_URLS": urls, "CONSULT_TURN_SECRET": turn.settings.turn_secret}


async def test_a_call_without_a_path_tries_another_way_then_sound_and_says_what_is_left(
    town: Town, house: House, turn: Relay
) -> None:
    citizen, officer = await town.consultation("Ibu Buntu")
    turn.stop()
    try:
        await officer.button("video").click()
        await citizen.button("accept_video").click()
        for side in (citizen, officer):
            await expect(side.page.get_by_text("Mencoba jalan lain…").first).to_be_visible()
        for side in (citizen, officer):
            await expect(side.page.get_by_text("Mencoba suara saja…").first).to_be_visible(timeout=25_000)
        for side in (citizen, officer):
            await expect(side.page.get_by_text("Mencoba suara saja…")).to_have_count(0, timeout=25_000)
    finally:
        turn.go_on()
    for side in (citizen, officer):
        await is_in_no_call(side)
        await expect(
            side.log.get_by_text(re.compile("tidak tersambung.*Telepon kantor: 1500164"))
        ).to_be_visible()
    await chat_goes_on(citizen, officer, "tanpa gambar")
    calls = house.rows("SELECT rung, ended_reason FROM call ORDER BY rang_at DESC")
    assert (calls[0]["rung"], calls[0]["ended_reason"]) == ("audio", "setup_failed")


async def test_a_hidden_citizen_is_reached_through_the_relay_alone_and_comes_back_after_a_cut(
    town: Town, house: House, turn: Relay
) -> None:
    citizen, officer = await in_video(town, "Ibu Terowongan", hides=True)
    for side in (citizen, officer):
        assert set(await side.page.evaluate(PATHS)) == {"relay"}
    # Its own page says so, in sight and in the settings; the officer's says nothing of it.
    await stage_says(citizen, HIDDEN)
    await citizen.page.get_by_role("button", name="Pengaturan panggilan").click()
    await stage_says(citizen, "Dalam panggilan ini yang lain tidak melihat alamat jaringan (IP) Anda.")
    findings: list[Finding] = []
    await looked_at(citizen, "call-hidden", findings)
    assert not findings, "\n".join(map(str, findings))
    await citizen.page.get_by_role("button", name="Pengaturan panggilan").click()
    await expect(officer.page.get_by_text(HIDDEN)).to_be_hidden()
    house.cable.pull()
    turn.stop()
    try:
        await stage_says(officer, "Jaringan terputus sebentar.")
        # The service has heard of it and counts; the citizen's page cannot hear that now.
        await stage_says(officer, re.compile(r"^Menyambung, sisa \d+ detik$"))
        (call,) = house.rows("SELECT stage, generation, setup_expires_at FROM call WHERE stage <> 'ended'")
        assert (call["stage"], call["setup_expires_at"] is not None) == ("connecting", True)
    finally:
        turn.go_on()
        house.cable.plug_in()
    back_at = time.monotonic()
    await more_pictures(citizen, officer)
    print(f"moving again after {time.monotonic() - back_at:.1f} s")
    for side in (citizen, officer):
        await expect(side.page.get_by_text("Jaringan terputus sebentar.")).to_be_hidden()
    await until(lambda: _is_up(house))
    await stage_says(citizen, HIDDEN)


def _is_up(house: House) -> bool:
    """Both sides have told the service that media is back: nothing counts any more."""
    (call,) = house.rows("SELECT stage, setup_expires_at FROM call WHERE stage <> 'ended'")
    return (call["stage"], call["setup_expires_at"]) == ("connected", None)
