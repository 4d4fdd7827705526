"""What the office promises, as a plain model: no SQL, no Redis, no time but what the test moves."""

from dataclasses import dataclass

from tests.stateful.people import Citizen, Officer
from tests.stateful.places import ON_DUTY, Places

HOLD_SECONDS = 900
AWAY_SECONDS = 300
LOST_AFTER_TOLD_SECONDS = 300
LOST_SECONDS = 30
REQUEUE_SECONDS = 120
RESUMABLE = {*ON_DUTY, "draining"}


@dataclass
class Office(Places):
    # -- duty --------------------------------------------------------------------------------------

    def be(self, officer: Officer, state: str, own: bool = True) -> None:
        """`own`: as the officer says, which is a sign of life; or as a supervisor does."""
        self.becomes(officer, state)
        officer.seen = self.now if own else officer.seen
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
        """All whom this officer holds go back to the head of the line."""
        if officer.offered:
            self.give_back(self.citizens[officer.offered], to_the_head=True)
        for ticket in sorted(officer.serving):
            citizen = self.citizens[ticket]
            officer.serving.discard(ticket)
            self.leaves_the_desk(citizen)
            citizen.stage, citizen.officer, citizen.returned = "waiting", None, True
            citizen.epoch += 1
        self.emptied(officer)

    def go_home(self, officer: Officer) -> None:
        """Signed out everywhere, and whoever is served was given up knowingly."""
        if officer.state not in {"offline", "disabled"}:
            self.requeue(officer)
            self.becomes(officer, "offline")

    # -- pages -------------------------------------------------------------------------------------

    def come(self, citizen: Citizen) -> None:
        citizen.away_since = None
        if citizen.stage == "parked":
            citizen.stage = "waiting"

    def vanish(self, citizen: Citizen) -> None:
        if citizen.present:
            citizen.away_since = self.moment()

    def misses(self, citizen: Citizen) -> None:
        """Told first, and let go so long after that."""
        since, told = citizen.away_since, citizen.told_away
        if citizen.stage != "serving" or since is None:
            return
        if told is None or told < since:
            if self.now - since[0] >= AWAY_SECONDS:
                citizen.told_away = self.moment()
        elif self.now - told[0] >= LOST_AFTER_TOLD_SECONDS:
            self.end(citizen)

    # -- time --------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Everything that is due by now, in the sequence in which the office does it."""
        for citizen in list(self.citizens.values()):
            if citizen.stage == "offered" and citizen.offer_expires <= self.now:
                officer = self.give_back(citizen, to_the_head=True)
                if officer.state == "available":
                    self.becomes(officer, "paused")
        for officer in self.officers.values():
            if officer.state in RESUMABLE and self.now - officer.seen >= LOST_SECONDS:
                self.lose(officer)
        for officer in self.officers.values():
            if officer.state in {"disabled", "offline"}:
                self.requeue(officer)
            elif officer.state == "lost" and self.gone(officer):
                self.requeue(officer)
                self.becomes(officer, "offline")
        self.sweep_line()
        self.run_out()
        self.invitations_run_out()
        self.listeners_run_out()
        self.silent_recordings()

    def sweep_line(self) -> None:
        for citizen in self.citizens.values():
            holder = self.officers.get(citizen.held_for or "")
            if holder and (citizen.held_until <= self.now or holder.state not in ON_DUTY):
                citizen.held_for = None
        for citizen in self.citizens.values():
            self.misses(citizen)
        for citizen in self.citizens.values():
            since = citizen.away_since
            if citizen.stage == "waiting" and since is not None and self.now - since[0] >= HOLD_SECONDS:
                citizen.stage, citizen.held_for = "parked", None
        if any(officer.state in {*ON_DUTY, "lost"} for officer in self.officers.values()):
            return
        for citizen in self.citizens.values():
            if citizen.service in self.closed and citizen.stage in {"waiting", "parked"}:
                self.end(citizen, "day_ended")
