"""Who is in the model: citizens with their tickets and calls, and officers."""

from dataclasses import dataclass, field
from datetime import datetime

CHAT_UNITS = 1
UNITS = {"chat": CHAT_UNITS, "audio": 2, "video": 3}


@dataclass
class Call:
    """A call that has not ended; `rang_by` and `sides` are "applicant" and "officer"."""

    id: str
    media: str
    rang_by: str
    stage: str = "ringing"
    expires: int = 0
    sides: set[str] = field(default_factory=set)  # those whose media flows


@dataclass
class Citizen:
    """A ticket as its owner believes it to be."""

    ticket: str
    channel: str
    service: int
    joined: tuple[datetime, str]  # the order key, which nothing changes
    stage: str = "waiting"
    returned: bool = False
    away_since: int | None = 0  # seconds of the model's clock; None while the page is here
    told_away: int | None = None  # when the conversation said so last
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
    readers: set[str] = field(default_factory=set)  # officers who have served this ticket

    def __post_init__(self) -> None:
        self.units = UNITS[self.channel]

    @property
    def present(self) -> bool:
        return self.away_since is None

    @property
    def place(self) -> tuple[bool, tuple[datetime, str]]:
        return (not self.returned, self.joined)


@dataclass
class Officer:
    person: str
    state: str = "offline"
    before_lost: str = "offline"
    seen: int = 0  # when last heard of, in seconds of the model's clock
    lost_at: int = 0
    since: tuple[int, int] = (0, 0)  # when the state began: seconds, and what happened before
    passes: dict[str, tuple[int, int]] = field(default_factory=dict)  # ticket -> when, likewise
    offered: str | None = None
    serving: set[str] = field(default_factory=set)
