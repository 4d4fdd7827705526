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
# `$` alone lets a line feed stand behind it.
PLAIN = r"^[A-Za-z0-9_-]+$(?!\n)"
VISIBLE = r"^[!-~]*$(?!\n)"
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=PLAIN)]
Text = Annotated[str, Meta(min_length=1, max_length=16_384)]
REMARK_CHARACTERS = 1_000
Media = Literal["audio", "video"]
QualityStep = Literal["lowered", "raised", "video_off", "video_on", "saving", "saving_off"]
Level = Annotated[int, Meta(ge=0, le=4)]
Small = Annotated[int, Meta(ge=0, le=1_000_000)]
DeviceState = Literal["found", "denied", "missing", "busy", "failed"]
SpeakerState = Literal["heard", "not_heard", "unanswered", "silent"]
GuestRole = Literal["interpreter", "colleague", "companion"]
Path = Literal["direct", "stun", "turn_udp", "turn_tcp", "turn_tls", "none"]


@dataclass_transform(frozen_default=True)  # type checkers read `frozen` from each class
class FromClient(msgspec.Struct, frozen=True, tag_field="t", tag=str):
    """A frame from a browser; `t` is the struct's name."""


class Hello(FromClient):
    """First frame of every connection. `seqs`: ticket id -> last conversation seq the page holds.
    `ticket`: an applicant's page; `guest`: an invited person's.
    """

    v: Literal[1]
    stream: Annotated[str, Meta(min_length=16, max_length=64, pattern=PLAIN)]
    csrf: Annotated[str, Meta(max_length=128)]
    ticket: Id | None = None
    guest: Id | None = None
    epoch: Annotated[str, Meta(max_length=64)] | None = None
    seqs: dict[Id, Count] = {}


class Refresh(FromClient):
    """Asks for a new `Welcome` with everything after `seqs`: the one way to heal a gap."""

    seqs: dict[Id, Count] = {}


class Ping(FromClient):
    """Heartbeat. Any number is answered by `Pong` with the same `n`; it also says that this page is here."""

    n: Count


class PostMessage(FromClient):
    """A chat message, while the consultation is being served."""

    cseq: Number
    ticket: Id
    text: Text


class MarkSeen(FromClient):
    """Highest seq delivered to and read on this side's screens. Never moves back."""

    ticket: Id
    delivered: Count
    read: Count


class Typing(FromClient):
    """This side is typing. Sent every few seconds at most."""

    ticket: Id


class LeaveQueue(FromClient):
    """The applicant gives up the place."""

    cseq: Number
    ticket: Id


class EndConsultation(FromClient):
    """Either side ends the consultation. `epoch`: the assignment an officer believes to hold."""

    cseq: Number
    ticket: Id
    epoch: Count | None = None


class ReopenConsultation(FromClient):
    """An ended consultation is taken up again: by its applicant, or by the officer who held it last. The
    citizen waits, with priority and the same number and conversation; for that officer alone for a while.
    """

    cseq: Number
    ticket: Id


class RateConsultation(FromClient):
    """How well the applicant was helped, 1 to 5: once, when it is over. `remark`: in their own words."""

    cseq: Number
    ticket: Id
    score: Annotated[int, Meta(ge=1, le=5)]
    remark: Annotated[str, Meta(max_length=REMARK_CHARACTERS)] = ""


class AskTransferTargets(FromClient):
    """To which services and officers this consultation may be handed over now."""

    ticket: Id


class TransferConsultation(FromClient):
    """Hand the citizen over to another `service` or to another `officer` of the same one, with a `note` for
    whoever serves next. They wait at their time of joining and keep number and conversation; a call ends.
    `epoch`: the assignment this officer believes to hold.
    """

    cseq: Number
    ticket: Id
    epoch: Count
    note: Annotated[str, Meta(min_length=1, max_length=1_000)]
    service: Id | None = None
    officer: Id | None = None


class FindNumber(FromClient):
    """A supervisor looks for who has this queue number now; `NumberFound` answers."""

    label: Annotated[str, Meta(min_length=1, max_length=32)]


class CloseConsultation(FromClient):
    """A supervisor ends a consultation that is being served. `reason`: for the office's own rows; neither
    side of the consultation is told. `epoch`: the assignment that the board showed.
    """

    cseq: Number
    ticket: Id
    epoch: Count
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class BlockTicket(FromClient):
    """A supervisor ends a ticket for good, whatever has become of it since it was shown: waiting, offered,
    served or parked. `reason`: as in `CloseConsultation`.
    """

    cseq: Number
    ticket: Id
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class EndShift(FromClient):
    """A supervisor ends an officer's shift: as the officer's own `FinishShift`, and the officer is told."""

    cseq: Number
    officer: Id


