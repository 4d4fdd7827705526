"""A third person in a call between two servers: who lets whom in, and what goes over the legs when."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.signalling.conftest import Talk
from tests.support.client import Client, Frame
from tests.support.databases import let_pass
from tests.support.guests import Link, asks, comes, invites, looks, random_text
from tests.support.waiting import until

WAY = "candidate:1 1 udp 2113937151 192.0.2.1 40000 typ host"


@dataclass
class Chair:
    """A guest at the first server's socket, asking to come in."""

    talk: Talk
    link: Link
    client: Client
    welcome: Frame

    @property
    def call(self) -> str:
        assert self.talk.staff.call is not None
        call: str = self.talk.staff.call["id"]
        return call

    def side(self, name: str) -> Client:
        return self.talk.citizen if name == "applicant" else self.talk.officer

    async def is_let_in(self) -> None:
        for client in (self.talk.citizen, self.talk.officer):
            await client.acked("AdmitGuest", guest=self.link.guest)

    async def joins(self, client: Client, between: str, generation: int = 0) -> Frame:
        about = {"ticket": self.link.ticket, "call": self.call, "guest": self.link.guest}
        return await client.order("JoinLeg", **about, between=between, generation=generation)

    async def leg(self, between: str) -> Frame:
        """Both ends take part; the leg as the guest sees it."""
        assert (await self.joins(self.side(between), between))["t"] == "Acked"
        assert (await self.joins(self.client, between))["t"] == "Acked"

        def ready() -> Frame | None:
            legs = [frame["leg"] for frame in self.client.has_heard("LegChanged")]
            return next((leg for leg in legs if leg["between"] == between and leg.get("ready")), None)

        found: Frame = await until(ready)
        return found

    async def describes(self, client: Client, leg: str, generation: int = 1, sdp: str = "") -> None:
        about = {"ticket": self.link.ticket, "call": self.call, "generation": generation, "leg": leg}
        await client.sends("SendDescription", **about, kind="offer", sdp=sdp or self.talk.staff.description)


@asynccontextmanager
async def asking(talk: Talk, role: str = "interpreter", by: str = "officer") -> AsyncIterator[Chair]:
    side = talk.officer if by == "officer" else talk.citizen
    link = await invites(side, talk.ticket, role)
    page = await comes(talk.office.urls[0], link)
    async with page.open() as client:
        yield Chair(talk, link, client, await client.hears_welcome())


@pytest.fixture
async def chair(talk: Talk) -> AsyncIterator[Chair]:
    """A video call goes on, and an interpreter asks to come in."""
    await talk.calls("video")
    async with asking(talk) as found:
        yield found


def told(client: Client) -> list[str]:
    """The steps of guests in the conversation, as this side read them."""
    entries = [frame["entry"] for frame in client.has_heard("EntryAdded")]
    return [entry["values"]["reason"] for entry in entries if entry["kind"] == "guest"]


async def test_both_are_told_who_asks_and_both_have_to_say_yes(chair: Chair) -> None:
    talk, guest = chair.talk, chair.link.guest
    assert (chair.welcome["guest"]["stage"], chair.welcome.get("officer_name")) == ("asking", None)
    assert "entries" not in chair.welcome and "ticket" not in chair.welcome
    for client in (talk.citizen, talk.officer):
        asked = await client.hears("GuestChanged", within=5)
        while asked["guest"]["stage"] != "asking":
            asked = await client.hears("GuestChanged", within=5)
        assert asked["guest"]["name"] == "Made Isyarat"
    await talk.citizen.acked("AdmitGuest", guest=guest)
    half = await chair.client.hears("GuestChanged")
    assert (half["guest"]["stage"], half["guest"]["admitted_by"]) == ("asking", ["applicant"])
    # The same side twice is not both.
    await talk.citizen.acked("AdmitGuest", guest=guest)
    assert (await chair.joins(talk.officer, "officer"))["code"] == "stage_forbids"
    await talk.officer.acked("AdmitGuest", guest=guest)
    await until(lambda: chair.client.has_heard("GuestChanged")[-1]["guest"]["stage"] == "admitted")
    await until(lambda: all(told(client)[-1] == "admitted" for client in (talk.citizen, talk.officer)))
    assert told(talk.citizen) == told(talk.officer) == ["invited", "asked", "admitted"]
    await chair.client.sends("Refresh", seqs={})
    again = await chair.client.hears_welcome()
    assert again["officer_name"].startswith("Petugas") and again["applicant_name"].startswith("Pemohon")


