"""What both pages hear of an offer that nobody answers."""

from contextlib import AsyncExitStack

import pytest

from tests.hub.conftest import Office


async def test_who_passes_three_citizens_on_is_told_of_the_pause(office: Office) -> None:
    async with AsyncExitStack() as stack:
        pages = [await office.citizen(name=f"Pemohon {n}") for n in range(3)]
        for page in pages:
            await (await stack.enter_async_context(page.open())).hears_welcome()
        officer = await stack.enter_async_context((await office.officer()).open())
        await officer.hears_welcome()
        await officer.acked("BeReady")
        for why in ("passed", "passed", "passed_often"):
            offer = (await officer.hears("OfferMade"))["offer"]
            await officer.acked("PassOffer", ticket=offer["ticket"], attempt=offer["attempt"])
            assert (await officer.hears("OfferWithdrawn", ticket=offer["ticket"]))["why"] == why
        while (own := (await officer.hears("DutyChanged"))["duty"])["state"] != "paused":
            pass
        assert own["reason"] == "passed_often"


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


async def test_who_was_only_offered_somebody_that_leaves_reads_nothing_of_that_conversation(
    office: Office,
) -> None:
    page = await office.citizen()
    async with page.open() as citizen, (await office.officer()).open() as officer:
        await officer.hears_welcome()
        await citizen.hears_welcome()
        await officer.acked("BeReady")
        await officer.hears("OfferMade")
        await citizen.acked("LeaveQueue")
        assert (await officer.hears("OfferWithdrawn", ticket=page.ticket))["why"] == "left"
        await officer.acked("Pause")
        told = {frame["t"] for frame in officer.everything if frame.get("ticket") == page.ticket}
        assert told == {"OfferWithdrawn"}
