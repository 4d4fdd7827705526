"""Who may send what, about whose consultation: every role, every frame, every owner.

What is somebody else's is refused exactly as what does not exist.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from consult.hub.clerk import TABLES
from consult.people import Role
from consult.wire import from_client as wire
from consult.wire.from_client import FromClient
from tests.hub.hostile import UNMETERED, Attacker
from tests.support.client import Frame
from tests.support.guests import comes, invites
from tests.support.open_office import Consultation, open_office
from tests.support.samples import KINDS, NOBODYS, is_numbered, sample

A, O, S = Role.APPLICANT, Role.OFFICER, Role.SUPERVISOR  # noqa: E741 - columns of the table
G = Role.GUEST
EVERYBODY = frozenset({A, O, S, G})

# A frame that is missing here fails the first test: say who may send it.
MAY: dict[type[FromClient], frozenset[Role]] = {
    wire.Hello: EVERYBODY,
    wire.Refresh: EVERYBODY,
    wire.Ping: EVERYBODY,
    wire.PostMessage: frozenset({A, O}),
    wire.MarkSeen: frozenset({A, O}),
    wire.Typing: frozenset({A, O}),
    wire.LeaveQueue: frozenset({A}),
    wire.BeginCheck: frozenset({A}),
    wire.SendCheckOffer: frozenset({A}),
    wire.SendCheckCandidate: frozenset({A}),
    wire.ReportCheck: frozenset({A}),
    wire.BeReady: frozenset({O}),
    wire.Pause: frozenset({O}),
    wire.FinishShift: frozenset({O}),
    wire.AcceptOffer: frozenset({O}),
    wire.PassOffer: frozenset({O}),
    wire.ServeNext: frozenset({O}),
    wire.AskTransferTargets: frozenset({O}),
    wire.TransferConsultation: frozenset({O}),
    wire.Ring: frozenset({A, O}),
    wire.AcceptCall: frozenset({A, O}),
    wire.ReportConnected: frozenset({A, O}),
    wire.ReportInterrupted: frozenset({A, O}),
    wire.ReportLost: frozenset({A, O}),
    wire.ReportQuality: frozenset({A, O}),
    wire.ReportScreen: frozenset({A, O}),
    wire.RenewCall: frozenset({A, O}),
    wire.SendDescription: EVERYBODY,
    wire.SendCandidate: EVERYBODY,
    wire.SendMediaState: EVERYBODY,
    wire.SendCode: frozenset({A, O, G}),
    wire.AskRestart: EVERYBODY,
    wire.AskIceServers: EVERYBODY,
    wire.AskRecording: frozenset({O}),
    wire.StopRecording: frozenset({O}),
    wire.BeginRecorder: frozenset({O}),
    wire.SendRecorderOffer: frozenset({O}),
    wire.SendRecorderCandidate: frozenset({O}),
    wire.AnswerRecording: frozenset({A, O, G}),
    wire.WithdrawRecording: frozenset({A, O, G}),
    wire.DeclineCall: frozenset({A, O}),
    wire.HangUp: frozenset({A, O}),
    wire.InviteGuest: frozenset({A, O}),
    wire.AdmitGuest: frozenset({A, O}),
    wire.JoinLeg: EVERYBODY,
    wire.ListenIn: frozenset({S}),
    wire.StopListening: frozenset({S}),
    wire.BringForward: frozenset({S}),
    wire.FindNumber: frozenset({S}),
    wire.CloseConsultation: frozenset({S}),
    wire.BlockTicket: frozenset({S}),
    wire.EndShift: frozenset({S}),
    wire.AcknowledgeListener: frozenset({A, O}),
    wire.LeaveCall: frozenset({G}),
    wire.DismissGuest: frozenset({A, O}),
    wire.EndConsultation: frozenset({A, O}),
    wire.ReopenConsultation: frozenset({A, O}),
    wire.RateConsultation: frozenset({A}),
}
# What a guest or a supervisor says of media belongs to a leg, which tests/signalling opens.
OVER_A_LEG = frozenset(
    {
        wire.SendDescription,
        wire.SendCandidate,
        wire.SendCode,
        wire.SendMediaState,
        wire.AskRestart,
        wire.AskIceServers,
    }
)
NOTHING = {"ticket": NOBODYS, "call": NOBODYS, "guest": NOBODYS}
# Every consultation is the office's: tests/signalling/test_listening.py, test_stepping_in.py and
# test_after_the_end.py have these.
OF_THE_OFFICE = frozenset({wire.ListenIn, wire.CloseConsultation, wire.BlockTicket, wire.BringForward})
# The connection itself takes these; they stand in no role's table.
OF_THE_CONNECTION = frozenset({wire.Hello, wire.Refresh, wire.Ping})
OF_A_RECORDING = frozenset(
    {
        wire.AnswerRecording,
        wire.WithdrawRecording,
        wire.StopRecording,
        wire.BeginRecorder,
        wire.SendRecorderOffer,
        wire.SendRecorderCandidate,
    }
)
ORDERS = [kind for kind in MAY if kind not in OF_THE_CONNECTION]


@dataclass
class Scene:
    """Two consultations with a ringing call each; who attacks from the first, and from outside."""

    senders: dict[Role, Attacker]
    mine: dict[str, str]
    theirs: dict[str, str]
    others: Consultation

    async def answer(self, role: Role, kind: type[FromClient], owner: dict[str, str]) -> Frame | None:
        sender = self.senders[role]
        between = "applicant" if role is A else "officer"
        frame = sample(kind, **owner, between=between, role="companion", cseq=sender.client.cseq + 1)
        answer = await sender.meets(json.dumps(frame))
        assert not isinstance(answer, int), (role, kind, answer)
        return answer


@pytest.fixture
async def scene(office_url: str, valkey: str) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_office(office_url, valkey, **UNMETERED))
        mine = await stack.enter_async_context(office.consultation())
        theirs = await stack.enter_async_context(office.consultation(name="Eko", user_name="citra"))
        supervisor = await stack.enter_async_context((await office.staff("rina", S)).open())
        link = await invites(mine.officer, mine.ticket)
        guest = await stack.enter_async_context((await comes(office.urls[0], link)).open())
        senders = {A: Attacker(mine.citizen), O: Attacker(mine.officer), S: Attacker(supervisor)}
        senders[G] = Attacker(guest)
        strangers = await invites(theirs.citizen, theirs.ticket, "companion")
        yield Scene(
            senders,
            {"ticket": mine.ticket, "call": await _ringing(mine), "guest": link.guest},
            {"ticket": theirs.ticket, "call": await _ringing(theirs), "guest": strangers.guest},
            theirs,
        )


async def _ringing(talk: Consultation) -> str:
    await talk.citizen.acked("Ring", media="video")
    call: str = (await talk.officer.hears("CallChanged"))["call"]["id"]
    return call


def test_every_frame_stands_in_the_matrix_and_the_tables_say_the_same() -> None:
    assert set(MAY) == set(KINDS)
    assert set(TABLES) == EVERYBODY
    held = {kind: {role for role in TABLES if kind in TABLES[role]} for kind in ORDERS}
    assert held == {kind: set(MAY[kind]) for kind in ORDERS}
    assert not OF_THE_CONNECTION & {kind for table in TABLES.values() for kind in table}


async def test_another_roles_order_is_not_allowed_whoever_it_is_about(scene: Scene) -> None:
    for role in EVERYBODY:
        for kind in (kind for kind in ORDERS if role not in MAY[kind]):
            for owner in (scene.mine, scene.theirs, NOTHING):
                answer = await scene.answer(role, kind, owner)
                assert answer is not None, (role, kind)
                assert (answer["code"], answer.get("cseq") is not None) == (
                    "not_allowed",
                    is_numbered(kind),
                ), (role, kind)


async def test_what_is_somebody_elses_is_refused_as_what_does_not_exist(scene: Scene) -> None:
    before = _heard_by(scene.others)
    for role in EVERYBODY:
        kinds = [kind for kind in ORDERS if role in MAY[kind] and kind not in OF_THE_OFFICE]
        for kind in (kind for kind in kinds if "ticket" in kind.__struct_fields__):
            theirs, nobodys = [
                _without_number(await scene.answer(role, kind, owner)) for owner in (scene.theirs, NOTHING)
            ]
            assert theirs["code"] in {"not_found", "bad_description"}, (role, kind, theirs)
            assert theirs == nobodys, (role, kind)
            # One's own ticket does not open another's call either.
            if "call" in kind.__struct_fields__:
                mixed = await scene.answer(role, kind, {**scene.mine, "call": scene.theirs["call"]})
                unknown = await scene.answer(role, kind, {**scene.mine, "call": NOBODYS})
                assert _without_number(mixed) == _without_number(unknown), (role, kind)
    assert _heard_by(scene.others) == before


def _heard_by(others: Consultation) -> list[Frame]:
    """What was said to them; the line they see and their place in it move by themselves."""
    return [
        frame
        for side in (others.citizen, others.officer)
        for frame in side.everything
        if frame["t"] not in {"LineShown", "PositionTold"}
    ]


async def test_ones_own_is_found(scene: Scene) -> None:
    for role in (G, O, A):
        kinds = {kind for kind in ORDERS if role in MAY[kind]} - {wire.EndConsultation}
        for kind in (kind for kind in ORDERS if kind in kinds - (OVER_A_LEG if role is G else set())):
            answer = await scene.answer(role, kind, scene.mine)
            # No offer, recording or listener is here: their own tests have them.
            offered = kind in {wire.AcceptOffer, wire.PassOffer, wire.AcknowledgeListener, *OF_A_RECORDING}
            found = answer is None or answer.get("code") not in {"not_allowed", "not_found"}
            assert found or offered, (role, kind, answer)
    ended = await scene.answer(O, wire.EndConsultation, scene.mine)
    assert ended is not None
    assert ended["t"] == "Acked"


def _without_number(answer: Frame | None) -> Frame:
    assert answer is not None
    return {name: value for name, value in answer.items() if name != "cseq"}
