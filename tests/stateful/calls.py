"""The part of the model that knows calls: units, and what a call takes of them."""

from dataclasses import dataclass

from tests.stateful.company import Company
from tests.stateful.people import UNITS, Call, Citizen, Officer

RING_SECONDS = 30
RING_TOTAL_SECONDS = 45
SETUP_SECONDS = 35
RECONNECT_SECONDS = 45


@dataclass
class Calls(Company):
    def load(self, officer: Officer) -> int:
        held = set(officer.serving) | ({officer.offered} if officer.offered else set())
        return sum(self.citizens[ticket].units for ticket in held)

    def free(self, officer: Officer) -> int:
        return max(0, officer.capacity - self.load(officer))

    def ring(self, citizen: Citizen, call: Call) -> None:
        call.expires = self.now + RING_SECONDS
        citizen.call = call

    def ring_here(self, call: Call) -> None:
        """In full on a page that has come, but not for ever."""
        until = min(call.rang + RING_TOTAL_SECONDS, self.now + RING_SECONDS)
        call.expires = max(call.expires or 0, until)

    def accept_call(self, citizen: Citizen, units: int) -> None:
        """A call takes what is free, never more; nothing of somebody who was disabled."""
        assert citizen.call is not None and citizen.officer is not None
        citizen.call.stage, citizen.call.expires = "connecting", self.now + SETUP_SECONDS
        officer = self.officers[citizen.officer]
        free = 0 if officer.state == "disabled" else self.free(officer)
        citizen.units += min(max(0, units - citizen.units), free)

    def connected(self, call: Call, side: str) -> None:
        call.sides.add(side)
        if len(call.sides) == 2:
            call.stage, call.spoken, call.expires = "connected", True, None

    def interrupted(self, call: Call, side: str) -> None:
        """Said again, it gives no more time."""
        if side in call.sides:
            call.sides.discard(side)
            call.stage = "connecting"
            call.expires = self.now + RECONNECT_SECONDS if call.expires is None else call.expires

    def renew(self, citizen: Citizen, call: Call, same_page: bool) -> None:
        """Connected anew; trying again from the same page gets no more time."""
        if call.expires is None or not same_page:
            call.expires = self.now + (RECONNECT_SECONDS if call.spoken else SETUP_SECONDS)
        call.stage, call.generation, call.sides = "connecting", call.generation + 1, set()
        self.seen(citizen)

    def end_call(self, citizen: Citizen) -> None:
        if citizen.call is not None:
            citizen.call, citizen.units = None, UNITS[citizen.channel]
            if citizen.guest is not None and citizen.guest.listens:
                self.guest_goes(citizen)
            self.seen(citizen)

    def leaves_the_desk(self, citizen: Citizen) -> None:
        """Nothing of a consultation goes on without its officer."""
        self.end_call(citizen)
        self.guest_goes(citizen)

    def run_out(self) -> None:
        for citizen in self.citizens.values():
            call = citizen.call
            if call is not None and call.expires is not None and call.expires <= self.now:
                self.end_call(citizen)
