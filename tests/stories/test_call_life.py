"""What happens to a call between its beginning and its end; each side at its own server process."""

import asyncio
from contextlib import suppress

from playwright.async_api import TimeoutError as PlaywrightTimeout
from playwright.async_api import expect

from tests.stories.connections import in_video
from tests.stories.people import Town
from tests.stories.test_video import both_see, is_in_no_call, more_pictures
from tests.support.house import House

RESTART = "window.connections.at(-1).restartIce()"


async def test_both_restart_in_the_same_moment_and_both_see_on(town: Town, house: House) -> None:
    citizen, officer = await in_video(town, "Ibu Bertabrakan")
    sides = (citizen, officer)
    await asyncio.gather(*(side.page.evaluate(RESTART) for side in sides))
    await more_pictures(*sides)
    (call,) = house.rows("SELECT generation, stage FROM call WHERE stage <> 'ended'")
    assert call == {"generation": 1, "stage": "connected"}
    await officer.button("hang_up").click()
    await is_in_no_call(citizen)


async def test_a_second_device_takes_a_running_call_over(town: Town) -> None:
    citizen, officer = await in_video(town, "Ibu Pindah")
    second = await town.tab(citizen.context)
    await second.page.goto(citizen.page.url)
    await expect(
        second.page.get_by_text("Panggilan ini berjalan di tab atau perangkat lain.")
    ).to_be_visible()
    await second.page.get_by_role("button", name="Lanjutkan di sini").click()
    await both_see(second, officer)
    await more_pictures(second, officer)
    await is_in_no_call(citizen)
    await second.button("hang_up").click()
    await is_in_no_call(officer)


async def test_both_ring_in_the_same_moment_and_it_is_one_call(town: Town, house: House) -> None:
    citizen, officer = await town.consultation("Ibu Serentak")
    sides = (citizen, officer)
    await asyncio.gather(*(side.button("video").dispatch_event("click") for side in sides))
    for side in sides:
        await expect(side.button("accept_video").or_(side.button("mute")).first).to_be_visible()
        # Who was a moment later saw it ring already, and answers.
        with suppress(PlaywrightTimeout):
            await side.button("accept_video").click(timeout=1_000)
    await both_see(citizen, officer)
    assert len(house.rows("SELECT id FROM call WHERE stage <> 'ended'")) == 1
    await citizen.button("hang_up").click()
    await is_in_no_call(officer)