class BeReady(FromClient):
    """The officer takes offers from now on."""

    cseq: Number


class Pause(FromClient):
    """No more offers; what runs goes on."""

    cseq: Number
    reason: Annotated[str, Meta(max_length=32, pattern=r"^[a-z_]*$(?!\n)")] = ""


class FinishShift(FromClient):
    """No more offers; off duty once nothing runs."""

    cseq: Number


class AcceptOffer(FromClient):
    """Take the citizen of the offer with this `attempt`."""

    cseq: Number
    ticket: Id
    attempt: Number


class PassOffer(FromClient):
    """Not this citizen, not now; somebody else is asked."""

    cseq: Number
    ticket: Id
    attempt: Number


class ServeNext(FromClient):
    """Pick up the next fitting citizen, without an offer."""

    cseq: Number


class Ring(FromClient):
    """Ask the other side for a call. Both sides ringing at once is an accept by the second.

    `hide`: nobody in the call is to learn this applicant's network address; where `WelcomeApplicant.relay`.
    """

    cseq: Number
    ticket: Id
    media: Media
    hide: bool = False


class AcceptCall(FromClient):
    """Answer a ringing call with this media; the first device to do so wins. `hide`: as in `Ring`."""

    cseq: Number
    ticket: Id
    call: Id
    media: Media
    hide: bool = False


class DeclineCall(FromClient):
    """Do not take a ringing call."""

    cseq: Number
    ticket: Id
    call: Id


class HangUp(FromClient):
    """End the call, in any of its stages; the chat goes on."""

    cseq: Number
    ticket: Id
    call: Id


class ReportConnected(FromClient):
    """This side's media flows: for the first time in this generation, or again after `ReportInterrupted`."""

    cseq: Number
    ticket: Id
    call: Id
    generation: Number


class ReportInterrupted(FromClient):
    """Media no longer arrives at this side, or the other side's page has gone; a path is looked for. The call
    ends at `CallShown.reconnects_until` unless both sides have said `ReportConnected` by then. From the page
    that takes part; said again, it changes nothing.
    """

    cseq: Number
    ticket: Id
    call: Id
    generation: Number


class RenewCall(FromClient):
    """This page takes part from now on, over a new connection: after a reload, from another device, or when
    no path was found again. The call gets its next generation and both sides connect anew. `generation` is
    the one this page knows; if this page takes part already and the call has moved on, nothing changes.
    `rung`: no path was found in time, so the next one is tried: through the office's relay alone, then
    without pictures. `hide`: as in `Ring`, from the next generation on; without it, as it was.
    """

    cseq: Number
    ticket: Id
    call: Id
    generation: Number
    rung: Literal["relay", "audio"] | None = None
    hide: bool | None = None


class ReportLost(FromClient):
    """This side's media could not be set up or was lost for good: the call ends, the chat goes on."""

    cseq: Number
    ticket: Id
    call: Id
    generation: Number


class ReportQuality(FromClient):
    """What this side sends in a call became better or worse, or saves data; `level` 0 is sound alone."""

    cseq: Number
    ticket: Id
    call: Id
    step: QualityStep
    level: Level


class ReportScreen(FromClient):
    """This side begins or ends sharing its screen in a call: both sides read it in the conversation.

    Said again, it changes nothing. Only the page that takes part can begin; any page of the side may end.
    """

    cseq: Number
    ticket: Id
    call: Id
    on: bool


