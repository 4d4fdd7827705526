"""Facts: one struct for each frame the service may send. Times are milliseconds since 1970, UTC (`*_at`).

A frame is encoded once for readers of both languages, so a service's name crosses in both: `service_name`
(Indonesian) and `service_name_en`; the page shows the one of its language.
"""

from typing import Literal, dataclass_transform

import msgspec

PersonSide = Literal["applicant", "officer"]
EntryBy = Literal["applicant", "officer", "office"]
EntryKind = Literal[
    "joined", "message", "served", "officer_lost", "applicant_away", "returned", "transferred", "parked",
    "resumed", "photo", "call_rang", "call_connected", "call_quality", "call_screen", "call_ended",
    "guest", "recording", "ended", "reopened", "brought_forward",
]  # fmt: skip
Stage = Literal["waiting", "offered", "serving", "parked", "ended"]
Channel = Literal["chat", "video"]
DutyState = Literal["offline", "available", "paused", "draining", "lost", "disabled"]
CallStage = Literal["ringing", "connecting", "connected", "ended"]
RecordingStage = Literal["asked", "recording", "declined", "stopped"]
CheckVerdict = Literal["good", "fair", "audio_only", "chat_only"]


@dataclass_transform(frozen_default=True)  # type checkers read `frozen` from each class
class ToClient(msgspec.Struct, frozen=True, tag_field="t", tag=str, omit_defaults=True):
    """A frame to a browser; `t` is the struct's name."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of a conversation. `seq` counts 1, 2, 3 ... without a gap in each consultation and lane."""

    seq: int
    at: int
    kind: EntryKind
    by: EntryBy
    name: str = ""
    text: str = ""
    values: dict[str, str | int] = {}


class Seen(msgspec.Struct, frozen=True):
    """How far each side's screens have received and read the conversation."""

    applicant_delivered: int
    applicant_read: int
    officer_delivered: int
    officer_read: int


class CallShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call as this receiver may see it. `polite` is this receiver's part in perfect negotiation (W3C).

    `taken_by`: the stream of the receiver's page that takes part; another page of the same person looks on.
    `connecting` with `connected_at` is reconnecting, and ends at `reconnects_until`. `revision` grows with
    each change of a consultation's calls: a lower one than known is old news. `rung`: how far the setup has
    come down. `ice_seconds`: so long the credentials in `ice_servers` last. `hidden`: nobody in the call
    learns this applicant's network address.
    """

    id: str
    ticket: str
    stage: CallStage
    generation: int
    revision: int
    media: Literal["audio", "video"]
    started_by: PersonSide
    polite: bool = False
    accepted_media: Literal["audio", "video"] | None = None
    taken_by: str | None = None
    ring_expires_at: int | None = None
    connected_at: int | None = None
    reconnects_until: int | None = None
    ended_reason: str | None = None
    ice_servers: list[dict[str, str | list[str]]] = []
    relay_only: bool = False
    rung: Literal["direct", "relay", "audio"] = "direct"
    ice_seconds: int | None = None
    hidden: bool = False


class GuestShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A third person, from the invitation to the end. `admitted_by`: who of the two has let the guest in.
    A `supervisor` listens only, and is told of, not asked about: `admitted_by` says whose page shows it.

    `revision` grows with each change of a consultation's guests. `expires_at`: until then the link works.
    """

    id: str
    ticket: str
    role: Literal["interpreter", "colleague", "companion", "supervisor"]
    stage: Literal["invited", "asking", "admitted", "ended"]
    revision: int
    invited_by: EntryBy
    name: str = ""
    admitted_by: list[PersonSide] = []
    expires_at: int | None = None
    ended_reason: str | None = None


class LegShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes between the guest and the side `between`, as this receiver may see it.

    `ready`: both ends take part; the one that is not `polite` offers. `taken_by`, `generation`,
    `revision`, `ice_servers`, `ice_seconds`: as of a call, but counted for this leg. `listens`: the guest's
    end sends nothing.
    """

    id: str
    ticket: str
    call: str
    guest: str
    between: PersonSide
    generation: int
    revision: int
    polite: bool = False
    ready: bool = False
    taken_by: str | None = None
    media: Literal["audio", "video"] = "audio"
    ice_servers: list[dict[str, str | list[str]]] = []
    relay_only: bool = False
    ice_seconds: int | None = None
    listens: bool = False


class RecordingShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest recording of a consultation's calls, the same for everybody in it.

    `agreed`, `waits_for`: who said yes and who has not answered, by side, a third person as "guest".
    `recorder`: the stream of the page that records. `revision` grows with each change of a consultation's
    recordings: a lower one than known is old news. `reason` of a recording that ended: declined, withdrawn,
    stopped, taken_back, unanswered, call_ended, people_changed, recorder_lost, server_lost. `ended_by`: whose
    step that was, by side; "" when it was nobody's.
    """

    id: str
    ticket: str
    call: str
    stage: RecordingStage
    revision: int
    text_version: int
    keep_days: int
    slice_seconds: int
    agreed: list[str]
    waits_for: list[str]
    recorder: str
    started_at: int | None = None
    reason: str = ""
    ended_by: str = ""


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """A citizen's place as its owner sees it. `label` is said aloud (B-014); `id` is random."""

    id: str
    label: str
    service: str
    service_name: str
    channel: Channel
    stage: Stage
    joined_at: int
    assignment_epoch: int = 0
    officer_name: str | None = None
    officer_online: bool | None = None
    served_at: int | None = None
    ended_at: int | None = None
    ended_reason: str | None = None
    name: str = ""
    service_name_en: str = ""


class DeviceCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last check of an applicant's devices and network, made before a call.

    `advice`: what would help, the most pressing first. `loss_permille`: the worse of both directions.
    `throughput_by`: `loop` through the relay by the browser's own estimator, or `reflected` by the service's
    peer, which sees no more than about 700 kbit/s.
    """

    at: int
    verdict: CheckVerdict
    path: str
    camera: str
    microphone: str
    speaker: str
    signalling_ms: int
    advice: list[str] = []
    level_db: int | None = None
    rtt_ms: int | None = None
    loss_permille: int | None = None
    jitter_ms: int | None = None
    up_kbps: int | None = None
    down_kbps: int | None = None
    throughput_by: Literal["loop", "reflected"] | None = None
    relays: dict[str, bool] = {}


class TransferNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the officer who handed the citizen over wrote for the next one. The applicant never sees it."""

    at: int
    name: str
    text: str


class ServiceTarget(msgspec.Struct, frozen=True, omit_defaults=True):
    """A service that could take a citizen. `on_duty`: how many of its officers are."""

    id: str
    name: str
    name_en: str
    on_duty: int = 0


class OfficerTarget(msgspec.Struct, frozen=True, omit_defaults=True):
    """An officer on duty who could take a citizen of the same service."""

    id: str
    name: str
    state: DutyState


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A consultation as the officer serving it sees it, with its entries from `first_seq` on."""

    ticket: Ticket
    phone: str
    application_number: str
    wait_seconds: int
    seen: Seen
    entries: list[Entry]
    applicant_online: bool = False
    call: CallShown | None = None
    check: DeviceCheck | None = None
    guest: GuestShown | None = None
    leg: LegShown | None = None
    recording: RecordingShown | None = None
    note: TransferNote | None = None


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A citizen offered to this officer. Accept or pass with `attempt` before `expires_at`.

    `lasts_ms`: from the offer to then; more is never left, whatever a page takes for the time.
    """

    ticket: str
    attempt: int
    label: str
    name: str
    service_name: str
    application_number: str
    channel: Channel
    units: int
    wait_seconds: int
    expires_at: int
    service_name_en: str = ""
    check: DeviceCheck | None = None
    lasts_ms: int = 0


class Duty(msgspec.Struct, frozen=True, omit_defaults=True):
    """An officer's own state. `revision` grows with each change; `Pong` carries it to reveal a lost frame."""

    state: DutyState
    reason: str
    since_at: int
    load: int
    capacity: int
    revision: int


