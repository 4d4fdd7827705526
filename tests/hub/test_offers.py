"""What both pages hear of an offer that nobody answers."""

import pytest

from tests.hub.conftest import Office


@pytest.mark.parametrize("frame", ["Pause", "FinishShift"])
async def test_who_stops_with_an_open_offer_sees_it_go_and_the_citizen_waits_again(
    office: Office, frame: str
) -> None:
    page = await office.citizen()
    async with page.open() as citizen, (await office.officer()).open() as officer:
        await officer.hears_welcome()
        await citizen.hears_welcome()
        await officer.acked("BeReady")
        offer = (await officer.hears("OfferMade"))["offer"]
        assert (await citizen.hears("TicketChanged"))["ticket"]["stage"] == "offered"
        await officer.acked(frame)
        gone = await officer.hears("OfferWithdrawn", ticket=page.ticket, attempt=offer["attempt"])
        assert gone["why"] == "withdrawn"
        assert (await citizen.hears("TicketChanged"))["ticket"]["stage"] == "waiting"
