"""What the office promises, as a plain model: no SQL, no Redis, no time but what the test moves."""

from dataclasses import dataclass, field

CAPACITY = 3
UNITS = {"chat": 1, "video": 3}
HOLD_SECONDS = 900
PASS_HOLDS_SECONDS = 300


@dataclass
class Citizen:
    """A ticket as its owner believes it to be."""

    ticket: str
    channel: str
    joined: int
    stage: str = "waiting"
    returned: bool = False
    away_since: int | None = 0  # seconds of the model's clock; None while the page is here
    attempt: int = 0
    epoch: int = 0
    officer: str | None = None
    passed_at: dict[str, int] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    @property
    def present(self) -> bool:
        return self.away_since is None

    @property
    def place(self) -> tuple[bool, int]:
        return (not self.returned, self.joined)


@dataclass
class Officer:
    person: str
    state: str = "offline"
    before_lost: str = "offline"
    heard: bool = True
    offered: str | None = None
    serving: set[str] = field(default_factory=set)


@dataclass
class Office:
    citizens: dict[str, Citizen] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    now: int = 0

    def pass_time(self, seconds: int) -> None:
        """Places of people who were away for too long are parked."""
        self.now += seconds
        for citizen in self.citizens.values():
            away = citizen.away_since is not None and self.now - citizen.away_since >= HOLD_SECONDS
            if citizen.stage == "waiting" and away:
                citizen.stage = "parked"

    def passed(self, officer: "Officer", citizen: Citizen) -> bool:
        at = citizen.passed_at.get(officer.person)
        return at is not None and self.now - at < PASS_HOLDS_SECONDS

    def line(self) -> list[Citizen]:
        return sorted((c for c in self.citizens.values() if c.stage == "waiting"), key=lambda c: c.place)

    def load(self, officer: Officer) -> int:
        held = set(officer.serving) | ({officer.offered} if officer.offered else set())
        return sum(UNITS[self.citizens[ticket].channel] for ticket in held)

    def fits(self, officer: Officer, citizen: Citizen) -> bool:
        return citizen.present and self.load(officer) + UNITS[citizen.channel] <= CAPACITY

    def offerable(self, officer: Officer) -> list[Citizen]:
        """Whom this officer may be offered now, in the order of the line."""
        if officer.state != "available" or officer.offered:
            return []
        return [c for c in self.line() if self.fits(officer, c) and not self.passed(officer, c)]

    def offer(self, officer: Officer, citizen: Citizen) -> None:
        citizen.stage, citizen.officer = "offered", officer.person
        citizen.attempt += 1
        officer.offered = citizen.ticket

    def serve(self, officer: Officer, citizen: Citizen) -> None:
        citizen.stage, citizen.officer, citizen.returned = "serving", officer.person, False
        citizen.epoch += 1
        officer.offered = None if officer.offered == citizen.ticket else officer.offered
        officer.serving.add(citizen.ticket)

    def give_back(self, citizen: Citizen, to_the_head: bool) -> Officer:
        officer = self.officers[citizen.officer or ""]
        officer.offered = None
        citizen.stage, citizen.officer = "waiting", None
        citizen.returned = citizen.returned or to_the_head
        return officer

    def end(self, citizen: Citizen) -> None:
        if citizen.officer:
            officer = self.officers[citizen.officer]
            officer.serving.discard(citizen.ticket)
            officer.offered = None if officer.offered == citizen.ticket else officer.offered
        citizen.stage = "ended"

    def lose(self, officer: Officer) -> None:
        officer.before_lost, officer.state = officer.state, "lost"
        if officer.offered:
            self.give_back(self.citizens[officer.offered], to_the_head=True)

    def requeue(self, officer: Officer) -> None:
        for ticket in sorted(officer.serving):
            citizen = self.citizens[ticket]
            citizen.stage, citizen.officer, citizen.returned = "waiting", None, True
            citizen.epoch += 1
        officer.serving.clear()
        officer.state = "offline"