class Waiting(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the officer's view of the queue: no name, no phone.

    `for_you`: handed over to this officer, who alone may serve them for some minutes.
    """

    label: str
    service_name: str
    channel: Channel
    joined_at: int
    returned: bool = False
    service_name_en: str = ""
    for_you: bool = False


class ServiceFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """One service on the board; `longest_since_at` is when the longest waiting person joined, if any."""

    id: str
    name: str
    letter: str
    waiting: int
    waiting_chat: int
    waiting_video: int
    serving: int
    officers_on_duty: int
    longest_since_at: int | None = None
    longest_label: str | None = None
    name_en: str = ""


class OfficerFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """One officer on the board."""

    id: str
    name: str
    state: DutyState
    reason: str
    since_at: int
    load: int
    capacity: int
    chats: int
    calls: int
    offered: bool = False


class CallFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call that goes on, on the board: no name of a citizen. `chair`: who has, or is asked into, the third
    chair; `listener`: the supervisor who listens.
    """

    id: str
    ticket: str
    label: str
    service_name: str
    service_name_en: str
    officer_name: str
    media: Literal["audio", "video"]
    connected_at: int | None = None
    chair: Literal["", "interpreter", "colleague", "companion", "supervisor"] = ""
    listener: str = ""


class TicketFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket that is not over, for a supervisor: no name of a citizen.

    `since_at`: when service began, before that when they joined. `officer_name`: who serves, or is offered
    them. `epoch`: the assignment, which `CloseConsultation` names. `call`: the media of a call that goes on.
    """

    id: str
    label: str
    service_name: str
    service_name_en: str
    stage: Stage
    since_at: int
    epoch: int = 0
    officer_name: str = ""
    call: Literal["", "audio", "video"] = ""


class ReturnedFigures(msgspec.Struct, frozen=True):
    """Somebody who waits and was given back to the head of the line again and again, on the board."""

    label: str
    service_name: str
    service_name_en: str
    times: int


class Limits(msgspec.Struct, frozen=True):
    """What a page must keep to, and how often it is to ping."""

    frame_bytes: int
    chat_characters: int
    ping_seconds: int
    call_ping_seconds: int
    dead_seconds: int
    call_dead_seconds: int


class AfterEnd(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an applicant may do with a consultation that is over.

    `reopen_seconds`: from the end on it may be taken up again. `priority_minutes`: it then waits as one who
    joined so much earlier, unless its place was given up. `rating_seconds`: from the end on it may be rated;
    `rated`: what was said.
    """

    reopen_seconds: int = 0
    priority_minutes: int = 0
    rating_seconds: int = 0
    rated: int | None = None


class WelcomeApplicant(ToClient):
    """Snapshot for an applicant, plus every entry after the `seqs` of `Hello` or `Refresh`.

    `whole`: the entries start at 1 (the page's history was unknown or of another epoch) and replace what
    it holds. `seen_from` names the network address this page came from, without telling it: another value
    than in the welcome before means that the address changed, and with it the path of a call. `relay`: the
    office has TURN, so this applicant may wish to be hidden in calls (`Ring.hide`).
    """

    v: int
    epoch: str
    now: int
    last_cseq: int
    limits: Limits
    ticket: Ticket
    entries: list[Entry]
    last_seq: int
    seen: Seen
    whole: bool
    language: str
    position: "PositionTold | None" = None
    call: CallShown | None = None
    seen_from: str = ""
    check: DeviceCheck | None = None
    guest: GuestShown | None = None
    leg: LegShown | None = None
    recording: RecordingShown | None = None
    relay: bool = False
    after: AfterEnd | None = None


class WelcomeOfficer(ToClient):
    """Snapshot for an officer. `whole`: conversations whose entries start at 1 and replace what is held.
    `seen_from`: as in `WelcomeApplicant`.
    """

    v: int
    epoch: str
    now: int
    last_cseq: int
    limits: Limits
    name: str
    duty: Duty
    conversations: list[Conversation]
    whole: list[str]
    line: list[Waiting]
    line_total: int
    offer: Offer | None = None
    seen_from: str = ""


class WelcomeSupervisor(ToClient):
    """Snapshot for a supervisor. `listening`, `legs`: the call that this page listens to."""

    v: int
    epoch: str
    now: int
    last_cseq: int
    limits: Limits
    name: str
    board: "BoardShown"
    listening: GuestShown | None = None
    legs: list[LegShown] = []
    seen_from: str = ""


class WelcomeGuest(ToClient):
    """Snapshot for a third person: no conversation, and names only once both sides have let the guest in.

    `recording`: the newest that this guest was asked about.
    """

    v: int
    epoch: str
    now: int
    last_cseq: int
    limits: Limits
    guest: GuestShown
    legs: list[LegShown] = []
    officer_name: str = ""
    applicant_name: str = ""
    seen_from: str = ""
    recording: RecordingShown | None = None


class Pong(ToClient):
    """`seqs`: last conversation seq of each of this reader's consultations.

    `revision`: of the officer's duty; absent when nothing could be read, and then `seqs` says nothing either.
    """

    n: int
    now: int
    seqs: dict[str, int]
    revision: int | None = None


class Acked(ToClient):
    """The order is committed. `seq` is the entry's number where the order made one."""

    cseq: int
    at: int
    seq: int | None = None


class Refused(ToClient):
    """The order or frame was refused; nothing changed. `retry_ms` stands where trying again may help."""

    code: str
    cseq: int | None = None
    retry_ms: int | None = None
    values: dict[str, str | int] = {}


class EntryAdded(ToClient):
    """The conversation has a new entry. The page orders by `seq`; a jump means that one was lost."""

    ticket: str
    entry: Entry


class SeenMarked(ToClient):
    """How far both sides have received and read."""

    ticket: str
    seen: Seen


class TypingShown(ToClient):
    """The other side is typing."""

    ticket: str
    by: PersonSide


class PresenceTold(ToClient):
    """The other side's page came or went."""

    ticket: str
    by: PersonSide
    online: bool


class PositionTold(ToClient):
    """`position` counts from 1. The wait is a range in seconds from `at`, absent when data is too thin."""

    ticket: str
    position: int
    waiting: int
    officers_on_duty: int
    at: int
    wait_low_seconds: int | None = None
    wait_high_seconds: int | None = None


class TicketChanged(ToClient):
    """To the applicant: stage, officer or end changed."""

    ticket: Ticket


class OfferMade(ToClient):
    """A citizen is offered to this officer."""

    offer: Offer


class OfferWithdrawn(ToClient):
    """`why`: accepted (here or in another tab), passed, passed_often (which paused the officer), missed,
    withdrawn (the officer stops), left, lost, blocked (by a supervisor).
    """

    ticket: str
    attempt: int
    why: str


class DutyChanged(ToClient):
    """The officer's own state changed; a lower `revision` than known is old news."""

    duty: Duty


class ConversationOpened(ToClient):
    """This officer now serves this citizen."""

    conversation: Conversation


class ConversationClosed(ToClient):
    """`why`: ended, left, requeued, reassigned, transferred, ended_by_office, blocked."""

    ticket: str
    why: str


class TransferTargets(ToClient):
    """Who could take this consultation now, without this officer and this service."""

    ticket: str
    services: list[ServiceTarget]
    officers: list[OfficerTarget]


class LineShown(ToClient):
    """To officers, at most once a second: the head of what this officer may serve."""

    line: list[Waiting]
    line_total: int


class BoardShown(ToClient):
    """To supervisors on change, at most once a second.

    `redis_away`: processes cannot tell each other anything, so people hear of things a second later.
    `returned`: who was given back three times or more and still waits.
    """

    at: int
    services: list[ServiceFigures]
    officers: list[OfficerFigures]
    redis_away: bool = False
    calls: list[CallFigures] = []
    served: list[TicketFigures] = []
    returned: list[ReturnedFigures] = []


class NumberFound(ToClient):
    """To a supervisor who asked: whoever has this number and is not over; of always open services, perhaps
    of several days.
    """

    label: str
    tickets: list[TicketFigures]


class CallChanged(ToClient):
    """The call has reached another stage."""

    call: CallShown


class GuestChanged(ToClient):
    """A third person was invited, asks, was let in, or is gone."""

    guest: GuestShown


class LegChanged(ToClient):
    """An end of a leg takes part, or connects anew."""

    leg: LegShown


class LegsEnded(ToClient):
    """To the guest: the call is over, and may begin again while the consultation goes on."""

    ticket: str
    call: str


class DescriptionRelayed(ToClient):
    """The other side's session description. `leg`: of the other end of that leg."""

    ticket: str
    call: str
    generation: int
    kind: Literal["offer", "answer"]
    sdp: str
    leg: str | None = None


class CandidateRelayed(ToClient):
    """The other side's ICE candidate."""

    ticket: str
    call: str
    generation: int
    candidate: str
    mid: str | None = None
    line: int | None = None
    ufrag: str | None = None
    leg: str | None = None


class MediaStateTold(ToClient):
    """Whether the other side's microphone and camera are on, and the quality it sends in and wants.

    `anew`: it wants to hear the same of this side, and a whole picture; `away`: its page has gone;
    `screen`: its picture is its screen.
    """

    ticket: str
    call: str
    generation: int
    audio: bool
    video: bool
    level: int = 4
    wanted: int = 4
    saving: bool = False
    anew: bool = False
    away: bool = False
    leg: str | None = None
    screen: bool = False


class CodeRelayed(ToClient):
    """The other side's step towards the digits that both people read aloud: see `SendCode`."""

    ticket: str
    call: str
    generation: int
    step: Literal["commitment", "nonce", "opening"]
    value: str
    leg: str | None = None


class RestartAsked(ToClient):
    """The other side lost its path: restart ICE (RFC 8445), unless that was done just now."""

    ticket: str
    call: str
    generation: int
    leg: str | None = None


class RecordingChanged(ToClient):
    """Somebody asked for, answered, withdrew or ended a recording of the call."""

    recording: RecordingShown


class RecorderBegun(ToClient):
    """The server's recorder waits for the page that records; it may be offered to."""

    ticket: str
    recording: str
    attempt: str
    ice_servers: list[dict[str, str | list[str]]]


class RecorderAnswered(ToClient):
    """The answer of the server's recorder, with all its candidates."""

    ticket: str
    recording: str
    attempt: str
    sdp: str


class CheckBegun(ToClient):
    """The service's peer is kept for this check, for at most `seconds`; it may be offered to."""

    ticket: str
    check: str
    seconds: int
    ice_servers: list[dict[str, str | list[str]]]
    relay_only: bool = False


class CheckAnswered(ToClient):
    """The answer of the service's peer, with all its candidates."""

    ticket: str
    check: str
    sdp: str


class CheckStopped(ToClient):
    """The service's peer has gone before the page reported. `why`: lost (it ended), time, failed."""

    ticket: str
    check: str
    why: str


class CheckKept(ToClient):
    """To the applicant and to whoever is offered or serves the ticket: the outcome of a check."""

    ticket: str
    result: DeviceCheck


class DisruptionTold(ToClient):
    """To every page: for some seconds nothing could be stored (`lasts`), or it can be again.

    A page that is welcomed meanwhile is told after the welcome. Orders get `busy` until it is over, and are
    kept and sent again as ever.
    """

    lasts: bool


class ReconnectAsked(ToClient):
    """The server is about to close for a deploy: come back after `after_ms`, spread by the server."""

    after_ms: int
    why: str


ServerFrame = (
    WelcomeApplicant
    | WelcomeOfficer
    | WelcomeSupervisor
    | WelcomeGuest
    | Pong
    | Acked
    | Refused
    | EntryAdded
    | SeenMarked
    | TypingShown
    | PresenceTold
    | PositionTold
    | TicketChanged
    | OfferMade
    | OfferWithdrawn
    | DutyChanged
    | ConversationOpened
    | ConversationClosed
    | TransferTargets
    | LineShown
    | BoardShown
    | NumberFound
    | CallChanged
    | GuestChanged
    | LegChanged
    | LegsEnded
    | DescriptionRelayed
    | CandidateRelayed
    | MediaStateTold
    | CodeRelayed
    | RestartAsked
    | RecordingChanged
    | RecorderBegun
    | RecorderAnswered
    | CheckBegun
    | CheckAnswered
    | CheckStopped
    | CheckKept
    | DisruptionTold
    | ReconnectAsked
)