@pytest.mark.parametrize("between", ["applicant", "officer"])
async def test_nothing_is_relayed_for_a_leg_before_all_have_said_yes(chair: Chair, between: str) -> None:
    for yes in (None, "applicant"):
        if yes is not None:
            await chair.side(yes).acked("AdmitGuest", guest=chair.link.guest)
        for client in (chair.client, chair.side(between)):
            assert (await chair.joins(client, between))["code"] == "stage_forbids"
            await chair.describes(client, "no-leg-yet")
            assert (await client.hears("Refused"))["code"] == "not_found"
    await chair.talk.officer.acked("AdmitGuest", guest=chair.link.guest)
    # One end alone is no leg yet.
    assert (await chair.joins(chair.side(between), between))["t"] == "Acked"
    half = (await chair.client.hears("LegChanged"))["leg"]
    assert "ready" not in half
    await chair.describes(chair.side(between), half["id"])
    assert (await chair.side(between).hears("Refused"))["code"] == "stage_forbids"
    assert chair.client.has_heard("DescriptionRelayed") == []


async def test_each_leg_carries_its_own_words_to_its_own_other_end(chair: Chair) -> None:
    await chair.is_let_in()
    legs = {between: await chair.leg(between) for between in ("applicant", "officer")}
    assert all(leg["polite"] for leg in legs.values()), "who came later is polite"
    for between, leg in legs.items():
        await chair.describes(chair.side(between), leg["id"])
        assert (await chair.client.hears("DescriptionRelayed"))["leg"] == leg["id"]
        about = {"ticket": chair.link.ticket, "call": chair.call, "generation": 1, "leg": leg["id"]}
        await chair.client.sends("SendCandidate", **about, candidate=WAY)
        assert (await chair.side(between).hears("CandidateRelayed", leg=leg["id"]))["candidate"] == WAY
        await chair.client.sends("SendMediaState", **about, audio=True, video=True, screen=True)
        assert (await chair.side(between).hears("MediaStateTold", leg=leg["id"]))["screen"] is True
    # A side has no part in the other side's leg.
    await chair.describes(chair.talk.citizen, legs["officer"]["id"])
    assert (await chair.talk.citizen.hears("Refused"))["code"] == "not_found"
    assert (await chair.joins(chair.talk.citizen, "officer"))["code"] == "not_found"


async def test_a_page_that_comes_again_gets_the_next_generation_and_late_words_are_refused(
    chair: Chair,
) -> None:
    await chair.is_let_in()
    leg = await chair.leg("officer")
    assert (await chair.joins(chair.client, "officer", generation=leg["generation"]))["t"] == "Acked"
    newer = (await chair.talk.officer.hears("LegChanged", within=5))["leg"]
    while newer["generation"] == leg["generation"]:
        newer = (await chair.talk.officer.hears("LegChanged", within=5))["leg"]
    await chair.describes(chair.talk.officer, leg["id"], generation=leg["generation"])
    assert (await chair.talk.officer.hears("Refused"))["code"] == "stage_forbids"
    # The other end knows the old one only and takes part already: nothing changes for it.
    await chair.joins(chair.talk.officer, "officer", generation=leg["generation"])
    await chair.describes(chair.talk.officer, leg["id"], generation=newer["generation"])
    await chair.client.hears("DescriptionRelayed", generation=newer["generation"])


async def test_another_certificate_in_the_same_generation_sends_the_guest_away(chair: Chair) -> None:
    await chair.is_let_in()
    leg = await chair.leg("officer")
    await chair.describes(chair.client, leg["id"], sdp=chair.talk.staff.description)
    await chair.talk.officer.hears("DescriptionRelayed", leg=leg["id"])
    await chair.describes(chair.client, leg["id"], sdp=chair.talk.applicant.description)
    await until(lambda: chair.talk.officer.has_heard("GuestChanged")[-1]["guest"]["stage"] == "ended")
    assert chair.talk.officer.has_heard("GuestChanged")[-1]["guest"]["ended_reason"] == "policy"
    assert await chair.client.closed() == 4100
    assert len(chair.talk.officer.has_heard("DescriptionRelayed")) >= 1
    # The call of the two goes on.
    assert chair.talk.staff.call is not None and chair.talk.staff.call["stage"] == "connected"


