"""A call whose server process is killed, where one address stands before both processes."""

from tests.stories.people import Town
from tests.stories.test_video import both_see, is_in_no_call, more_pictures, stage_says
from tests.support.house import House


async def test_a_call_goes_on_through_the_other_process_when_its_own_is_killed(
    town: Town, house: House
) -> None:
    # Both processes are the same office, at the address of the first.
    await house.kill(1)
    await house.serve_again(1, CONSULT_PUBLIC_URL=house.urls[0])
    citizen, officer = await town.consultation("Ibu Pindah Proses", officer_at=0)
    # Wide enough for video and chat side by side.
    await citizen.page.set_viewport_size({"width": 1024, "height": 740})
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await both_see(citizen, officer)
    await house.kill(0)
    try:
        house.leads_to(1)
        await more_pictures(citizen, officer)
        await citizen.write("lewat proses yang lain")
        await officer.reads("lewat proses yang lain")
        await more_pictures(citizen, officer)
        await officer.button("mute").click()
        await stage_says(citizen, "Mikrofonnya mati")
        await citizen.button("hang_up").click()
        await is_in_no_call(officer)
        assert not house.serves(0)
        calls = house.rows("SELECT generation, ended_reason FROM call")
        assert [(call["generation"], call["ended_reason"]) for call in calls] == [(1, "hung_up")]
    finally:
        house.leads_to(0)
        await house.serve_again(0)
