"""What the documents of the wire say about each frame: who sends it, and what answers it."""

import inspect
from typing import get_args

import msgspec

from consult.people import Role
from consult.wire import from_client as orders
from consult.wire import to_client as facts
from consult.wire.from_client import ClientFrame
from consult.wire.to_client import ServerFrame

Struct = type[msgspec.Struct]

VERSION = 1
PATH = "/socket"
WELCOMES: tuple[Struct, ...] = (
    facts.WelcomeApplicant,
    facts.WelcomeOfficer,
    facts.WelcomeSupervisor,
    facts.WelcomeGuest,
)

EVERYBODY = (Role.APPLICANT, Role.OFFICER, Role.SUPERVISOR, Role.GUEST)
BOTH_SIDES = (Role.APPLICANT, Role.OFFICER)
_SENDERS: dict[Struct, tuple[Role, ...]] = {
    **dict.fromkeys((orders.Hello, orders.Refresh, orders.Ping), EVERYBODY),
    orders.LeaveCall: (Role.GUEST,),
    **dict.fromkeys(
        (
            orders.ListenIn,
            orders.StopListening,
            orders.BringForward,
            orders.FindNumber,
            orders.CloseConsultation,
            orders.BlockTicket,
            orders.EndShift,
        ),
        (Role.SUPERVISOR,),
    ),
    **dict.fromkeys(
        (
            orders.JoinLeg,
            orders.SendDescription,
            orders.SendCandidate,
            orders.SendMediaState,
            orders.AskRestart,
            orders.AskIceServers,
        ),
        EVERYBODY,
    ),
    **dict.fromkeys(
        (orders.SendCode, orders.AnswerRecording, orders.WithdrawRecording), (*BOTH_SIDES, Role.GUEST)
    ),
    orders.LeaveQueue: (Role.APPLICANT,),
    orders.RateConsultation: (Role.APPLICANT,),
    orders.BeginCheck: (Role.APPLICANT,),
    orders.SendCheckOffer: (Role.APPLICANT,),
    orders.SendCheckCandidate: (Role.APPLICANT,),
    orders.ReportCheck: (Role.APPLICANT,),
    **dict.fromkeys(
        (
            orders.BeReady,
            orders.Pause,
            orders.FinishShift,
            orders.AcceptOffer,
            orders.PassOffer,
            orders.ServeNext,
            orders.AskTransferTargets,
            orders.TransferConsultation,
            orders.AskRecording,
            orders.StopRecording,
            orders.BeginRecorder,
            orders.SendRecorderOffer,
            orders.SendRecorderCandidate,
        ),
        (Role.OFFICER,),
    ),
}


def senders(frame: Struct) -> tuple[Role, ...]:
    """The roles that may send it; the hub's tables are the law, and a test holds this to them."""
    return _SENDERS.get(frame, BOTH_SIDES)


def from_client() -> tuple[Struct, ...]:
    return get_args(ClientFrame)


def to_client() -> tuple[Struct, ...]:
    return get_args(ServerFrame)


def is_order(frame: Struct) -> bool:
    """Orders carry a number and are answered; other frames of a browser are ephemeral."""
    return frame in from_client() and "cseq" in frame.__struct_fields__


def answers(frame: Struct) -> tuple[Struct, ...]:
    """What may come back. An ephemeral frame that goes well has no answer."""
    if frame is orders.Hello:
        return WELCOMES
    if frame is orders.Ping:
        return (facts.Pong,)
    if frame is orders.Refresh:
        return (*WELCOMES, facts.Refused)
    return (facts.Acked, facts.Refused) if is_order(frame) else (facts.Refused,)


def meaning(described: type) -> str:
    """The docstring, as one paragraph."""
    return " ".join((inspect.getdoc(described) or "").split())
