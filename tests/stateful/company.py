"""The part of the model that knows who else is in a call, and who has agreed to be recorded."""

from dataclasses import dataclass, field

from tests.stateful.people import Call, Citizen, Guest, Officer, Recording

INVITATION_SECONDS = 900
LEASE_SECONDS = 30
SILENT_SECONDS = 60
SLICE_SECONDS = 4
LATE_SECONDS = 900
SEALED = {"withdrawn", "people_changed"}


@dataclass
class Company:
    citizens: dict[str, Citizen] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    now: int = 0

    # -- guests ------------------------------------------------------------------------------------

    def invite(self, citizen: Citizen, guest: Guest) -> None:
        guest.expires = self.now + INVITATION_SECONDS
        citizen.guests.append(guest)

    def asks_to_come_in(self, guest: Guest, tab: str) -> None:
        guest.stage, guest.tab = "asking", tab

    def admit(self, citizen: Citizen, guest: Guest, side: str) -> None:
        """Nobody is in who has not been let in by both."""
        guest.admitted.add(side)
        if len(guest.admitted) == 2:
            guest.stage = "admitted"
            self.seen(citizen)

    def guest_goes(self, citizen: Citizen) -> None:
        """For good: also when the consultation ends, or leaves its officer's hands."""
        if citizen.guest is not None:
            citizen.guest.stage = "ended"
            self.seen(citizen)

    def listen(self, citizen: Citizen, guest: Guest) -> None:
        """Whoever listens hears one call at a time."""
        for each in self.citizens.values():
            if each.guest is not None and each.guest.person == guest.person:
                self.guest_goes(each)
        citizen.guests.append(guest)
        self.heard_of(guest)

    def heard_of(self, guest: Guest) -> None:
        guest.expires = self.now + LEASE_SECONDS

    def hears_all(self) -> None:
        """All pages that listen are heard of."""
        for guest in self.listeners():
            self.heard_of(guest)

    def listeners(self) -> list[Guest]:
        return [one.guest for one in self.citizens.values() if one.guest is not None and one.guest.listens]

    def listeners_run_out(self) -> None:
        for citizen in self.citizens.values():
            if citizen.guest is not None and citizen.guest.listens and citizen.guest.expires <= self.now:
                self.guest_goes(citizen)

    def sits(self, citizen: Citizen, guest: Guest, call: Call, between: str, end: str, stream: str) -> None:
        guest.legs.setdefault((call.id, between), {})[end] = stream
        self.seen(citizen)

    def invitations_run_out(self) -> None:
        for citizen in self.citizens.values():
            guest = citizen.guest
            if guest is not None and guest.stage == "invited" and guest.expires <= self.now:
                guest.stage = "ended"

    # -- recordings --------------------------------------------------------------------------------

    def present(self, citizen: Citizen, call: Call) -> dict[str, str]:
        """Whose voice is in this call, and from which page; nobody's once it is over."""
        if citizen.call is not call or call.stage == "ringing":
            return {}
        people = {side: page.stream for side, page in call.pages.items()}
        if citizen.guest is not None and citizen.guest.stage == "admitted":
            people["guest"] = citizen.guest.mark(call)
        return people

    def ask_to_record(self, citizen: Citizen, recording: Recording) -> None:
        citizen.recordings.append(recording)

    def agree(self, recording: Recording, who: str) -> None:
        recording.agreed.add(who)
        self.begins(recording)

    def begins(self, recording: Recording) -> None:
        """With the last yes, and never without all."""
        if recording.stage == "asked" and recording.agreed >= set(recording.people):
            recording.stage, recording.started, recording.heard = "recording", self.now, self.now

    def seen(self, citizen: Citizen) -> None:
        """Who is in the call may have changed: only a guest may go, and the rest of what was said holds."""
        recording = citizen.recording
        if recording is None:
            return
        present = self.present(citizen, recording.call)
        still = {who: page for who, page in recording.people.items() if who != "guest" or who in present}
        if present != still:
            over = "call_ended" if recording.stage == "recording" else "unanswered"
            self.stops(recording, "people_changed" if present else over)
        elif still != recording.people:
            recording.people = still
            self.begins(recording)

    def stops(self, recording: Recording, reason: str, stage: str = "stopped") -> None:
        recording.stage, recording.reason, recording.stopped = stage, reason, self.now

    def withdraw(self, recording: Recording) -> None:
        if recording.open:
            self.stops(recording, "withdrawn", "declined" if recording.stage == "asked" else "stopped")

    def takes_slice(self, recording: Recording) -> bool:
        """While it records; then what was held up, but of nothing that somebody was against."""
        started, until = recording.started, self.now
        if started is None:
            return False
        if recording.stage == "stopped":
            until = recording.stopped
            if recording.reason in SEALED or self.now - until >= LATE_SECONDS:
                return False
        return recording.slices <= (until - started) // SLICE_SECONDS + 2

    def keep_slice(self, recording: Recording) -> None:
        recording.slices, recording.heard = recording.slices + 1, self.now

    def silent_recordings(self) -> None:
        """A page that brings nothing any more is gone."""
        for citizen in self.citizens.values():
            recording = citizen.recording
            if recording is None or recording.stage != "recording":
                continue
            if self.now - recording.heard >= SILENT_SECONDS:
                self.stops(recording, "recorder_lost")
