"""Who is in the model: citizens with their tickets and calls, and officers."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from consult.people import Caller

Between = Literal["applicant", "officer"]
SIDES: tuple[Between, ...] = ("applicant", "officer")
CHAT_UNITS = 1
LISTENER = "supervisor"
UNITS = {"chat": CHAT_UNITS, "audio": 2, "video": 3}

Moment = tuple[int, int]
"""Seconds of the model's clock, and how much had happened by then."""


@dataclass
class Page:
    """What one page of somebody sends goes out under the numbers of one stream."""

    stream: str
    cseq: int = 0


@dataclass
class Call:
    """A call that has not ended; `rang_by` and `sides` are "applicant" and "officer"."""

    id: str
    media: str
    rang_by: str
    rang: int
    stage: str = "ringing"
    expires: int | None = 0  # None while it is connected
    generation: int = 1
    spoken: bool = False  # it was connected once
    sides: set[str] = field(default_factory=set)  # those whose media flows
    pages: dict[str, Page] = field(default_factory=dict)  # those that take part, by side

    def stream_of(self, side: str) -> str | None:
        page = self.pages.get(side)
        return None if page is None else page.stream


@dataclass
class Guest:
    """A third person, from the invitation on. `admitted`: sides that have said yes, or show who listens."""

    id: str
    secret: str
    role: str
    stage: str = "invited"
    expires: int = 0
    tab: str = ""  # of the page that used the link
    admitted: set[str] = field(default_factory=set)
    page: Page = field(default_factory=lambda: Page(secrets.token_hex(12)))
    legs: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """The streams at both ends of each leg, by call and by the side that it leads to."""
    person: Caller | None = None  # the supervisor who listens

    @property
    def listens(self) -> bool:
        return self.person is not None

    def mark(self, call: Call) -> str:
        """The page that takes part, where it is at the end of both legs and somebody at their other ends.

        Nobody is asked who only listens.
        """
        legs = [self.legs.get((call.id, side), {}) for side in SIDES]
        if self.listens or any(len(leg) < 2 for leg in legs):
            return ""
        return " ".join([self.id, *sorted({leg["guest"] for leg in legs})])


@dataclass
class Recording:
    """Of one call. `people`: who was asked, and still is there, each with the page that takes part."""

    id: str
    call: Call
    officer: str
    people: dict[str, str]
    guest: Guest | None
    agreed: set[str]
    stage: str = "asked"
    reason: str = ""
    started: int | None = None
    stopped: int = 0
    heard: int = 0  # when a slice came last
    slices: int = 0

    @property
    def open(self) -> bool:
        return self.stage in {"asked", "recording"}


@dataclass
class Citizen:
    """A ticket as its owner believes it to be."""

    ticket: str
    channel: str
    service: int
    visitor: int
    joined_at: int  # as the row says, in milliseconds
    order_at: int  # the same, less minutes of priority
    joined: int = 0  # in seconds of the model's clock
    stage: str = "waiting"
    returned: bool = False
    away_since: Moment | None = (0, 0)  # None while the page is here
    told_away: Moment | None = None  # when the conversation said so last
    attempt: int = 0
    epoch: int = 0
    units: int = 0
    officer: str | None = None
    offered_to: str | None = None
    offer_expires: int = 0
    held_for: str | None = None
    held_until: int = 0
    call: Call | None = None
    read_to: int = 0  # the last seq that the owner's page holds
    passed_at: dict[str, int] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    officers: set[str] = field(default_factory=set)  # who have served this ticket
    guests: list[Guest] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    photos: dict[str, str] = field(default_factory=dict)  # id -> author
    score: int | None = None
    served: bool = False  # ended by or beside an officer
    ended: int = 0
    why: str = ""  # it ended

    def __post_init__(self) -> None:
        self.units = UNITS[self.channel]

    @property
    def present(self) -> bool:
        return self.away_since is None

    @property
    def guest(self) -> Guest | None:
        """Who is invited, asks to come in or takes part."""
        return self.guests[-1] if self.guests and self.guests[-1].stage != "ended" else None

    @property
    def recording(self) -> Recording | None:
        """What is asked for, or goes on."""
        return self.recordings[-1] if self.recordings and self.recordings[-1].open else None

    @property
    def key(self) -> tuple[int, str]:
        """The order key, which nothing changes but priority."""
        return (self.order_at, self.ticket)

    @property
    def place(self) -> tuple[bool, tuple[int, str]]:
        return (not self.returned, self.key)


@dataclass
class Officer:
    person: str
    capacity: int
    state: str = "offline"
    before_lost: str = "offline"
    seen: int = 0  # when last heard of, in seconds of the model's clock
    lost_at: int = 0
    since: Moment = (0, 0)  # when the state began
    passes: dict[str, Moment] = field(default_factory=dict)  # ticket -> when
    offered: str | None = None
    serving: set[str] = field(default_factory=set)
