"""What the office promises, as a plain model: no SQL, no Redis, no time but what the test moves."""

from dataclasses import dataclass, field

from tests.stateful.people import CHAT_UNITS, Call, Citizen, Officer

CAPACITY = 3
OFFER_SECONDS = 25
HOLD_SECONDS = 900
AWAY_SECONDS = 300
LOST_AFTER_TOLD_SECONDS = 300
PASS_HOLDS_SECONDS = 300
LOST_SECONDS = 30
REQUEUE_SECONDS = 120
TRANSFER_HOLD_SECONDS = 300
PASSES, PASSES_SECONDS = 3, 600
RING_SECONDS = 30
SETUP_SECONDS = 35
RESUMABLE = {"available", "paused", "draining"}


@dataclass
class Office:
    citizens: dict[str, Citizen] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    now: int = 0
    happened: int = 0

    def moment(self) -> tuple[int, int]:
        """Now, and after all that happened in this second."""
        self.happened += 1
        return self.now, self.happened

    def becomes(self, officer: Officer, state: str) -> None:
        if state != officer.state:
            officer.state, officer.since = state, self.moment()

    def passed(self, officer: Officer, citizen: Citizen) -> bool:
        at = citizen.passed_at.get(officer.person)
        return at is not None and self.now - at < PASS_HOLDS_SECONDS

    def line(self) -> list[Citizen]:
        return sorted((c for c in self.citizens.values() if c.stage == "waiting"), key=lambda c: c.place)

    def load(self, officer: Officer) -> int:
        held = set(officer.serving) | ({officer.offered} if officer.offered else set())
        return sum(self.citizens[ticket].units for ticket in held)

    def free(self, officer: Officer) -> int:
        return CAPACITY - self.load(officer)

    def fits(self, officer: Officer, citizen: Citizen, seen: frozenset[str] = frozenset()) -> bool:
        if citizen.held_for not in (None, officer.person):
            return False
        return (citizen.present or citizen.ticket in seen) and citizen.units <= self.free(officer)

    def offerable(self, officer: Officer, seen: frozenset[str] = frozenset()) -> list[Citizen]:
        """Whom this officer may be offered now, in the order of the line.

        `seen`: who was there when the office looked; that they left before it wrote nobody can rule out.
        """
        if officer.state != "available" or officer.offered:
            return []
        return [c for c in self.line() if self.fits(officer, c, seen) and not self.passed(officer, c)]

    def offer(self, officer: Officer, citizen: Citizen) -> None:
        citizen.stage, citizen.officer, citizen.offered_to = "offered", officer.person, officer.person
        citizen.offer_expires = self.now + OFFER_SECONDS
        citizen.held_for = None
        citizen.attempt += 1
        officer.offered = citizen.ticket

    def serve(self, officer: Officer, citizen: Citizen) -> None:
        citizen.stage, citizen.officer, citizen.returned = "serving", officer.person, False
        citizen.epoch += 1
        citizen.held_for = None
        citizen.readers.add(officer.person)
        officer.offered = None if officer.offered == citizen.ticket else officer.offered
        officer.serving.add(citizen.ticket)

    def give_back(self, citizen: Citizen, to_the_head: bool) -> Officer:
        officer = self.officers[citizen.officer or ""]
        officer.offered = None
        citizen.stage, citizen.officer = "waiting", None
        citizen.returned = citizen.returned or to_the_head
        self.emptied(officer)
        return officer

    def pass_on(self, officer: Officer, citizen: Citizen) -> None:
        self.give_back(citizen, to_the_head=False)
        citizen.passed_at[officer.person] = self.now
        officer.passes[citizen.ticket] = self.moment()
        counted = [
            at for at in officer.passes.values() if at > officer.since and self.now - at[0] < PASSES_SECONDS
        ]
        if officer.state == "available" and len(counted) >= PASSES:
            self.becomes(officer, "paused")

    def hand_over(self, citizen: Citizen, service: int, to: Officer | None = None) -> None:
        """Back in the line at the time of joining: of another service, or for one officer alone."""
        officer = self.officers[citizen.officer or ""]
        self.end_call(citizen)
        citizen.stage, citizen.officer, citizen.service = "waiting", None, service
        citizen.epoch += 1
        citizen.passed_at[officer.person] = self.now
        officer.passes.pop(citizen.ticket, None)
        if to is not None:
            citizen.held_for, citizen.held_until = to.person, self.now + TRANSFER_HOLD_SECONDS
            citizen.passed_at.pop(to.person, None)
            to.passes.pop(citizen.ticket, None)
        officer.serving.discard(citizen.ticket)
        self.emptied(officer)

    def end(self, citizen: Citizen) -> None:
        self.end_call(citizen)
        citizen.held_for = None
        if citizen.officer:
            officer = self.officers[citizen.officer]
            officer.serving.discard(citizen.ticket)
            officer.offered = None if officer.offered == citizen.ticket else officer.offered
            self.emptied(officer)
        citizen.stage = "ended"

    def emptied(self, officer: Officer) -> None:
        """Who is at the end of the shift goes home with the last citizen."""
        if officer.state == "draining" and self.load(officer) == 0:
            self.becomes(officer, "offline")

    # -- duty --------------------------------------------------------------------------------------

    def be(self, officer: Officer, state: str) -> None:
        self.becomes(officer, state)
        officer.seen = self.now
        if officer.offered and state != "available":
            self.give_back(self.citizens[officer.offered], to_the_head=True)
        self.emptied(officer)

    def heard(self, officer: Officer) -> None:
        officer.seen = self.now
        if officer.state == "lost":
            self.be(officer, officer.before_lost)

    def lose(self, officer: Officer) -> None:
        officer.before_lost, officer.lost_at = officer.state, self.now
        self.becomes(officer, "lost")
        if officer.offered:
            self.give_back(self.citizens[officer.offered], to_the_head=True)

    def gone(self, officer: Officer) -> bool:
        """Silent for long enough, and missed for long enough: after a standstill everybody was silent."""
        missed = self.now - officer.lost_at >= REQUEUE_SECONDS - LOST_SECONDS
        return missed and self.now - officer.seen >= REQUEUE_SECONDS

    def requeue(self, officer: Officer) -> None:
        for ticket in sorted(officer.serving):
            citizen = self.citizens[ticket]
            self.end_call(citizen)
            citizen.stage, citizen.officer, citizen.returned = "waiting", None, True
            citizen.epoch += 1
        officer.serving.clear()
        self.becomes(officer, "offline")

    # -- calls -------------------------------------------------------------------------------------

    def ring(self, citizen: Citizen, call: Call) -> None:
        call.expires = self.now + RING_SECONDS
        citizen.call = call

    def accept_call(self, citizen: Citizen, units: int) -> None:
        """A call takes what is free, never more."""
        assert citizen.call is not None and citizen.officer is not None
        citizen.call.stage, citizen.call.expires = "connecting", self.now + SETUP_SECONDS
        free = self.free(self.officers[citizen.officer])
        citizen.units += min(max(0, units - citizen.units), free)

    def end_call(self, citizen: Citizen) -> None:
        if citizen.call is not None:
            citizen.call, citizen.units = None, CHAT_UNITS if citizen.channel == "chat" else CAPACITY

    def misses(self, citizen: Citizen) -> None:
        """Told first, and let go so long after that."""
        since, told = citizen.away_since, citizen.told_away
        if citizen.stage != "serving" or since is None:
            return
        if told is None or told < since:
            citizen.told_away = self.now if self.now - since >= AWAY_SECONDS else told
        elif self.now - told >= LOST_AFTER_TOLD_SECONDS:
            self.end(citizen)

    # -- time --------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Everything that is due by now, in the sequence in which the office does it."""
        for citizen in list(self.citizens.values()):
            if citizen.stage == "offered" and citizen.offer_expires <= self.now:
                self.becomes(self.give_back(citizen, to_the_head=True), "paused")
        for officer in self.officers.values():
            if officer.state in RESUMABLE and self.now - officer.seen >= LOST_SECONDS:
                self.lose(officer)
        for officer in self.officers.values():
            if officer.state == "lost" and self.gone(officer):
                self.requeue(officer)
        for citizen in self.citizens.values():
            holder = self.officers.get(citizen.held_for or "")
            if holder and (citizen.held_until <= self.now or holder.state not in {"available", "paused"}):
                citizen.held_for = None
        for citizen in self.citizens.values():
            self.misses(citizen)
        for citizen in self.citizens.values():
            away = citizen.away_since is not None and self.now - citizen.away_since >= HOLD_SECONDS
            if citizen.stage == "waiting" and away:
                citizen.stage, citizen.held_for = "parked", None
        for citizen in self.citizens.values():
            call = citizen.call
            if call is not None and call.stage != "connected" and call.expires <= self.now:
                self.end_call(citizen)
