"""A supervisor listens to a call: both sides are told, both pages show it, and it ends with the call."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import Ended, NotFound, StageForbids
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from consult.wire.from_client import AcknowledgeListener, ListenIn, StopListening
from tests.stateful.call_rules import OTHER
from tests.stateful.company import LEASE_SECONDS
from tests.stateful.guest_rules import GuestRules
from tests.stateful.machine import Refusal, fates, mostly_at_once, picked, picks
from tests.stateful.people import LISTENER, Call, Citizen, Guest, Page
from tests.stateful.talk_rules import sides

EARS = (Caller(Role.SUPERVISOR, "ear-1", "Pengawas 1"), Caller(Role.SUPERVISOR, "ear-2", "Pengawas 2"))
THEN = (
    (),
    ("shown",),
    ("shown", "shown", "sit"),
    ("shown", "shown", "sit", "stop"),
    ("shown", "shown", "silence"),
    ("silence",),
    ("stop", "shown"),
    ("shown", "shown", "hang up", "shown"),
    ("another listens", "shown"),
    ("listen elsewhere", "shown"),
)
"""What may follow at once where a supervisor listens; the second page that shows it is the other side's."""
ANY = ("shown", "shown", "shown", "stop", "sit", "listen")


class ListeningRules(GuestRules):
    @rule(
        which=picks, ear=st.integers(0, 1), side=sides, own=st.sampled_from([True, True, True, False]),
        step=picks, fate=fates, late=mostly_at_once, on=st.sampled_from(THEN),
    )  # fmt: skip
    def listening(
        self, which: int, ear: int, side: str, own: bool, step: int, fate: str, late: bool,
        on: tuple[str, ...],
    ) -> None:  # fmt: skip
        """`own`: what the supervisor of `ear` listens to, or from the page that is in the call."""
        citizen = self.who_may_be_heard(which, side)
        if citizen is None or citizen.call is None:
            return
        heard = [guest for guest in citizen.guests if guest.listens]
        name, call = ANY[step % len(ANY)], citizen.call
        if name == "listen" or not heard:
            self.now_or_late(name, lambda: self.listens(citizen, call, EARS[ear], side, fate, on), late)
            return
        guest = heard[-1]
        person = guest.person if own or guest.person is None else EARS[ear]
        self.now_or_late(name, lambda: self.ear_does(citizen, guest, side, name, own, fate, person), late)

    def who_may_be_heard(self, which: int, side: str) -> Citizen | None:
        """Somebody who is listened to; else two who talk, mostly with nobody beside them."""
        found = [one for one in self.office.citizens.values() if one.guest and one.guest.listens]
        if found:
            return picked(which, found)
        citizen = self.at_a_desk(which)
        if citizen is not None and citizen.call is None:
            self.rings_through(citizen, side, "audio", "plain", on=3 - (which % 4 == 0))
        if citizen is not None and citizen.call is not None and citizen.call.stage == "ringing":
            taken = self.step(citizen, citizen.call, OTHER[citizen.call.rang_by], "pick up", "audio")
            self.takes(taken, own=True, fate="plain")
        if citizen is not None and citizen.guest is not None and which % 4:
            self.answers_guest(citizen, citizen.guest, side, "dismiss", "plain")
        return citizen

    def listens(
        self, citizen: Citizen, call: Call, ear: Caller, side: str, fate: str, on: tuple[str, ...]
    ) -> None:
        self.beside.add("guests")
        receipt = self.other_tab(ear)
        order = ListenIn(receipt.cseq, citizen.ticket, call.id)
        expected = self.may_listen(citizen, call, ear)
        refusal = self.ask(
            ear, lambda server, receipt: server.listening.begin(ear, order, receipt), fate, receipt
        )
        assert refusal is expected
        if refusal is not None:
            return
        shown = self.do(self.server.listening.seat(ear, receipt.stream)).guest
        assert shown is not None and shown.ticket == citizen.ticket
        guest = Guest(shown.id, "", LISTENER, "asking", page=Page(receipt.stream, receipt.cseq), person=ear)
        self.office.listen(citizen, guest)
        for name in on:
            self.ear_goes_on(citizen, guest, side, name)
            side = OTHER[side] if name == "shown" else side

    def may_listen(self, citizen: Citizen, call: Call, ear: Caller) -> Refusal:
        """Whoever listens to something else leaves that for it."""
        if citizen.stage == "ended":
            return Ended
        taken = citizen.guest is not None and citizen.guest.person != ear
        goes_on = citizen.call is call and call.stage != "ringing"
        return None if goes_on and not taken else StageForbids

    def ear_goes_on(self, citizen: Citizen, guest: Guest, side: str, name: str) -> None:
        call = citizen.call
        if name == "hang up" and call is not None:
            self.takes(self.step(citizen, call, "applicant", "hang up", call.media), own=True, fate="plain")
        elif name == "another listens" and call is not None:
            self.listens(citizen, call, EARS[guest.person == EARS[0]], side, "plain", ())
        elif name == "listen elsewhere":
            ear = guest.person
            other_one = picked(
                0, [one for one in self.office.citizens.values() if one.call and one is not citizen]
            )
            if ear is not None and other_one is not None and other_one.call is not None:
                self.listens(other_one, other_one.call, ear, side, "plain", ())
        elif name == "silence":
            self.pass_time(LEASE_SECONDS + 10, deaf=True)
        elif name in ANY:
            self.ear_does(citizen, guest, side, name, own=True, fate="plain", person=guest.person)

    def ear_does(
        self,
        citizen: Citizen,
        guest: Guest,
        side: str,
        name: str,
        own: bool,
        fate: str,
        person: Caller | None,
    ) -> None:
        if name == "shown":
            self.shows(citizen, guest, side, own, fate)
        elif name == "sit":
            self.sits(citizen, guest, side, own, fate)
        elif person is not None:
            self.stops_listening(citizen, guest, person, fate)

    def shows(self, citizen: Citizen, guest: Guest, side: str, own: bool, fate: str) -> None:
        """Twice is once. `own`: from the page that is in the call."""
        who, call = self.whoever(citizen, side), citizen.call
        page = call.pages.get(side) if call is not None and own else None
        receipt, caller = self.from_page(who, page), self.caller(who)
        order = AcknowledgeListener(receipt.cseq, citizen.ticket, guest.id)
        expected = self.may_act(who, citizen)
        if expected is None and (call is None or call.stream_of(side) != receipt.stream):
            expected = NotFound
        done = guest.stage == "admitted" or side in guest.admitted
        if expected is None and not done and guest.stage == "ended":
            expected = StageForbids
        refusal = self.ask(
            who, lambda server, receipt: server.listening.acknowledge(caller, order, receipt), fate, receipt
        )
        assert refusal is expected
        if refusal is None and not done:
            self.office.admit(citizen, guest, side)

    def stops_listening(self, citizen: Citizen, guest: Guest, ear: Caller, fate: str) -> None:
        receipt: Receipt = self.other_tab(ear)
        order = StopListening(receipt.cseq, citizen.ticket, guest.id)
        refusal = self.ask(
            ear, lambda server, receipt: server.listening.stop(ear, order, receipt), fate, receipt
        )
        assert refusal is (None if guest.person == ear else NotFound)
        if refusal is None and citizen.guest is guest:
            self.office.guest_goes(citizen)