async def test_the_link_works_once_and_for_its_own_page_alone(talk: Talk) -> None:
    link = await invites(talk.officer, talk.ticket)
    url = talk.office.urls[1]
    assert (await looks(url, link)).json() == {"role": "interpreter"}
    wrong = await looks(url, Link(link.guest, random_text(), link.ticket))
    unknown = await looks(url, Link("nobodysinvitation", link.secret, link.ticket))
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() == unknown.json()
    unread = await asks(url, link, notice=False)
    assert (unread.status_code, unread.json()["code"]) == (422, "notice_unread")
    tab = random_text()
    first = await asks(url, link, tab=tab)
    assert first.status_code == 200
    # The answer may have been lost on the way: the same page gets the same session.
    again = await asks(url, link, tab=tab)
    assert again.json() == first.json()
    assert dict(again.cookies.items()) == dict(first.cookies.items())
    for late in (await asks(url, link), await looks(url, link)):
        assert (late.status_code, late.json()) == (404, wrong.json())
    assert told(talk.officer) == ["invited", "asked"]


async def test_a_link_runs_out_after_a_quarter_of_an_hour(talk: Talk) -> None:
    link = await invites(talk.officer, talk.ticket)
    app = talk.office.apps[0]
    await let_pass(app.database, seconds=899)
    assert (await looks(talk.office.urls[0], link)).status_code == 200
    await let_pass(app.database, seconds=1)
    assert (await looks(talk.office.urls[0], link)).status_code == 404
    assert (await asks(talk.office.urls[0], link)).status_code == 404
    assert await app.third_chair.expire() == 1
    ended = await talk.citizen.hears("GuestChanged")
    while ended["guest"]["stage"] != "ended":
        ended = await talk.citizen.hears("GuestChanged")
    assert ended["guest"]["ended_reason"] == "expired"
    await invites(talk.officer, talk.ticket)


async def test_one_guest_at_a_time_and_an_applicant_brings_a_companion_alone(talk: Talk) -> None:
    digest = "0" * 64
    for role in ("interpreter", "colleague"):
        refused = await talk.citizen.refused("InviteGuest", role=role, secret_hash=digest)
        assert refused == "not_allowed"
    link = await invites(talk.citizen, talk.ticket, "companion")
    assert (
        await talk.officer.refused("InviteGuest", role="interpreter", secret_hash=digest) == "stage_forbids"
    )
    # Either side takes it back.
    await talk.officer.acked("DismissGuest", guest=link.guest)
    assert (await asks(talk.office.urls[0], link)).status_code == 404
    assert told(talk.officer) == ["invited", "withdrawn"]


@pytest.mark.parametrize("who", ["applicant", "officer"])
async def test_either_side_says_no_and_the_guest_finds_nothing_any_more(chair: Chair, who: str) -> None:
    await chair.side(who).acked("DismissGuest", guest=chair.link.guest)
    assert (await chair.client.hears("GuestChanged", within=5))["guest"]["ended_reason"] == "refused"
    assert await chair.client.closed() == 4100
    assert (await looks(chair.talk.office.urls[0], chair.link)).status_code == 404


async def test_who_takes_part_can_be_asked_to_go_and_nothing_is_relayed_after(chair: Chair) -> None:
    await chair.is_let_in()
    leg = await chair.leg("officer")
    await chair.talk.citizen.acked("DismissGuest", guest=chair.link.guest)
    assert await chair.client.closed() == 4100
    await chair.describes(chair.talk.officer, leg["id"])
    assert (await chair.talk.officer.hears("Refused"))["code"] == "stage_forbids"
    assert (await chair.joins(chair.talk.officer, "officer"))["code"] == "stage_forbids"
    assert told(chair.talk.officer)[-1] == "removed"


async def test_the_guest_leaves_and_the_call_goes_on(chair: Chair) -> None:
    await chair.is_let_in()
    await chair.client.acked("LeaveCall", guest=chair.link.guest)
    await until(lambda: told(chair.talk.officer)[-1] == "left")
    for side in chair.talk.sides:
        await side.decodes("video")
    await until(lambda: chair.client.code == 4100)


