"""Calls between a Chromium and a Firefox; the officer's browser makes the offer, so both ways are tried."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.network.firefox import Firefox, firefox_inside
from tests.network.mixed_acts import (
    Side,
    is_listened_to,
    is_recorded,
    shares_screen,
    signs_in,
    supervisor_in_chromium,
    supervisor_in_firefox,
)
from tests.network.office import PLACES, SECRET, STUN, TURN, Office, open_office, open_relay
from tests.network.pair import (
    CITIZEN,
    LINK_DELAY_SECONDS,
    OFFICER,
    STAGE_SECONDS,
    WATCHING,
    Figures,
    WatchedTown,
    chromium_inside,
    goes_on_duty,
)
from tests.network.street import Street, street

SEEN = "window.watched.connectedAt > 0 && window.watched.framesAt.length > 10"


@asynccontextmanager
async def _street_with_office(home: Path) -> AsyncIterator[tuple[Street, Office]]:
    given = {
        "CONSULT_STUN_URLS": STUN,
        "CONSULT_TURN_URLS": TURN,
        "CONSULT_TURN_SECRET": SECRET,
        "CONSULT_RELAY_ONLY": "off",
        "CONSULT_RECORDING": "browser",
    }
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(street(CITIZEN, OFFICER, *PLACES))
        await stack.enter_async_context(open_relay(opened, home / "relay"))
        office = await stack.enter_async_context(open_office(opened, home / "office", **given))
        for place in (CITIZEN, OFFICER):
            await opened.shape(place.name, delay_seconds=LINK_DELAY_SECONDS)
        yield opened, office


async def firefox_is_the_citizen(home: Path) -> Figures:
    """Seconds to connect, by when both sides see moving pictures; then what happens in the call."""
    async with AsyncExitStack() as stack:
        opened, office = await stack.enter_async_context(_street_with_office(home))
        citizen = await stack.enter_async_context(firefox_inside(opened, "citizen", home, WATCHING))
        playwright = await stack.enter_async_context(async_playwright())
        chromium = await stack.enter_async_context(chromium_inside(playwright, opened, "officer", home))
        town = WatchedTown(office, chromium)  # type: ignore[arg-type]
        await citizen.open(f"{office.urls[0]}/?lang=id")
        await citizen.fill("Layanan", "SIPP")
        await citizen.fill("Nama lengkap", "Ibu Rubah")
        await citizen.fill("Nomor telepon", "0812 0000 0000")
        await citizen.check("Obrolan")
        await citizen.check("Saya sudah membaca")
        await citizen.press("Ambil nomor antrean")
        officer = await town.staff("petugas1", 1)
        await goes_on_duty(officer)
        await officer.takes("Ibu Rubah")
        await citizen.press("Panggilan video")
        await officer.button("accept_video").click()
        seconds = await _connected(citizen, officer.page, officer.page)
        ours, theirs = Side(officer.page), Side(citizen)
        await shares_screen(ours, theirs)
        recorded = await is_recorded(office, ours, theirs)
        async with supervisor_in_chromium(town) as supervisor:
            heard = await is_listened_to(supervisor, ours, theirs)
        return {"seconds": seconds, "recorded": recorded, "listened": heard}


async def firefox_is_the_officer(home: Path) -> Figures:
    """Seconds to connect, by when both sides see moving pictures; then what happens in the call."""
    async with AsyncExitStack() as stack:
        opened, office = await stack.enter_async_context(_street_with_office(home))
        officer = await stack.enter_async_context(firefox_inside(opened, "officer", home, WATCHING))
        playwright = await stack.enter_async_context(async_playwright())
        chromium = await stack.enter_async_context(chromium_inside(playwright, opened, "citizen", home))
        town = WatchedTown(office, chromium)  # type: ignore[arg-type]
        await signs_in(officer, office, "petugas1", 1)
        citizen = await town.applicant("Ibu Kromium", 0)
        await officer.true("driving.sees('Ibu Kromium') || (driving.press('Siap melayani'), false)")
        await officer.press("Terima")
        await citizen.is_served()
        await citizen.button("video").click()
        await officer.press("Terima dengan video")
        seconds = await _connected(officer, citizen.page, officer)
        ours, theirs = Side(officer), Side(citizen.page)
        await shares_screen(theirs, ours)
        recorded = await is_recorded(office, ours, theirs)
        async with supervisor_in_firefox(officer, office) as supervisor:
            heard = await is_listened_to(supervisor, ours, theirs)
        return {"seconds": seconds, "recorded": recorded, "listened": heard}


async def _connected(firefox: Firefox, chromium: Page, tapped: Firefox | Page) -> float:
    await chromium.wait_for_function(f"() => {SEEN}", timeout=STAGE_SECONDS * 1000)
    await firefox.true(SEEN, STAGE_SECONDS)
    began = await tapped.evaluate("window.watched.clickedAt")
    ended = [await side.evaluate("window.watched.connectedAt") for side in (firefox, chromium)]
    return float(max(ended) - began) / 1000


async def both_ways(home: Path) -> Figures:
    """Each way a call with a shared screen, a recording and a listener."""
    citizens = await firefox_is_the_citizen(home / "citizen")
    officers = await firefox_is_the_officer(home / "officer")
    return {
        "connected": 2,
        "screens decoded": 2,
        "recordings whole": 2,
        "listened to": 2,
        "firefox the citizen's": _told(citizens),
        "firefox the officer's": _told(officers),
    }


def _told(figures: Figures) -> str:
    different = figures["recorded"]["different"]
    return f"{figures['seconds']:.1f} s to connect, {different} different pictures recorded"
