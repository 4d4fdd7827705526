"""How many frames a person may send. Pure: the caller says what time it is.

Each kind of frame has an allowance that fills up again steadily (the generic cell rate algorithm: one
number for each kind says until when the person has spent ahead).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from consult.people import Address, Role
from consult.settings import Settings


class Kind(Enum):
    HELLO = auto()
    PING = auto()
    FRAME = auto()
    REFRESH = auto()
    POLL = auto()
    SEND = auto()
    DESCRIPTION = auto()
    CANDIDATE = auto()
    # How often we say no before we hang up.
    MALFORMED = auto()
    FLOOD = auto()


@dataclass(frozen=True, slots=True)
class Rate:
    per_second: float
    burst: float


Rates = Mapping[Kind, Rate]


def rates_of(settings: Settings) -> dict[Role, Rates]:
    """What each role may send; in requests, as many as frames and polls would be."""
    described = settings.signalling_frames_in_10_seconds
    same_for_all = {
        Kind.HELLO: Rate(settings.hellos_per_second, settings.hellos_burst),
        Kind.PING: Rate(settings.pings_per_second, settings.pings_burst),
        Kind.REFRESH: Rate(settings.refreshes_per_second, settings.refreshes_burst),
        Kind.POLL: Rate(settings.polls_per_second, settings.polls_burst),
        Kind.MALFORMED: Rate(settings.malformed_frames_per_second, settings.malformed_frames_burst),
        Kind.FLOOD: Rate(settings.refused_frames_per_second, settings.refused_frames_burst),
        Kind.DESCRIPTION: Rate(described / 10, described),
        Kind.CANDIDATE: Rate(described, described * 10),
    }
    applicant = Rate(settings.applicant_frames_per_second, settings.applicant_frames_burst)
    staff = Rate(settings.officer_frames_per_second, settings.officer_frames_burst)
    polls = same_for_all[Kind.POLL]
    rates: dict[Role, Rates] = {}
    for role in Role:
        frame = applicant if role in (Role.APPLICANT, Role.GUEST) else staff
        send = Rate(frame.per_second + polls.per_second, frame.burst + polls.burst)
        rates[role] = same_for_all | {Kind.FRAME: frame, Kind.SEND: send}
    return rates


class Meter:
    """What one person may still send, over all of that person's connections in this process."""

    __slots__ = ("_rates", "_spent_until")

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._spent_until: dict[Kind, float] = {}

    def take(self, kind: Kind, now: float) -> int | None:
        """Use one frame's allowance; None when there was one, else the milliseconds until there is."""
        rate = self._rates[kind]
        spent_until = max(self._spent_until.get(kind, now), now)
        ahead_seconds = spent_until - now - (rate.burst - 1) / rate.per_second
        if ahead_seconds > 1e-9:
            return max(1, round(ahead_seconds * 1000))
        self._spent_until[kind] = spent_until + 1 / rate.per_second
        return None

    def untouched(self, now: float) -> bool:
        """Everything has filled up again."""
        return all(spent_until <= now for spent_until in self._spent_until.values())


class Meters:
    """One meter for each person; it outlives a connection, so that coming back refills nothing."""

    def __init__(self, settings: Settings) -> None:
        self._rates = rates_of(settings)
        self._meters: dict[Address, Meter] = {}

    def of(self, address: Address, role: Role) -> Meter:
        meter = self._meters.get(address)
        if meter is None:
            meter = self._meters[address] = Meter(self._rates[role])
        return meter

    def forget(self, here: Callable[[Address], bool], now: float) -> None:
        """Drop the meters of people who are gone and have nothing spent."""
        gone = [
            address for address, meter in self._meters.items() if not here(address) and meter.untouched(now)
        ]
        for address in gone:
            del self._meters[address]

    def __len__(self) -> int:
        return len(self._meters)