async def test_a_call_that_ends_takes_the_legs_with_it_and_the_next_one_has_its_own(chair: Chair) -> None:
    await chair.is_let_in()
    leg, sdp = await chair.leg("officer"), chair.talk.staff.description
    await chair.talk.staff.acts("HangUp")
    ended = await chair.client.hears("LegsEnded")
    assert ended["call"] == leg["call"]
    await chair.describes(chair.client, leg["id"], sdp=sdp)
    assert (await chair.client.hears("Refused"))["code"] == "stage_forbids"
    await chair.talk.calls("audio")
    chair.client.everything.clear()
    assert (await chair.leg("officer"))["id"] != leg["id"]


async def test_the_consultation_ends_and_the_guest_is_gone(chair: Chair) -> None:
    await chair.is_let_in()
    await chair.talk.officer.acked("EndConsultation")
    ended = await chair.client.hears("GuestChanged", within=5)
    while ended["guest"]["stage"] != "ended":
        ended = await chair.client.hears("GuestChanged", within=5)
    assert ended["guest"]["ended_reason"] == "consultation_ended"
    assert await chair.client.closed() == 4100


async def test_a_guest_of_one_call_finds_nothing_of_another(chair: Chair) -> None:
    """Ids alone open nothing: what is somebody else's is as what does not exist."""
    await chair.is_let_in()
    async with AsyncExitStack() as stack:
        office = chair.talk.office
        other = await stack.enter_async_context(
            office.consultation(name="Eko", user_name=f"lain{random_text()[:6].lower().strip('-_')}x")
        )
        stranger = await invites(other.officer, other.ticket)
        page = await comes(office.urls[0], stranger)
        client = await stack.enter_async_context(page.open())
        about = {"ticket": chair.link.ticket, "call": chair.call, "guest": chair.link.guest}
        nothing = {"ticket": "nobodys", "call": "nobodys", "guest": "nobodys"}
        for places in (about, nothing, about | {"ticket": other.ticket}, about | {"guest": stranger.guest}):
            assert await client.refused("JoinLeg", **places, between="officer") == "not_found"
            assert await client.refused("LeaveCall", **places) == "not_found"
        leg = await chair.leg("officer")
        await chair.describes(client, leg["id"])
        assert (await client.hears("Refused"))["code"] == "not_found"
        for side in (other.citizen, other.officer):
            for order in ("AdmitGuest", "DismissGuest"):
                assert await side.refused(order, **about) == "not_found"
                assert await side.refused(order, guest=chair.link.guest) == "not_found"
        assert await client.refused("PostMessage", ticket=other.ticket, text="Halo") == "not_allowed"


@pytest.mark.parametrize("between", ["applicant", "officer"])
async def test_the_steps_to_a_legs_digits_reach_its_other_end_alone(chair: Chair, between: str) -> None:
    await chair.is_let_in()
    leg, side = await chair.leg(between), chair.side(between)
    about = {"ticket": chair.link.ticket, "call": chair.call, "generation": 1, "leg": leg["id"]}
    steps = (
        (side, chair.client, "commitment"),
        (chair.client, side, "nonce"),
        (side, chair.client, "opening"),
    )
    for number, (teller, hearer, step) in enumerate(steps):
        value = f"{number:02x}" * 32
        await teller.sends("SendCode", **about, step=step, value=value)
        await hearer.hears("CodeRelayed", **about, step=step, value=value)
        # Each step comes from one end only.
        await hearer.sends("SendCode", **about, step=step, value=value)
        assert (await hearer.hears("Refused"))["code"] == "stage_forbids"
    other = chair.side("officer" if between == "applicant" else "applicant")
    await other.sends("SendCode", **about, step="commitment", value="00" * 32)
    assert (await other.hears("Refused"))["code"] == "not_found", "it is not at that leg"
    await chair.client.sends("SendCode", **{**about, "leg": None}, step="nonce", value="00" * 32)
    assert (await chair.client.hears("Refused"))["code"] == "not_found", (
        "the call's own digits are not a guest's"
    )
    assert not other.has_heard("CodeRelayed")
