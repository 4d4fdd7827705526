"""The third chair: somebody is invited, asks to come in, is let in or not, takes part, and goes."""

import hashlib

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.accounts.guest_door import Asking
from consult.errors import NotAllowed, NotFound, StageForbids
from consult.storage.receipts import Receipt
from consult.wire.from_client import AdmitGuest, DismissGuest, GuestRole, InviteGuest, JoinLeg, LeaveCall
from tests.stateful.call_rules import OTHER, CallRules
from tests.stateful.machine import Refusal, fates, mostly_at_once, picked, picks
from tests.stateful.people import SIDES, Between, Call, Citizen, Guest, Officer
from tests.stateful.talk_rules import sides
from tests.support.guests import random_text

INVITES = {"officer": {"interpreter", "companion"}, "applicant": {"companion"}}
NOW = {
    "ended": ("invite",),
    "invited": ("ask", "ask", "ask", "ask late", "dismiss"),
    "asking": ("admit", "admit", "admit", "dismiss", "leave"),
    "admitted": ("sit", "sit", "sit", "leave", "dismiss"),
}
"""What may be wanted of a guest in each stage."""
ANY = ("invite", "ask", "ask", "admit", "dismiss", "leave", "sit")
LET_IN = ("ask", "admit", "admit")
THEN = (
    (),
    ("ask late",),
    ("ask", "ask elsewhere"),
    ("ask", "ask elsewhere", "admit"),
    ("ask", "dismiss"),
    ("ask", "leave"),
    LET_IN,
    (*LET_IN, "sit"),
    (*LET_IN, "leave"),
    (*LET_IN, "dismiss"),
)
"""How far an invitation may go on at once; of two that let somebody in, the second is the other side."""
TOO_LATE_SECONDS = 910


