"""Calls: rung, taken, declined, lost, and made anew from another page."""

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from consult.errors import NotFound, StageForbids
from consult.storage.receipts import Receipt
from tests.stateful.machine import Refusal, fates, having
from tests.stateful.people import UNITS, Call, Citizen, Officer, Page
from tests.stateful.talk_rules import TalkRules, sides

media_of = st.sampled_from(["audio", "video"])
Who = Citizen | Officer
in_calls = precondition(lambda self: any(c.call is not None for c in self.office.citizens.values()))


@dataclass(frozen=True)
class Step:
    """What one side wants of a call as it was when it was sent."""

    citizen: Citizen
    call: Call
    who: Who
    side: str
    name: str
    generation: int
    media: str


class CallRules(TalkRules):
    @having("serving")
    @rule(data=st.data(), side=sides, media=media_of, fate=fates)
    def ring(self, data: st.DataObject, side: str, media: str, fate: str) -> None:
        citizen = self.some(data, "serving")
        if citizen is not None:
            self.rings(citizen, side, media, fate)

    def rings(self, citizen: Citizen, side: str, media: str, fate: str) -> None:
        """Ringing while the other side rings is picking up."""
        self.rung = True
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
            self.office.ring(citizen, Call(shown.id, media, side))
        elif citizen.call.stage == "ringing" and citizen.call.rang_by != side:
            assert refusal is None
            self.office.accept_call(citizen, UNITS[media])
        else:
            assert refusal is StageForbids
            return
        citizen.call.pages[side] = Page(receipt.stream, receipt.cseq)

    def calling(self, data: st.DataObject) -> Citizen | None:
        found = [c for c in self.office.citizens.values() if c.call is not None]
        return data.draw(st.sampled_from(found), label="citizen") if found else None

    @in_calls
    @rule(data=st.data(), side=sides)
    def a_page_comes_while_it_rings(self, data: st.DataObject, side: str) -> None:
        citizen = self.calling(data)
        if citizen is None or citizen.call is None:
            return
        call, who = citizen.call, self.of_side(citizen, side)
        work = self.server.switchboard.ring_here(self.caller(who), citizen.ticket, call.id)
        assert self.refused(work) is None
        if call.stage == "ringing" and call.rang_by != side:
            self.office.ring_here(call)

    @in_calls
    @rule(
        data=st.data(), side=sides, media=media_of, fate=fates, late=st.booleans(),
        name=st.sampled_from(["pick up", "pick up", "connect", "decline", "hang up", "lose", "renew"]),
        old=st.sampled_from([0, 0, 0, 1]), own=st.booleans(),
    )  # fmt: skip
    def in_call(
        self,
        data: st.DataObject,
        side: str,
        media: str,
        fate: str,
        late: bool,
        name: str,
        old: int,
        own: bool,
    ) -> None:
        citizen = self.calling(data)
        if citizen is None or citizen.call is None:
            return
        who, generation = self.of_side(citizen, side), citizen.call.generation - old
        step = Step(citizen, citizen.call, who, side, name, generation, media)
        self.now_or_late("call", lambda: self.takes(step, own, fate), late)

    def takes(self, step: Step, own: bool, fate: str) -> None:
        """`own`: from the page that is in the call already, if this side has one there."""
        citizen, call = step.citizen, step.call
        receipt = self.from_page(step.who, call.pages.get(step.side) if own else None)
        caller, about = self.caller(step.who), (citizen.ticket, call.id)
        generation = step.generation
        refusal = self.ask(
            step.who,
            lambda server, receipt: {
                "pick up": lambda: server.switchboard.accept(caller, *about, step.media, receipt),
                "connect": lambda: server.switchboard.connected(caller, *about, generation, receipt),
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

    def from_page(self, who: Who, page: Page | None) -> Receipt:
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
        takes = {
            "pick up": stage == "ringing" and step.call.rang_by != step.side,
            "connect": goes_on and step.generation == step.call.generation,
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
        elif not moved_on(step, receipt):
            same = call.streams().get(step.side) == receipt.stream
            call.pages[step.side] = call.pages[step.side] if same else page
            self.office.renew(step.citizen, call, same)


def moved_on(step: Step, receipt: Receipt) -> bool:
    """Whoever knows only an older generation and takes part already has what it wants."""
    return step.call.generation > step.generation and step.call.streams().get(step.side) == receipt.stream
