"""An applicant who wishes to be hidden: of that side the service lets no address through but a relay's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.signalling.test_description import OFFER, relayed
from tests.support.client import Client, Frame
from tests.support.databases import OfficeTemplate
from tests.support.guests import comes, invites
from tests.support.open_office import Consultation, Office, open_office
from tests.support.waiting import until

HOST = "candidate:1 1 udp 2113937151 192.0.2.1 40000 typ host"
RELAYED = relayed()
LINE = OFFER + "c=IN IP4 192.0.2.1\r\n"
TURN = {"turn_urls": "turn:turn.example", "turn_secret": "s", "relay_only": "off"}
_numbers = count(1)


@pytest.fixture(scope="module")
async def office(
    office_template: OfficeTemplate, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Office]:
    directory: Path = tmp_path_factory.mktemp("hidden")
    async with open_office(office_template.copy_to(directory), valkey_server, **TURN) as opened:
        yield opened


@asynccontextmanager
async def _met(office: Office) -> AsyncIterator[Consultation]:
    who = f"penyembunyi{next(_numbers)}"
    async with office.consultation(name="Ibu Tersembunyi", user_name=who) as met:
        yield met
        await met.officer.acked("EndConsultation")


async def _calls(met: Consultation, hide: bool, ringing: str = "officer") -> Frame:
    """A call that connects; as the applicant sees it."""
    first, other = (met.officer, met.citizen) if ringing == "officer" else (met.citizen, met.officer)
    await first.acked("Ring", media="video", **({"hide": hide} if first is met.citizen else {}))
    call = (await _shown(other, "ringing"))["id"]
    wish = {"hide": hide} if other is met.citizen else {}
    await other.acked("AcceptCall", call=call, media="video", **wish)
    await _shown(met.officer, "connecting")
    return await _shown(met.citizen, "connecting")


async def _shown(client: Client, stage: str, generation: int = 1) -> Frame:
    def find() -> Frame | None:
        calls = [frame["call"] for frame in client.has_heard("CallChanged")]
        return next((c for c in calls if (c["stage"], c["generation"]) == (stage, generation)), None)

    found: Frame = await until(find)
    return found


async def _passes(sender: Client, hearer: Client, about: Frame, candidate: str) -> None:
    await sender.sends("SendCandidate", **about, candidate=candidate)
    await hearer.hears("CandidateRelayed", candidate=candidate)


async def _stays(sender: Client, about: Frame, candidate: str = HOST) -> None:
    await sender.sends("SendCandidate", **about, candidate=candidate)
    refused = await sender.hears("Refused", code="bad_description")
    assert refused["values"]["reason"] == "relay_only"


@pytest.mark.parametrize("ringing", ["officer", "applicant"])
async def test_no_address_of_a_hidden_applicant_gets_to_the_officer(office: Office, ringing: str) -> None:
    async with _met(office) as met:
        call = await _calls(met, hide=True, ringing=ringing)
        assert (call["relay_only"], call["hidden"]) == (True, True)
        assert not {"relay_only", "hidden"} & set(await _shown(met.officer, "connecting"))
        about = {"call": call["id"], "generation": 1}
        await _stays(met.citizen, about)
        await _stays(met.citizen, about, relayed("192.0.2.1"))
        for sdp in (LINE, OFFER + f"a={HOST}\r\n"):
            await met.citizen.sends("SendDescription", **about, kind="answer", sdp=sdp)
            refused = await met.citizen.hears("Refused", code="bad_description")
            assert refused["values"]["reason"] == "relay_only"
        await _passes(met.citizen, met.officer, about, RELAYED)
        await _passes(met.officer, met.citizen, about, HOST)
        assert [frame["candidate"] for frame in met.officer.has_heard("CandidateRelayed")] == [RELAYED]
        assert met.officer.has_heard("DescriptionRelayed") == []


async def test_it_holds_for_a_generation_and_another_page_says_its_own(office: Office) -> None:
    async with _met(office) as met:
        call = (await _calls(met, hide=True))["id"]
        about = {"call": call, "generation": 1}
        # Trying another way, and the officer's own reload, leave it as it was.
        await met.officer.acked("RenewCall", **about, rung="relay")
        await met.officer.acked("RenewCall", call=call, generation=2)
        about["generation"] = (await _shown(met.citizen, "connecting", 3))["generation"]
        await _stays(met.citizen, about)
        await met.citizen.acked("RenewCall", **about, hide=False)
        shown = await _shown(met.citizen, "connecting", 4)
        about["generation"] = 4
        assert shown["rung"] == "relay" and shown["relay_only"] is True  # the way that is tried
        assert "hidden" not in shown
        await _passes(met.citizen, met.officer, about, HOST)


async def test_without_the_wish_nothing_is_hidden(office: Office) -> None:
    async with _met(office) as met:
        call = await _calls(met, hide=False)
        assert not {"relay_only", "hidden"} & set(call)
        await _passes(met.citizen, met.officer, {"call": call["id"], "generation": 1}, HOST)


async def test_a_guest_learns_no_address_of_a_hidden_applicant_either(office: Office) -> None:
    async with _met(office) as met:
        call = (await _calls(met, hide=True))["id"]
        link = await invites(met.officer, met.ticket)
        page = await comes(office.urls[0], link)
        async with page.open() as guest:
            for side in (met.citizen, met.officer):
                await side.acked("AdmitGuest", guest=link.guest)
            about = {"ticket": met.ticket, "call": call, "guest": link.guest, "generation": 0}
            for end in (met.citizen, guest):
                await end.acked("JoinLeg", **about, between="applicant")
            leg = await until(lambda: _ready(met.citizen))
            assert leg["relay_only"] is True
            assert "relay_only" not in await until(lambda: _ready(guest))
            about = {"ticket": met.ticket, "call": call, "generation": 1, "leg": leg["id"]}
            await _stays(met.citizen, about)
            await _passes(met.citizen, guest, about, RELAYED)
            await _passes(guest, met.citizen, about, HOST)


def _ready(client: Client) -> Frame | None:
    legs = [frame["leg"] for frame in client.has_heard("LegChanged")]
    return next((leg for leg in legs if leg.get("ready")), None)


async def test_an_officer_cannot_hide_by_wishing(office: Office) -> None:
    async with _met(office) as met:
        await met.officer.acked("Ring", media="audio", hide=True)
        call = (await _shown(met.citizen, "ringing"))["id"]
        await met.citizen.acked("AcceptCall", call=call, media="audio")
        for side in (met.citizen, met.officer):
            assert "relay_only" not in await _shown(side, "connecting")


async def test_only_an_office_with_a_relay_offers_it_and_a_wish_without_one_is_refused(
    office: Office, office_template: OfficeTemplate, tmp_path: Path, valkey_server: str
) -> None:
    async with _met(office) as met:
        assert met.citizen.everything[0]["relay"] is True
    async with (
        open_office(office_template.copy_to(tmp_path), valkey_server) as without,
        _met(without) as met,
    ):
        assert "relay" not in met.citizen.everything[0]
        assert await met.citizen.refused("Ring", media="video", hide=True) == "stage_forbids"
        await met.officer.acked("Ring", media="video")
        call = (await _shown(met.citizen, "ringing"))["id"]
        refused = await met.citizen.refused("AcceptCall", call=call, media="video", hide=True)
        assert refused == "stage_forbids"
