"""The part of the model that knows the line: who fits, who is first, and how places come and go."""

from dataclasses import dataclass, field

from tests.stateful.calls import Calls
from tests.stateful.people import Citizen, Moment, Officer

OFFER_SECONDS = 25
PASS_HOLDS_SECONDS = 300
TRANSFER_HOLD_SECONDS = 300
ROOM_KEPT_AFTER_SECONDS = 120
REOPEN_SECONDS = 24 * 3600
REOPEN_MINUTES = 30
MOST_MINUTES = 60
MINUTE_MS = 60_000
PASSES, PASSES_SECONDS = 3, 600
ON_DUTY = {"available", "paused"}
BY_THE_OFFICE = {"blocked", "ended_by_office"}


@dataclass
class Places(Calls):
    happened: int = 0
    closed: set[int] = field(default_factory=set)  # services outside their hours

    def moment(self) -> Moment:
        """Now, and after all that happened in this second."""
        self.happened += 1
        return self.now, self.happened

    def becomes(self, officer: Officer, state: str) -> None:
        if state != officer.state:
            officer.state, officer.since = state, self.moment()

    def on_duty(self) -> list[Officer]:
        return [one for one in self.officers.values() if one.state in ON_DUTY]

    def passed(self, officer: Officer, citizen: Citizen) -> bool:
        at = citizen.passed_at.get(officer.person)
        return at is not None and self.now - at < PASS_HOLDS_SECONDS

    def line(self) -> list[Citizen]:
        return sorted((c for c in self.citizens.values() if c.stage == "waiting"), key=lambda c: c.place)

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

    def kept(self) -> set[str]:
        """Officers whose room is kept, for who has long been first and needs more than anybody has free."""
        free = [o for o in self.officers.values() if o.state == "available" and not o.offered]
        able_of = [o for o in free if self.free(o)]
        if all(self.load(officer) == 0 for officer in able_of):
            return set()
        kept: set[str] = set()
        for first in self.long_first():
            able = [o for o in able_of if self.may_have(o, first)]
            still = [o for o in able if o.person not in kept]
            if still and not any(self.free(o) >= first.units for o in able):
                kept.add(min(still, key=lambda o: (-self.free(o), o.person)).person)
        return kept

    def long_first(self) -> list[Citizen]:
        firsts: dict[int, Citizen] = {}
        for citizen in self.line():
            if citizen.present:
                firsts.setdefault(citizen.service, citizen)
        long = [c for c in firsts.values() if self.now - c.joined >= ROOM_KEPT_AFTER_SECONDS]
        return sorted(long, key=lambda c: c.key)

    def may_have(self, officer: Officer, citizen: Citizen) -> bool:
        asked = citizen.held_for in (None, officer.person) and not self.passed(officer, citizen)
        return asked and citizen.units <= officer.capacity

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
        citizen.officers.add(officer.person)
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
        self.leaves_the_desk(citizen)
        citizen.stage, citizen.officer, citizen.service = "waiting", None, service
        citizen.epoch += 1
        citizen.passed_at[officer.person] = self.now
        officer.passes.pop(citizen.ticket, None)
        if to is not None:
            self.hold(citizen, to)
        officer.serving.discard(citizen.ticket)
        self.emptied(officer)

    def hold(self, citizen: Citizen, officer: Officer) -> None:
        """Who waits for this officer alone may be offered to this one at once."""
        citizen.held_for, citizen.held_until = officer.person, self.now + TRANSFER_HOLD_SECONDS
        citizen.passed_at.pop(officer.person, None)
        officer.passes.pop(citizen.ticket, None)

    def end(self, citizen: Citizen, why: str = "") -> None:
        self.leaves_the_desk(citizen)
        citizen.held_for = None
        citizen.served = citizen.stage == "serving"
        citizen.ended, citizen.why = self.now, why
        citizen.stage = "ended"
        if citizen.officer:
            officer = self.officers[citizen.officer]
            officer.serving.discard(citizen.ticket)
            officer.offered = None if officer.offered == citizen.ticket else officer.offered
            self.emptied(officer)

    def emptied(self, officer: Officer) -> None:
        """Who is at the end of the shift goes home with the last citizen."""
        if officer.state == "draining" and self.load(officer) == 0:
            self.becomes(officer, "offline")

    # -- priority ----------------------------------------------------------------------------------

    def brought_forward(self, citizen: Citizen, minutes: int) -> int:
        """The place so much earlier, but never more than an hour before the joining."""
        earliest = citizen.joined_at - MOST_MINUTES * MINUTE_MS
        return min(citizen.order_at, max(citizen.order_at - minutes * MINUTE_MS, earliest))

    def reopen(self, citizen: Citizen, now: int, by: Officer | None) -> None:
        """Waits again as somebody who joined `now`, with priority; for the officer who asks, if on duty."""
        minutes = 0 if citizen.why == "left" else REOPEN_MINUTES
        citizen.joined, citizen.joined_at = self.now, now
        citizen.order_at = now - minutes * MINUTE_MS
        citizen.stage, citizen.officer, citizen.returned = "waiting", None, False
        if by is None:
            citizen.away_since = None
        elif not citizen.present:
            citizen.away_since = self.moment()
        if by is not None and by.state in ON_DUTY:
            self.hold(citizen, by)
