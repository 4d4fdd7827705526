"""The part of the model that knows calls: units, what a call takes of them, and recordings."""

from dataclasses import dataclass, field

from tests.stateful.people import UNITS, Call, Citizen, Officer, Recording

RING_SECONDS = 30
RING_TOTAL_SECONDS = 45
SETUP_SECONDS = 35
RECONNECT_SECONDS = 45
SILENT_SECONDS = 60


@dataclass
class Calls:
    citizens: dict[str, Citizen] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    now: int = 0

    def load(self, officer: Officer) -> int:
        held = set(officer.serving) | ({officer.offered} if officer.offered else set())
        return sum(self.citizens[ticket].units for ticket in held)

    def free(self, officer: Officer) -> int:
        return max(0, officer.capacity - self.load(officer))

    def ring(self, citizen: Citizen, call: Call) -> None:
        call.rang, call.expires = self.now, self.now + RING_SECONDS
        citizen.call = call

    def ring_here(self, call: Call) -> None:
        """In full on a page that has come, but not for ever."""
        until = min(call.rang + RING_TOTAL_SECONDS, self.now + RING_SECONDS)
        call.expires = max(call.expires, until)

    def accept_call(self, citizen: Citizen, units: int) -> None:
        """A call takes what is free, never more."""
        assert citizen.call is not None and citizen.officer is not None
        citizen.call.stage, citizen.call.expires = "connecting", self.now + SETUP_SECONDS
        free = self.free(self.officers[citizen.officer])
        citizen.units += min(max(0, units - citizen.units), free)

    def connected(self, call: Call, side: str) -> None:
        call.sides.add(side)
        if len(call.sides) == 2:
            call.stage, call.spoken = "connected", True

    def renew(self, citizen: Citizen, call: Call, same_page: bool) -> None:
        """Connected anew; trying again from the same page gets no more time."""
        if call.stage == "connected" or not same_page:
            call.expires = self.now + (RECONNECT_SECONDS if call.spoken else SETUP_SECONDS)
        call.stage, call.generation, call.sides = "connecting", call.generation + 1, set()
        self.only_those_asked(citizen)

    def end_call(self, citizen: Citizen) -> None:
        if citizen.call is not None:
            citizen.call, citizen.units = None, UNITS[citizen.channel]
            self.only_those_asked(citizen)

    # -- recordings --------------------------------------------------------------------------------

    def answer(self, recording: Recording, side: str, step: str) -> None:
        """A step of a recording that is asked for or goes on."""
        if step != "yes":
            asked = recording.stage == "asked" and step != "stop"
            recording.stage = "declined" if asked else "stopped"
            return
        recording.agreed.add(side)
        if recording.agreed >= set(recording.people):
            recording.stage, recording.began = "recording", self.now

    def only_those_asked(self, citizen: Citizen) -> None:
        """No recording outlives the call, or the pages, that were asked."""
        recording, call = citizen.recording, citizen.call
        if recording is None or recording.stage not in {"asked", "recording"}:
            return
        if call is None or call.streams() != recording.people:
            recording.stage = "stopped"

    def stop_silent(self) -> None:
        """Nobody brings slices here: the page that records counts as gone."""
        for citizen in self.citizens.values():
            one = citizen.recording
            if one is not None and one.stage == "recording" and self.now - one.began >= SILENT_SECONDS:
                one.stage = "stopped"

    def run_out(self) -> None:
        for citizen in self.citizens.values():
            call = citizen.call
            if call is not None and call.stage != "connected" and call.expires <= self.now:
                self.end_call(citizen)