class GuestRules(CallRules):
    @rule(
        which=picks, side=sides, step=picks, fitting=st.sampled_from([True, True, True, False]),
        own=st.sampled_from([True, True, True, False]), fate=fates, late=mostly_at_once,
        on=st.sampled_from(THEN),
    )  # fmt: skip
    def third_chair(
        self, which: int, side: str, step: int, fitting: bool, own: bool, fate: str, late: bool,
        on: tuple[str, ...],
    ) -> None:  # fmt: skip
        citizen = self.with_a_guest(which, fitting)
        if citizen is None:
            return
        guest = citizen.guests[-1] if citizen.guests else None
        choices = NOW[guest.stage if guest else "ended"] if fitting or guest is None else ANY
        name = choices[step % len(choices)]
        if name == "invite" or guest is None:
            role: GuestRole = "companion" if own else "interpreter"
            self.now_or_late(name, lambda: self.invites(citizen, side, role, fate, on), late)
            return
        # Nobody sweeps in the midst of what has come late.
        known, late = guest, late and name != "ask late"
        self.now_or_late(name, lambda: self.third_does(citizen, known, side, name, own, fate), late)

    def with_a_guest(self, which: int, fitting: bool) -> Citizen | None:
        """Somebody who has a guest, or had one; where nobody has, somebody who is served."""
        found = [one for one in self.office.citizens.values() if one.guest or (one.guests and not fitting)]
        return picked(which, found) or self.at_a_desk(which)

    def whoever(self, citizen: Citizen, side: str) -> Citizen | Officer:
        """Of this side, or anybody there where nobody serves."""
        return self.of_side(citizen, side) if citizen.officer or side == "applicant" else self.officer(0)

    def third_does(self, citizen: Citizen, guest: Guest, side: str, name: str, own: bool, fate: str) -> None:
        if name == "ask late":
            self.asks_before_anybody_sweeps(guest, own, fate)
        elif name in {"ask", "ask elsewhere"}:
            self.asks(guest, own and name == "ask", fate)
        elif name == "sit":
            self.sits(citizen, guest, side, own, fate)
        elif name == "leave":
            self.guest_leaves(citizen, guest, fate)
        else:
            self.answers_guest(citizen, guest, side, name, fate)

    def invites(self, citizen: Citizen, side: str, role: GuestRole, fate: str, on: tuple[str, ...]) -> None:
        self.beside.add("guests")
        who, secret = self.whoever(citizen, side), random_text()
        receipt, caller = self.other_tab(who), self.caller(who)
        order = InviteGuest(receipt.cseq, citizen.ticket, role, hashlib.sha256(secret.encode()).hexdigest())
        expected = self.may_act(who, citizen)
        if expected is None:
            expected = None if role in INVITES[side] else NotAllowed
        if expected is None and citizen.guest is not None:
            expected = StageForbids
        refusal = self.ask(
            who, lambda server, receipt: server.third_chair.invite(caller, order, receipt), fate, receipt
        )
        assert refusal is expected
        if refusal is not None:
            return
        shown = self.do(self.server.third_chair.seat(caller, citizen.ticket)).guest
        assert shown is not None
        guest = Guest(shown.id, secret, role)
        self.office.invite(citizen, guest)
        for name in on:
            self.third_does(citizen, guest, side, name, own=True, fate="plain")
            side = OTHER[side] if name == "admit" else side

    def asks(self, guest: Guest, own: bool, fate: str) -> None:
        """`own`: with the link, from the page that has used it; else from another, or without the link."""
        secret = guest.secret if own or guest.tab else random_text()
        tab = guest.tab if own and guest.tab else random_text()
        asking = Asking(secret, tab, "Pendamping", "id", notice_read=True)
        fresh = guest.stage == "invited" and self.office.now < guest.expires and secret == guest.secret
        again = guest.stage == "asking" and tab == guest.tab
        refusal = self.see_through(lambda server: server.guest_door.ask(guest.id, asking, None), fate)
        assert refusal is (None if fresh or again else NotFound)
        if fresh:
            self.do(self.server.arrive(self.caller(guest).address))
            self.office.asks_to_come_in(guest, tab)

    def asks_before_anybody_sweeps(self, guest: Guest, own: bool, fate: str) -> None:
        """Time alone has ended the invitation."""
        self.do(self.counter.clock_moves(TOO_LATE_SECONDS))
        self.office.now += TOO_LATE_SECONDS
        self.asks(guest, own, fate)
        self.pass_time(0)

    def answers_guest(self, citizen: Citizen, guest: Guest, side: str, name: str, fate: str) -> None:
        """A side's yes or no; either twice is once."""
        who = self.whoever(citizen, side)
        receipt, caller = self.other_tab(who), self.caller(who)
        about = (receipt.cseq, citizen.ticket, guest.id)
        expected = self.may_act(who, citizen)
        done = (
            guest.stage == "ended"
            if name == "dismiss"
            else guest.stage == "admitted" or side in guest.admitted
        )
        if expected is None and not done and (guest.listens or (name == "admit" and guest.stage != "asking")):
            expected = StageForbids
        refusal = self.ask(
            who,
            lambda server, receipt: {
                "admit": lambda: server.third_chair.admit(caller, AdmitGuest(*about), receipt),
                "dismiss": lambda: server.third_chair.dismiss(caller, DismissGuest(*about), receipt),
            }[name](),
            fate,
            receipt,
        )
        assert refusal is expected
        if refusal is not None or done:
            return
        if name == "admit":
            self.office.admit(citizen, guest, side)
        else:
            self.office.guest_goes(citizen)

    def guest_leaves(self, citizen: Citizen, guest: Guest, fate: str) -> None:
        if guest.listens:
            return  # with an order of its own
        receipt, here = self.other_tab(guest), guest.stage in {"asking", "admitted"}
        order = LeaveCall(receipt.cseq, citizen.ticket, guest.id)
        refusal = self.ask(
            guest,
            lambda server, receipt: server.third_chair.leave(self.caller(guest), order, receipt),
            fate,
            receipt,
        )
        assert refusal is (None if here else NotFound)
        if refusal is None:
            self.office.guest_goes(citizen)

    # -- legs --------------------------------------------------------------------------------------

    def sits(self, citizen: Citizen, guest: Guest, side: str, own: bool, fate: str) -> None:
        """At both ends of both legs of a call; `own`: on the page that the guest came in by."""
        if citizen.call is None and citizen.stage == "serving":
            self.rings_through(citizen, side, "audio", "plain", on=3)
        call = citizen.call
        if call is None:
            return
        for between in SIDES:
            there = self.whoever(citizen, between)
            self.joins(citizen, guest, call, between, self.from_page(there, call.pages.get(between)), fate)
            page = self.from_page(guest, guest.page if own else None)
            self.joins(citizen, guest, call, between, page, "plain")

    def joins(
        self, citizen: Citizen, guest: Guest, call: Call, between: Between, receipt: Receipt, fate: str
    ) -> None:
        who: Citizen | Officer | Guest = guest
        if receipt.owner != self.caller(guest).subject:
            who = self.whoever(citizen, between)
        order = JoinLeg(receipt.cseq, citizen.ticket, call.id, guest.id, between, 0)
        refusal = self.ask(
            who,
            lambda server, receipt: server.third_chair.join(self.caller(who), order, receipt),
            fate,
            receipt,
        )
        assert refusal is self.may_join(who, citizen, guest, call)
        if refusal is None:
            end = "guest" if who is guest else between
            self.office.sits(citizen, guest, call, between, end, receipt.stream)

    def may_join(self, who: Citizen | Officer | Guest, citizen: Citizen, guest: Guest, call: Call) -> Refusal:
        """Nothing goes over a leg before both sides have said yes."""
        if isinstance(who, Guest):
            here = citizen.guest if guest.listens else guest
            if here is None or here.person != guest.person or here.stage not in {"asking", "admitted"}:
                return NotFound
        elif (refusal := self.may_act(who, citizen)) is not None:
            return refusal
        goes_on = citizen.call is call and call.stage != "ringing"
        return None if guest.stage == "admitted" and goes_on else StageForbids
