"""Orders: one struct for each frame a browser may send.

Orders that change something carry `cseq`, counted 1, 2, 3 ... for each stream (a tab's random id given in
`Hello`); they are answered by `Acked` or `Refused` with the same number. Ephemeral frames carry none.
"""

from typing import Annotated, Literal, dataclass_transform

import msgspec
from msgspec import Meta

# A browser's integers are exact to 53 bits.
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Number = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, Meta(min_length=1, max_length=16_384)]
Media = Literal["audio", "video"]


@dataclass_transform(frozen_default=True)  # type checkers read `frozen` from each class
class FromClient(msgspec.Struct, frozen=True, tag_field="t", tag=str):
    """A frame from a browser; `t` is the struct's name."""


class Hello(FromClient):
    """First frame of every connection. `seqs`: ticket id -> last conversation seq the page holds."""

    v: Literal[1]
    stream: Annotated[str, Meta(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    csrf: Annotated[str, Meta(max_length=128)]
    ticket: Id | None = None
    epoch: Annotated[str, Meta(max_length=64)] | None = None
    seqs: dict[Id, Count] = {}


class Refresh(FromClient):
    """Asks for a new `Welcome` with everything after `seqs`: the one way to heal a gap."""

    seqs: dict[Id, Count] = {}


class Ping(FromClient):
    n: Count


class PostMessage(FromClient):
    cseq: Number
    ticket: Id
    text: Text


class MarkSeen(FromClient):
    """Highest seq delivered to and read on this side's screens. Never moves back."""

    ticket: Id
    delivered: Count
    read: Count


class Typing(FromClient):
    ticket: Id


class LeaveQueue(FromClient):
    cseq: Number
    ticket: Id


class EndConsultation(FromClient):
    cseq: Number
    ticket: Id
    epoch: Count | None = None


class BeReady(FromClient):
    cseq: Number


class Pause(FromClient):
    cseq: Number
    reason: Annotated[str, Meta(max_length=32, pattern=r"^[a-z_]*$")] = ""


class FinishShift(FromClient):
    cseq: Number


class AcceptOffer(FromClient):
    cseq: Number
    ticket: Id
    attempt: Number


class PassOffer(FromClient):
    cseq: Number
    ticket: Id
    attempt: Number


class ServeNext(FromClient):
    """Pick up the next fitting citizen, without an offer."""

    cseq: Number


class Ring(FromClient):
    cseq: Number
    ticket: Id
    media: Media


class AcceptCall(FromClient):
    cseq: Number
    ticket: Id
    call: Id
    media: Media


class DeclineCall(FromClient):
    cseq: Number
    ticket: Id
    call: Id


class HangUp(FromClient):
    cseq: Number
    ticket: Id
    call: Id


class ReportConnected(FromClient):
    """This side's connection reached `connected` for the first time in this generation."""

    cseq: Number
    ticket: Id
    call: Id
    generation: Number


class ReportLost(FromClient):
    """This side's media could not be set up or was lost for good: the call ends, the chat goes on."""

    cseq: Number
    ticket: Id
    call: Id
    generation: Number


class SendDescription(FromClient):
    ticket: Id
    call: Id
    generation: Number
    kind: Literal["offer", "answer"]
    sdp: Annotated[str, Meta(min_length=1, max_length=32_768)]


class SendCandidate(FromClient):
    """An ICE candidate; an empty `candidate` means end of candidates (RFC 8838)."""

    ticket: Id
    call: Id
    generation: Number
    candidate: Annotated[str, Meta(max_length=1_024)]
    mid: Annotated[str, Meta(max_length=64)] | None = None
    line: Annotated[int, Meta(ge=0, le=64)] | None = None
    ufrag: Annotated[str, Meta(max_length=256)] | None = None


class SendMediaState(FromClient):
    ticket: Id
    call: Id
    generation: Number
    audio: bool
    video: bool


ClientFrame = (
    Hello
    | Refresh
    | Ping
    | PostMessage
    | MarkSeen
    | Typing
    | LeaveQueue
    | EndConsultation
    | BeReady
    | Pause
    | FinishShift
    | AcceptOffer
    | PassOffer
    | ServeNext
    | Ring
    | AcceptCall
    | DeclineCall
    | HangUp
    | ReportConnected
    | ReportLost
    | SendDescription
    | SendCandidate
    | SendMediaState
)
