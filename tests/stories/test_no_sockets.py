"""A network that lets requests through and no socket: place, chat and end all the same."""

import pytest
from playwright.async_api import expect

from tests.stories.people import Town


@pytest.mark.timeout(240)
async def test_chat_over_requests_and_over_a_socket_again(town: Town) -> None:
    cable = town.house.cable
    cable.lets_sockets_through = False
    try:
        citizen = await town.applicant("Ibu Tanpa Soket", server=0, service="Penelitian")
        position = citizen.page.get_by_label(citizen.says("position"), exact=True)
        await expect(position).to_contain_text("1", timeout=40_000)
        await expect(citizen.page.get_by_text("Jaringan terbatas.")).to_be_visible()
        officer = await town.staff("petugas2", server=1)
        await officer.button("ready").click()
        await officer.button("accept").click()
        await expect(citizen.page.get_by_role("textbox", name=citizen.says("write"))).to_be_visible()
        for number in range(3):
            await citizen.write(f"pemohon {number}")
            await officer.reads(f"pemohon {number}")
            await officer.write(f"petugas {number}")
            await citizen.reads(f"petugas {number}")
    finally:
        cable.lets_sockets_through = True
    await citizen.page.reload()
    await citizen.reads("petugas 2")
    await expect(citizen.page.get_by_text("Jaringan terbatas.")).to_be_hidden()
    await citizen.write("Sekarang lancar.")
    await officer.reads("Sekarang lancar.")