class InviteGuest(FromClient):
    """Ask a third person into the call by a link that works once. `secret_hash`: SHA-256 of the link's
    secret in hexadecimal digits; the secret itself stays with the page until the link is used.
    """

    cseq: Number
    ticket: Id
    role: GuestRole
    secret_hash: Annotated[str, Meta(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$(?!\n)")]


class AdmitGuest(FromClient):
    """This side lets in who waits; once both sides have, the guest takes part."""

    cseq: Number
    ticket: Id
    guest: Id


class DismissGuest(FromClient):
    """This side takes the invitation back, says no to who waits, or asks who takes part to go."""

    cseq: Number
    ticket: Id
    guest: Id


class LeaveCall(FromClient):
    """The guest goes, for good: the link does not work again."""

    cseq: Number
    ticket: Id
    guest: Id


class ListenIn(FromClient):
    """A supervisor listens to a call, in the third chair. Both sides are told at once; nothing is relayed
    before both their pages have acknowledged it. Nothing is sent from here, and no picture comes.
    """

    cseq: Number
    ticket: Id
    call: Id


class AcknowledgeListener(FromClient):
    """This side's page in the call shows that a supervisor listens; it cannot be refused."""

    cseq: Number
    ticket: Id
    guest: Id


class StopListening(FromClient):
    """The supervisor no longer listens."""

    cseq: Number
    ticket: Id
    guest: Id


class BringForward(FromClient):
    """Somebody who waits is served as if they had joined `minutes` earlier, at most 60 in all. `reason`: why,
    for the office alone.
    """

    cseq: Number
    ticket: Id
    minutes: Annotated[int, Meta(ge=1, le=60)]
    reason: Annotated[str, Meta(min_length=1, max_length=300)]


class JoinLeg(FromClient):
    """This page takes part in the leg between the guest and the side `between`, over a new connection.

    `generation`: the one this page knows, 0 for none. If this page takes part already and the leg has moved
    on, nothing changes; otherwise who was connected before connects anew in the next generation.
    """

    cseq: Number
    ticket: Id
    call: Id
    guest: Id
    between: Literal["applicant", "officer"]
    generation: Count = 0


class SendDescription(FromClient):
    """A session description for the other side (JSEP). `leg`: for the other end of that leg with a guest."""

    ticket: Id
    call: Id
    generation: Number
    kind: Literal["offer", "answer"]
    sdp: Annotated[str, Meta(min_length=1, max_length=32_768)]
    leg: Id | None = None


class SendCandidate(FromClient):
    """An ICE candidate; an empty `candidate` means end of candidates (RFC 8838)."""

    ticket: Id
    call: Id
    generation: Number
    candidate: Annotated[str, Meta(max_length=1_024)]
    mid: Annotated[str, Meta(max_length=64, pattern=VISIBLE)] | None = None
    line: Annotated[int, Meta(ge=0, le=64)] | None = None
    ufrag: Annotated[str, Meta(max_length=256, pattern=VISIBLE)] | None = None
    leg: Id | None = None


class AskIceServers(FromClient):
    """The credentials of the call's relay run out soon: `CallChanged` brings new ones to this side."""

    ticket: Id
    call: Id
    generation: Number
    leg: Id | None = None


class AskRestart(FromClient):
    """This side lost its path and its address did not change: the other side is to restart ICE (RFC 8445)."""

    ticket: Id
    call: Id
    generation: Number
    leg: Id | None = None


class SendCode(FromClient):
    """One step towards the digits that both people read aloud (after RFC 6189, section 4.2).

    The officer's page commits itself, the applicant's tells its nonce, the officer's opens; over a `leg` the
    side's page commits itself, and the guest's tells its nonce. `value`: 32 bytes in hexadecimal: the
    commitment's SHA-256, or a nonce.
    """

    ticket: Id
    call: Id
    generation: Number
    step: Literal["commitment", "nonce", "opening"]
    value: Annotated[str, Meta(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$(?!\n)")]
    leg: Id | None = None


class SendMediaState(FromClient):
    """Whether this side's microphone and camera are on, and the quality it sends in.

    `wanted`: the best it wants to receive; `saving`: because it saves data. `anew`: the other side is to
    say its own again and to send a whole picture. `away`: this page goes, perhaps to come back: nothing
    comes from it until it says otherwise. `screen`: its picture is its screen, not its camera.
    """

    ticket: Id
    call: Id
    generation: Number
    audio: bool
    video: bool
    level: Level = 4
    wanted: Level = 4
    saving: bool = False
    anew: bool = False
    away: bool = False
    leg: Id | None = None
    screen: bool = False


class AskRecording(FromClient):
    """The officer asks everybody else in a connected call whether it may be recorded."""

    cseq: Number
    ticket: Id
    call: Id


class AnswerRecording(FromClient):
    """A participant's own yes or no to being recorded; recording begins with the last yes.

    `text`: the version of the words that were read (`RecordingShown.text_version`). A yes counts only from
    the page that is in the call. A no while it records is a withdrawal.
    """

    cseq: Number
    ticket: Id
    recording: Id
    text: Number
    yes: bool


class WithdrawRecording(FromClient):
    """This person no longer agrees: recording stops at once and no byte is kept from then on."""

    cseq: Number
    ticket: Id
    recording: Id


class StopRecording(FromClient):
    """The officer ends the recording or takes the question back. `recorder_lost`: this page cannot record."""

    cseq: Number
    ticket: Id
    recording: Id
    why: Literal["stopped", "recorder_lost"] = "stopped"


class BeginRecorder(FromClient):
    """The page that records asks for the server's recorder, where the office has one; again after a loss.

    `attempt`: a name of the page's choice. Answered by `RecorderBegun`; where there is no recorder the
    recording ends.
    """

    cseq: Number
    ticket: Id
    recording: Id
    attempt: Id


class SendRecorderOffer(FromClient):
    """The page's session description: one picture and one voice. Answered by `RecorderAnswered`."""

    ticket: Id
    recording: Id
    attempt: Id
    sdp: Annotated[str, Meta(min_length=1, max_length=32_768)]


class SendRecorderCandidate(FromClient):
    """An ICE candidate for the server's recorder."""

    ticket: Id
    recording: Id
    attempt: Id
    candidate: Annotated[str, Meta(max_length=1_024)]
    mid: Annotated[str, Meta(max_length=64, pattern=VISIBLE)] | None = None
    line: Annotated[int, Meta(ge=0, le=64)] | None = None


class BeginCheck(FromClient):
    """Ask for a peer of the service to try devices and network with, under a name of the page's choice.

    Answered by `CheckBegun`, or by `Refused`: `busy` with a time while too many are tried at once,
    `check_unavailable` while there is no such peer. `hide`: try the path that a call with `hide` would take.
    """

    ticket: Id
    check: Id
    hide: bool = False


class SendCheckOffer(FromClient):
    """The page's session description for the service's peer; answered by `CheckAnswered`."""

    ticket: Id
    check: Id
    sdp: Annotated[str, Meta(min_length=1, max_length=32_768)]


class SendCheckCandidate(FromClient):
    """An ICE candidate for the service's peer."""

    ticket: Id
    check: Id
    candidate: Annotated[str, Meta(max_length=1_024)]
    mid: Annotated[str, Meta(max_length=64, pattern=VISIBLE)] | None = None
    line: Annotated[int, Meta(ge=0, le=64)] | None = None


class ReportCheck(FromClient):
    """What the page measured; the service adds what its peer counted, judges, keeps it with the ticket.

    `level_db`: loudest of the microphone, in dBFS. `signalling_ms`: from `BeginCheck` to `CheckBegun`.
    `path`, `rtt_ms`: of the connection in use; `none` and absent when there was none. `down_*`: of the
    stream that came back. `looped_kbps`: the browser's own estimate of a loop through the relay.
    `relays`: transport of a configured relay (udp, tcp, tls) -> whether it gave an address.
    """

    cseq: Number
    ticket: Id
    check: Id
    camera: DeviceState
    microphone: DeviceState
    speaker: SpeakerState
    signalling_ms: Small
    path: Path
    down_packets: Small = 0
    down_lost: Small = 0
    down_kbps: Small = 0
    level_db: Annotated[int, Meta(ge=-127, le=0)] | None = None
    rtt_ms: Small | None = None
    looped_kbps: Small | None = None
    relays: dict[Annotated[str, Meta(max_length=3, pattern=PLAIN)], bool] = {}


ClientFrame = (
    Hello
    | Refresh
    | Ping
    | PostMessage
    | MarkSeen
    | Typing
    | LeaveQueue
    | EndConsultation
    | ReopenConsultation
    | RateConsultation
    | AskTransferTargets
    | TransferConsultation
    | FindNumber
    | CloseConsultation
    | BlockTicket
    | EndShift
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
    | ReportInterrupted
    | RenewCall
    | ReportLost
    | ReportQuality
    | ReportScreen
    | InviteGuest
    | AdmitGuest
    | DismissGuest
    | LeaveCall
    | ListenIn
    | AcknowledgeListener
    | StopListening
    | BringForward
    | JoinLeg
    | SendDescription
    | SendCandidate
    | SendCode
    | SendMediaState
    | AskRestart
    | AskIceServers
    | AskRecording
    | AnswerRecording
    | WithdrawRecording
    | StopRecording
    | BeginRecorder
    | SendRecorderOffer
    | SendRecorderCandidate
    | BeginCheck
    | SendCheckOffer
    | SendCheckCandidate
    | ReportCheck
)
