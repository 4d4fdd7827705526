"""A supervisor listens to a call between two servers: who is told, what is relayed when, and how it ends."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

import pytest
from sqlalchemy import Connection, select

from consult.audit.store import verify
from consult.people import Role
from consult.storage.tables import event
from tests.signalling.conftest import Talk
from tests.support.client import Client, Frame, Page
from tests.support.databases import let_pass
from tests.support.guests import invites
from tests.support.waiting import until

WAY = "candidate:1 1 udp 2113937151 192.0.2.1 40000 typ host"
NO_LEG = {"id": "no-leg-yet", "generation": 1}
_numbers = count(1)


@dataclass
class Ear:
    """A supervisor at the first server's board."""

    talk: Talk
    page: Page
    client: Client
    guest: str = ""

    @property
    def call(self) -> str:
        assert self.talk.staff.call is not None
        call: str = self.talk.staff.call["id"]
        return call

    @property
    def about(self) -> Frame:
        return {"ticket": self.talk.ticket, "call": self.call}

    def side(self, name: str) -> Client:
        return self.talk.citizen if name == "applicant" else self.talk.officer

    async def begins(self) -> None:
        await self.client.acked("ListenIn", **self.about)
        self.guest = (await self.client.hears("GuestChanged", within=5))["guest"]["id"]

    async def is_shown(self, *sides: str) -> None:
        for name in sides or ("applicant", "officer"):
            await self.side(name).acked("AcknowledgeListener", guest=self.guest)

    async def joins(self, client: Client, between: str, generation: int = 0) -> Frame:
        about = {**self.about, "guest": self.guest, "between": between, "generation": generation}
        return await client.order("JoinLeg", **about)

    async def leg(self, between: str) -> Frame:
        """Both ends take part; the leg as the supervisor sees it."""
        assert (await self.joins(self.side(between), between))["t"] == "Acked"
        assert (await self.joins(self.client, between))["t"] == "Acked"

        def ready() -> Frame | None:
            legs = [frame["leg"] for frame in self.client.has_heard("LegChanged")]
            return next((leg for leg in legs if leg["between"] == between and leg.get("ready")), None)

        found: Frame = await until(ready)
        return found

    async def says(self, client: Client, leg: Frame, what: str, /, **fields: object) -> None:
        about = {**self.about, "generation": leg["generation"], "leg": leg["id"], **fields}
        await client.sends(what, **about)

    async def becomes(self, client: Client, stage: str) -> Frame:
        def fits() -> Frame | None:
            heard = [frame["guest"] for frame in client.has_heard("GuestChanged")]
            mine = [guest for guest in heard if guest["id"] == self.guest]
            return mine[-1] if mine and mine[-1]["stage"] == stage else None

        found: Frame = await until(fits)
        return found

    async def is_over(self, reason: str) -> None:
        for client in (self.talk.citizen, self.talk.officer, self.client):
            assert (await self.becomes(client, "ended"))["ended_reason"] == reason
        await until(lambda: told(self.talk.citizen)[-1] == told(self.talk.officer)[-1] == "listened")
        assert self.client.code is None, "the board stays open"


@pytest.fixture
async def ear(talk: Talk) -> AsyncIterator[Ear]:
    """A video call goes on, and a supervisor looks at the board."""
    await talk.calls("video")
    page = await talk.office.staff(f"pengawas{next(_numbers)}", Role.SUPERVISOR)
    async with page.open() as client:
        await client.hears_welcome()
        yield Ear(talk, page, client)


def told(client: Client) -> list[str]:
    """What the conversation says of the third chair, as this side read it."""
    entries = [frame["entry"] for frame in client.has_heard("EntryAdded")]
    return [entry["values"]["reason"] for entry in entries if entry["kind"] == "guest"]


def of_leg(client: Client, kind: str, leg: Frame) -> list[Frame]:
    return [frame for frame in client.has_heard(kind) if frame.get("leg") == leg["id"]]


def as_listener(sdp: str) -> str:
    return sdp.replace("a=sendrecv", "a=recvonly").replace("a=sendonly", "a=inactive")


async def test_both_are_told_at_once_and_both_pages_have_to_show_it(ear: Ear) -> None:
    await ear.begins()
    for client in (ear.talk.citizen, ear.talk.officer):
        shown = await ear.becomes(client, "asking")
        assert (shown["role"], shown["invited_by"]) == ("supervisor", "office")
        assert shown["name"].startswith("Pengawas")
        await until(lambda client=client: told(client) == ["listens"])
    await ear.is_shown("applicant")
    await ear.is_shown("applicant")  # the same side twice is not both
    half = await ear.becomes(ear.client, "asking")
    assert half["admitted_by"] == ["applicant"]
    await ear.is_shown("officer")
    whole = await ear.becomes(ear.client, "admitted")
    assert whole["admitted_by"] == ["applicant", "officer"]
    await ear.client.acked("StopListening", ticket=ear.talk.ticket, guest=ear.guest)
    await ear.is_over("left")
    assert told(ear.talk.citizen) == ["listens", "listened"]
    for side in ear.talk.sides:
        await side.decodes("video")


