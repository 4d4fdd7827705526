"""Calls: rung, taken, declined, interrupted, lost, and made anew from another page."""

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import NotFound, StageForbids
from consult.storage.receipts import Receipt
from tests.stateful.machine import Refusal, fates, mostly_at_once, picked, picks
from tests.stateful.people import UNITS, Call, Citizen, Guest, Officer, Page
from tests.stateful.photo_rules import PhotoRules
from tests.stateful.talk_rules import sides

media_of = st.sampled_from(["audio", "video"])
OTHER = {"applicant": "officer", "officer": "applicant"}
ANY = ("pick up", "connect", "decline", "hang up", "lose", "renew", "interrupt")
NOW = {
    "ringing": ("pick up", "pick up", "decline", "ring here", "hang up"),
    "connecting": ("connect", "connect", "connect", "renew", "interrupt", "lose"),
    "connected": ("interrupt", "interrupt", "interrupt", "renew", "renew", "hang up", "lose"),
}
"""What may be wanted of a call in each of its stages."""


@dataclass(frozen=True)
class Step:
    """What one side wants of a call as it was when it was sent."""

    citizen: Citizen
    call: Call
    who: Citizen | Officer
    side: str
    name: str
    generation: int
    media: str


class CallRules(PhotoRules):
    @rule(which=picks, side=sides, media=media_of, fate=fates, on=st.integers(0, 3))
    def ring(self, which: int, side: str, media: str, fate: str, on: int) -> None:
        """`on`: so far it goes on at once: picked up, then connected at one side, then at the other."""
        citizen = self.at_a_desk(which)
        if citizen is not None:
            self.rings_through(citizen, side, media, fate, on)

    def rings_through(self, citizen: Citizen, side: str, media: str, fate: str, on: int) -> None:
        self.rings(citizen, side, media, fate)
        steps = [(OTHER[side], "pick up"), (side, "connect"), (OTHER[side], "connect")]
        for whose, name in steps[:on]:
            if citizen.call is not None:
                self.takes(self.step(citizen, citizen.call, whose, name, media), own=True, fate="plain")

    def rings(self, citizen: Citizen, side: str, media: str, fate: str) -> None:
        """Ringing while the other side rings is picking up."""
        self.beside.add("calls")
        who = self.of_side(citizen, side)
        receipt = self.other_tab(who)
        refusal = self.ask(
            who,
            lambda server, receipt: server.switchboard.ring(self.caller(who), citizen.ticket, media, receipt),
            fate,
            receipt,
        )
        if citizen.call is None:
            assert refusal is None
            shown = self.do(self.server.switchboard.shown(self.caller(who), citizen.ticket))
            assert shown is not None
            self.office.ring(citizen, Call(shown.id, media, side, rang=self.office.now))
        elif citizen.call.stage == "ringing" and citizen.call.rang_by != side:
            assert refusal is None
            self.office.accept_call(citizen, UNITS[media])
        else:
            assert refusal is StageForbids
            return
        citizen.call.pages[side] = Page(receipt.stream, receipt.cseq)

    def step(self, citizen: Citizen, call: Call, side: str, name: str, media: str, old: int = 0) -> Step:
        who = self.of_side(citizen, side)
        return Step(citizen, call, who, side, name, call.generation - old, media)

    @rule(
        which=picks, side=sides, media=media_of, fate=fates, late=mostly_at_once, step=picks,
        fitting=st.sampled_from([True, True, True, True, False]),
        old=st.sampled_from([0, 0, 0, 0, 1]), own=st.sampled_from([True, True, True, False]),
        seconds=st.sampled_from([0, 40, 50, 50]),
    )  # fmt: skip
    def in_call(
        self, which: int, side: str, media: str, fate: str, late: bool, step: int, fitting: bool, old: int,
        own: bool, seconds: int,
    ) -> None:  # fmt: skip
        """`seconds`: so long an interrupted call stays so."""
        citizen = self.in_a_call(which, side, media)
        if citizen is None or citizen.call is None:
            return
        call = citizen.call
        choices = NOW[call.stage] if fitting else ANY
        name = choices[step % len(choices)]
        if fitting and name in {"pick up", "ring here"}:
            side = OTHER[call.rang_by]
        elif fitting and name == "connect" and side in call.sides:
            side = OTHER[side]
        if name == "ring here":
            self.a_page_comes(citizen, call, side)
            return
        wanted = self.step(citizen, call, side, name, media, old)
        self.now_or_late("call", lambda: self.takes(wanted, own, fate), late)
        if name == "interrupt" and seconds:
            self.pass_time(seconds)

    def in_a_call(self, which: int, side: str, media: str) -> Citizen | None:
        """Somebody who calls, or is called; where nobody is, they come to speak with each other."""
        if not any(c.call for c in self.office.citizens.values()):
            citizen = self.at_a_desk(which)
            if citizen is not None:
                self.rings_through(citizen, side, media, "plain", on=3 - which % 4)
        return picked(which, [c for c in self.office.citizens.values() if c.call is not None])

    def a_page_comes(self, citizen: Citizen, call: Call, side: str) -> None:
        """While it rings: it rings in full on that page, too."""
        who = self.of_side(citizen, side)
        work = self.server.switchboard.ring_here(self.caller(who), citizen.ticket, call.id)
        assert self.refused(work) is None
        self.office.ring_here(call)

    def takes(self, step: Step, own: bool, fate: str) -> None:
        """`own`: from the page that is in the call already, if this side has one there."""
        citizen, call, generation = step.citizen, step.call, step.generation
        receipt = self.from_page(step.who, call.pages.get(step.side) if own else None)
        caller, about = self.caller(step.who), (citizen.ticket, call.id)
        refusal = self.ask(
            step.who,
            lambda server, receipt: {
                "pick up": lambda: server.switchboard.accept(caller, *about, step.media, receipt),
                "connect": lambda: server.switchboard.connected(caller, *about, generation, receipt),
                "interrupt": lambda: server.switchboard.interrupted(caller, *about, generation, receipt),
                "decline": lambda: server.switchboard.decline(caller, *about, receipt),
                "hang up": lambda: server.switchboard.hang_up(caller, *about, receipt),
                "lose": lambda: server.switchboard.lost(caller, *about, generation, receipt),
                "renew": lambda: server.switchboard.renew(caller, *about, generation, receipt),
            }[step.name](),
            fate,
            receipt,
        )
        ends = step.name in {"decline", "hang up", "lose"}
        assert refusal is (self.end_allowed(step) if ends else self.step_allowed(step, receipt))
        if refusal is None and citizen.call is call:
            if ends:
                self.office.end_call(citizen)
            else:
                self.call_goes_on(step, receipt)

    def from_page(self, who: Citizen | Officer | Guest, page: Page | None) -> Receipt:
        receipt = self.other_tab(who)
        if page is not None:
            page.cseq += 1
            receipt.stream, receipt.cseq = page.stream, page.cseq
        return receipt

    def end_allowed(self, step: Step) -> Refusal:
        """Always, by whoever it still is for; twice is once."""
        if isinstance(step.who, Officer) and step.citizen.officer != step.who.person:
            return NotFound
        if step.citizen.call is not step.call or step.name == "hang up":
            return None
        if step.name == "lose":
            return None if step.generation == step.call.generation else StageForbids
        return None if step.call.stage == "ringing" and step.call.rang_by != step.side else StageForbids

    def step_allowed(self, step: Step, receipt: Receipt) -> Refusal:
        refusal = self.may_act(step.who, step.citizen)
        if refusal is not None:
            return refusal
        stage = step.call.stage if step.citizen.call is step.call else "ended"
        goes_on = stage in {"connecting", "connected"}
        current = step.generation == step.call.generation
        takes = {
            "pick up": stage == "ringing" and step.call.rang_by != step.side,
            "connect": goes_on and current,
            "interrupt": goes_on and current and step.call.stream_of(step.side) == receipt.stream,
            "renew": goes_on or (stage == "ringing" and moved_on(step, receipt)),
        }[step.name]
        return None if takes else StageForbids

    def call_goes_on(self, step: Step, receipt: Receipt) -> None:
        call, page = step.call, Page(receipt.stream, receipt.cseq)
        if step.name == "pick up":
            call.pages[step.side] = page
            self.office.accept_call(step.citizen, UNITS[step.media])
        elif step.name == "connect":
            self.office.connected(call, step.side)
        elif step.name == "interrupt":
            self.office.interrupted(call, step.side)
        elif not moved_on(step, receipt):
            same = call.stream_of(step.side) == receipt.stream
            call.pages[step.side] = call.pages[step.side] if same else page
            self.office.renew(step.citizen, call, same)


def moved_on(step: Step, receipt: Receipt) -> bool:
    """Whoever knows only an older generation and takes part already has what it wants."""
    return step.call.generation > step.generation and step.call.stream_of(step.side) == receipt.stream
