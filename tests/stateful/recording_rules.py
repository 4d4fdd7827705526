"""Recordings: asked for, agreed to by everybody in the call, kept slice by slice, and ended by one no."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import NotFound, StageForbids
from consult.storage.receipts import Receipt
from tests.stateful.consent_rules import ConsentRules
from tests.stateful.guest_rules import LET_IN
from tests.stateful.machine import Refusal, fates, mostly_at_once, picked, picks
from tests.stateful.people import Call, Citizen, Officer, Recording

NOW = {
    "asked": ("agree", "agree", "refuse", "withdraw", "stop"),
    "recording": ("slice", "slice", "withdraw", "withdraw", "stop"),
}
"""What may be wanted of a recording in each stage."""
ANY = ("agree", "agree", "refuse", "withdraw", "stop", "slice", "slice")
THEN = (
    (),
    ("agree", "slice"),
    ("refuse",),
    ("refuse", "agree"),
    ("withdraw", "agree"),
    ("stop", "agree"),
    ("agree", "slice", "stop", "slice"),
    ("agree", "slice", "withdraw", "slice"),
    ("agree", "silence", "slice"),
    ("agree", "another page", "slice"),
    ("agree", "somebody", "slice"),
    ("guest goes", "agree", "slice"),
    ("agree", "guest goes", "slice"),
    ("hang up", "agree"),
    ("agree", "hang up", "slice"),
)
"""What may follow at once where all are asked: whoever has not said yes does, or one does the rest."""
people = st.sampled_from(["applicant", "applicant", "officer", "guest"])
own = st.sampled_from([True, True, True, True, False])
SILENCE_SECONDS = 70


class RecordingRules(ConsentRules):
    @rule(
        which=picks, who=people, own=own, fate=fates, on=st.sampled_from(THEN),
        third=st.sampled_from([False] * 5 + [True]),
    )  # fmt: skip
    def ask_to_record(
        self, which: int, who: str, own: bool, fate: str, on: tuple[str, ...], third: bool
    ) -> None:
        """`third`: with somebody else in the call."""
        citizen = self.who_talks(which)
        if citizen is None:
            return
        if third:
            self.somebody_else_comes(citizen)
        if self.asks_all(citizen, "officer" if own or who != "applicant" else who, own, fate):
            self.goes_on(citizen, citizen.recordings[-1], who, on)

    @rule(
        which=picks, who=people, step=picks, fitting=st.sampled_from([True, True, True, False]), own=own,
        fate=fates, late=mostly_at_once,
    )  # fmt: skip
    def say_to_recording(
        self, which: int, who: str, step: int, fitting: bool, own: bool, fate: str, late: bool
    ) -> None:
        citizen = self.who_is_asked(which, fitting)
        if citizen is None or not citizen.recordings:
            return
        asked = citizen.recordings[-1]
        choices = NOW[asked.stage] if fitting and asked.open else ANY
        name = choices[step % len(choices)]
        waits = picked(which, sorted(set(asked.people) - asked.agreed))
        one = waits if name == "agree" and fitting and waits else self.there(asked, who, name)
        self.now_or_late(name, lambda: self.about_recording(citizen, asked, one, name, own, fate), late)

    def who_talks(self, which: int) -> Citizen | None:
        """Somebody who could be recorded; where nobody can, they come to speak."""
        talking = [c for c in self.office.citizens.values() if c.call and c.call.stage == "connected"]
        free = [one for one in talking if one.recording is None]
        citizen = picked(which, free or talking) or self.at_a_desk(which)
        if citizen is not None and citizen.call is None:
            self.rings_through(citizen, "officer", "audio", "plain", on=3)
        return citizen

    def who_is_asked(self, which: int, fitting: bool) -> Citizen | None:
        """Where nobody is, somebody may be asked, and mostly agrees."""
        found = [c for c in self.office.citizens.values() if c.recording or (c.recordings and not fitting)]
        citizen = picked(which, found) or (self.who_talks(which) if which % 2 else None)
        if citizen is not None and not found and self.asks_all(citizen, "officer", own=True, fate="plain"):
            self.goes_on(citizen, citizen.recordings[-1], "applicant", ("agree",) if which % 3 else ())
        return citizen

    def there(self, recording: Recording, who: str, name: str) -> str:
        """A guest only where one was asked; it is the officer who stops."""
        if name == "stop" and who != "guest":
            return "officer"
        return "applicant" if who == "guest" and recording.guest is None else who

    def goes_on(self, citizen: Citizen, recording: Recording, who: str, on: tuple[str, ...]) -> None:
        for name in on:
            if name == "agree":
                for each in sorted(set(recording.people) - recording.agreed):
                    self.about_recording(citizen, recording, each, name, own=True, fate="plain")
            elif name in ANY:
                one = self.there(recording, "applicant" if name == "refuse" else who, name)
                self.about_recording(citizen, recording, one, name, own=True, fate="plain")
            elif citizen.call is recording.call:
                self.company_changes(citizen, recording.call, name)

    def company_changes(self, citizen: Citizen, call: Call, name: str) -> None:
        if name == "silence":
            self.pass_time(SILENCE_SECONDS)
        elif name == "somebody":
            self.somebody_else_comes(citizen)
        elif name == "guest goes" and citizen.guest is not None:
            self.guest_leaves(citizen, citizen.guest, "plain")
        elif name in {"another page", "hang up"}:
            step = self.step(
                citizen, call, "applicant", "hang up" if name == "hang up" else "renew", call.media
            )
            self.takes(step, own=name == "hang up", fate="plain")

    def asks_all(self, citizen: Citizen, side: str, own: bool, fate: str) -> bool:
        """`own`: from the page that is in the call."""
        call, asks = citizen.call, self.whoever(citizen, side)
        if call is None:
            return False
        self.beside.add("recordings")
        receipt = self.from_page(asks, call.pages.get(side) if own else None)
        expected = self.may_ask(citizen, call, asks, receipt)
        refusal = self.ask(
            asks,
            lambda server, receipt: server.recordings.ask(
                self.caller(asks), citizen.ticket, call.id, receipt
            ),
            fate,
            receipt,
        )
        assert refusal is expected
        if refusal is None and isinstance(asks, Officer):
            self.is_asked(citizen, call, asks)
        return refusal is None

    def somebody_else_comes(self, citizen: Citizen) -> None:
        if citizen.guest is None:
            self.invites(citizen, "officer", "companion", "plain", LET_IN)
        if citizen.guest is not None:
            self.sits(citizen, citizen.guest, "officer", own=True, fate="plain")

    def may_ask(self, citizen: Citizen, call: Call, asks: Citizen | Officer, receipt: Receipt) -> Refusal:
        refusal = self.may_act(asks, citizen)
        if refusal is not None:
            return refusal
        present = self.office.present(citizen, call)
        if isinstance(asks, Citizen) or call.stage != "connected":
            return StageForbids
        if present["officer"] != receipt.stream:
            return NotFound
        return None if all(present.values()) and citizen.recording is None else StageForbids

    def is_asked(self, citizen: Citizen, call: Call, officer: Officer) -> None:
        shown = self.do(self.server.recordings.shown(self.caller(officer), citizen.ticket))
        assert shown is not None
        people = self.office.present(citizen, call)
        guest = citizen.guest if "guest" in people else None
        asked = Recording(shown.id, call, officer.person, people, guest, {"officer"})
        self.office.ask_to_record(citizen, asked)