async def test_nothing_is_relayed_before_both_have_shown_it(ear: Ear) -> None:
    await ear.begins()
    for shown in (None, "applicant"):
        if shown is not None:
            await ear.is_shown(shown)
        for between in ("applicant", "officer"):
            for client in (ear.client, ear.side(between)):
                assert (await ear.joins(client, between))["code"] == "stage_forbids"
                await ear.says(client, NO_LEG, "SendCandidate", candidate=WAY)
                assert (await client.hears("Refused"))["code"] == "not_found"
    await ear.is_shown("officer")
    for between in ("applicant", "officer"):
        # Shown, but one end alone is no leg yet.
        assert (await ear.joins(ear.client, between))["t"] == "Acked"
        half = (await ear.client.hears("LegChanged"))["leg"]
        assert "ready" not in half
        await ear.says(ear.client, half, "SendCandidate", candidate=WAY)
        assert (await ear.client.hears("Refused"))["code"] == "stage_forbids"
        assert not of_leg(ear.side(between), "CandidateRelayed", half)


async def test_only_the_page_that_is_in_the_call_can_say_that_it_shows_it(ear: Ear) -> None:
    await ear.begins()
    async with ear.talk.officer_page.another_tab().open() as desk:
        await desk.hears_welcome()
        desk.ticket = ear.talk.ticket
        assert await desk.refused("AcknowledgeListener", guest=ear.guest) == "not_found"
    await ear.is_shown()


