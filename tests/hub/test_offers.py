"""What both pages hear of an offer that nobody answers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.hub.conftest import Office
from tests.support.client import Client


@dataclass
class Offered:
    ticket: str
    attempt: int
    citizen: Client
    officer: Client


@asynccontextmanager
async def offered(office: Office) -> AsyncIterator[Offered]:
    """A citizen whom an officer has just been offered, with both pages open."""
    page = await office.citizen()
    async with page.open() as citizen, (await office.officer()).open() as officer:
        await officer.hears_welcome()
        await citizen.hears_welcome()
        await officer.acked("BeReady")
        offer = (await officer.hears("OfferMade"))["offer"]
        yield Offered(offer["ticket"], offer["attempt"], citizen, officer)


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
    async with offered(office) as made:
        assert (await made.citizen.hears("TicketChanged"))["ticket"]["stage"] == "offered"
        await made.officer.acked(frame)
        gone = await made.officer.hears("OfferWithdrawn", ticket=made.ticket, attempt=made.attempt)
        assert gone["why"] == "withdrawn"
        assert (await made.citizen.hears("TicketChanged"))["ticket"]["stage"] == "waiting"


async def test_who_was_only_offered_somebody_that_leaves_reads_nothing_of_that_conversation(
    office: Office,
) -> None:
    async with offered(office) as made:
        await made.citizen.acked("LeaveQueue")
        assert (await made.officer.hears("OfferWithdrawn", ticket=made.ticket))["why"] == "left"
        await made.officer.acked("Pause")
        told = {frame["t"] for frame in made.officer.everything if frame.get("ticket") == made.ticket}
        assert told == {"OfferWithdrawn"}