async def test_the_supervisor_sends_nothing_and_gets_no_picture(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    for between in ("applicant", "officer"):
        leg = await ear.leg(between)
        side, own = ear.side(between), ear.talk.applicant.description
        assert (leg["polite"], leg["listens"], leg.get("media", "audio")) == (True, True, "audio")
        await ear.says(side, leg, "SendDescription", kind="offer", sdp=own)
        await ear.client.hears("DescriptionRelayed", leg=leg["id"])
        for kind in ("offer", "answer"):
            await ear.says(ear.client, leg, "SendDescription", kind=kind, sdp=own)
            refused = await ear.client.hears("Refused")
            assert (refused["code"], refused["values"]["reason"]) == ("bad_description", "hears_only")
        assert not of_leg(side, "DescriptionRelayed", leg)
        await ear.says(ear.client, leg, "SendDescription", kind="answer", sdp=as_listener(own))
        answer = await side.hears("DescriptionRelayed", leg=leg["id"])
        assert "a=sendrecv" not in answer["sdp"]
        await ear.says(ear.client, leg, "SendMediaState", audio=True, video=True)
        state = await side.hears("MediaStateTold", leg=leg["id"])
        assert (state["audio"], state["video"]) == (False, False)


async def test_a_supervisor_is_neither_of_the_two_and_reads_no_conversation(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    leg = await ear.leg("officer")
    for kind, fields in (
        ("PostMessage", {"text": "Halo"}),
        ("HangUp", {"call": ear.call}),
        ("AdmitGuest", {"guest": ear.guest}),
        ("AcknowledgeListener", {"guest": ear.guest}),
        ("EndConsultation", {}),
    ):
        assert await ear.client.refused(kind, ticket=ear.talk.ticket, **fields) == "not_allowed"
    # Without a leg there is nothing to say: the leg of the two sides is not the supervisor's.
    await ear.client.sends("SendCandidate", **ear.about, generation=1, candidate=WAY)
    assert (await ear.client.hears("Refused"))["code"] == "not_found"
    await ear.talk.citizen.acked("PostMessage", text="Ini rahasia")
    await ear.says(ear.client, leg, "AskIceServers")
    await ear.client.hears("LegChanged")
    assert not ear.client.has_heard("EntryAdded")
    assert "Ini rahasia" not in str(ear.client.everything)


async def test_neither_side_can_refuse_and_the_chair_is_taken(ear: Ear) -> None:
    await ear.begins()
    for stage in ("asking", "admitted"):
        for client in (ear.talk.citizen, ear.talk.officer):
            assert await client.refused("DismissGuest", guest=ear.guest) == "stage_forbids"
            if stage == "asking":
                assert await client.refused("AdmitGuest", guest=ear.guest) == "stage_forbids"
            digest = {"role": "companion", "secret_hash": "0" * 64}
            assert await client.refused("InviteGuest", **digest) == "stage_forbids"
        if stage == "asking":
            await ear.is_shown()


async def test_while_a_guest_is_invited_nobody_listens(ear: Ear) -> None:
    link = await invites(ear.talk.officer, ear.talk.ticket)
    assert await ear.client.refused("ListenIn", **ear.about) == "stage_forbids"
    # What is no listener is not acknowledged or stopped as one.
    assert await ear.talk.officer.refused("AcknowledgeListener", guest=link.guest) == "not_found"
    about = {"ticket": ear.talk.ticket, "guest": link.guest}
    assert await ear.client.refused("StopListening", **about) == "not_found"
    await ear.talk.officer.acked("DismissGuest", guest=link.guest)
    await ear.begins()


async def test_another_supervisor_finds_nothing_of_it(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    leg = await ear.leg("officer")
    page = await ear.talk.office.staff(f"pengawas{next(_numbers)}", Role.SUPERVISOR, at=1)
    async with page.open() as other:
        await other.hears_welcome()
        about = {"ticket": ear.talk.ticket, "guest": ear.guest}
        assert await other.refused("StopListening", **about) == "not_found"
        assert await other.refused("JoinLeg", **about, call=ear.call, between="officer") == "not_found"
        await ear.says(other, leg, "SendCandidate", candidate=WAY)
        assert (await other.hears("Refused"))["code"] == "not_found"
        assert await other.refused("ListenIn", **ear.about) == "stage_forbids"
    assert "listened" not in told(ear.talk.officer)


async def test_who_listens_elsewhere_listens_here_no_more(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    async with ear.talk.office.consultation(name="Eko", user_name=f"lain{next(_numbers)}") as second:
        await second.citizen.acked("Ring", media="audio")
        call = (await second.officer.hears("CallChanged"))["call"]["id"]
        about = {"ticket": second.ticket, "call": call}
        # What is refused changes nothing: that call only rings.
        assert await ear.client.refused("ListenIn", **about) == "stage_forbids"
        assert "listened" not in told(ear.talk.officer)
        await second.officer.acked("AcceptCall", call=call, media="audio")
        async with ear.page.another_tab().open() as tab:
            await tab.hears_welcome()
            await tab.acked("ListenIn", **about)
        await ear.is_over("elsewhere")
        await until(lambda: told(second.citizen) == ["listens"])
        await second.officer.acked("EndConsultation")
        await until(lambda: told(second.citizen) == ["listens", "listened"])


async def test_the_call_ends_and_with_it_the_listening(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    leg = await ear.leg("officer")
    await ear.talk.staff.acts("HangUp")
    await ear.is_over("call_ended")
    await ear.says(ear.client, leg, "SendCandidate", candidate=WAY)
    assert (await ear.client.hears("Refused"))["code"] == "not_found"
    # The next call is not listened to unless it is asked again, and told again.
    await ear.talk.calls("audio")
    assert (await ear.joins(ear.talk.officer, "officer"))["code"] == "stage_forbids"
    await ear.begins()


async def test_the_consultation_ends_before_anybody_has_shown_it(ear: Ear) -> None:
    await ear.begins()
    await ear.talk.officer.acked("EndConsultation")
    await ear.is_over("consultation_ended")


async def test_a_page_that_is_lost_for_30_seconds_listens_no_more(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    app = ear.talk.office.apps[1]
    await let_pass(app.database, seconds=29)
    assert await app.listening.expire() == 0
    # Heard of again, from the page that listens; another of the same person says nothing about it.
    stranger = (_person(ear), "another-page-of-the-same")
    await app.listening.heard([(_person(ear), ear.page.stream), stranger])
    await let_pass(app.database, seconds=29)
    await app.listening.heard([stranger])
    assert await app.listening.expire() == 0
    await let_pass(app.database, seconds=1)
    assert await app.listening.expire() == 1
    await ear.is_over("expired")


def _person(ear: Ear) -> str:
    app = ear.talk.office.apps[0]
    return next(
        one.caller.id for one in app.hub.roster.of(Role.SUPERVISOR) if one.sender.stream == ear.page.stream
    )


async def test_the_page_that_listens_is_welcomed_to_it_again_and_another_tab_is_not(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    leg = await ear.leg("officer")
    await ear.client.sends("Refresh", seqs={})
    again = await ear.client.hears_welcome()
    assert (again["listening"]["id"], [each["id"] for each in again["legs"]]) == (ear.guest, [leg["id"]])
    async with ear.page.another_tab().open() as tab:
        other = await tab.hears_welcome()
        assert "listening" not in other and "legs" not in other
        shown = next(each for each in other["board"]["calls"] if each["id"] == ear.call)
        assert (shown["chair"], shown["listener"]) == ("supervisor", again["name"])
        assert "Pemohon" not in str(shown)


async def test_each_step_is_an_event(ear: Ear) -> None:
    await ear.begins()
    await ear.is_shown()
    await ear.client.acked("StopListening", ticket=ear.talk.ticket, guest=ear.guest)
    app, subject = ear.talk.office.apps[0], f"ticket:{ear.talk.ticket}"

    def query(conn: Connection) -> list[tuple[str, str]]:
        rows = select(event.c.actor, event.c.content).where(
            event.c.subject == subject, event.c.kind == "guest"
        )
        return [
            (row.actor, json.loads(row.content)["step"])
            for row in conn.execute(rows.order_by(event.c.number))
        ]

    steps = await app.database.read(query)
    own, officer = f"staff:{_person(ear)}", steps[2][0]
    citizen = f"ticket:{ear.talk.ticket}"
    assert officer not in {own, citizen}
    assert steps == [(own, "listen"), (citizen, "acknowledge"), (officer, "admit"), (own, "leave")]
    assert await app.database.read(lambda conn: verify(conn, subject))
