"""Messages, catching up, calls, and the end of a consultation."""

import secrets

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import Ended, NotFound, OutOfOrder, StageForbids, StaleEpoch
from consult.storage.receipts import Receipt
from tests.stateful.desk_rules import DeskRules
from tests.stateful.machine import Refusal, fates
from tests.stateful.people import UNITS, Call, Citizen, Officer

sides = st.sampled_from(["applicant", "officer"])


class TalkRules(DeskRules):
    def of_side(self, citizen: Citizen, side: str) -> Citizen | Officer:
        return citizen if side == "applicant" else self.office.officers[citizen.officer or ""]

    def may_act(self, who: Citizen | Officer, citizen: Citizen) -> Refusal:
        """What whoever acts in this consultation must hear now."""
        if isinstance(who, Officer) and citizen.officer != who.person:
            return NotFound
        if citizen.stage == "ended":
            return Ended
        return None if citizen.stage == "serving" else StageForbids

    @rule(data=st.data(), side=sides, fate=fates, late=st.booleans(), swapped=st.booleans())
    def post(self, data: st.DataObject, side: str, fate: str, late: bool, swapped: bool) -> None:
        """Two messages of one tab; `swapped`: the second arrives first, and must wait for its turn."""
        citizen = self.some(data, "serving")
        if citizen is None:
            return
        who, first = self.of_side(citizen, side), self.other_tab(self.of_side(citizen, side))
        second = Receipt(first.stream, first.owner, 2, secrets.token_bytes(16))

        def arrive() -> None:
            if swapped:
                assert self.post_one(who, citizen, second, "plain") is OutOfOrder
            for receipt in (first, second):
                refusal = self.post_one(who, citizen, receipt, fate if receipt is second else "plain")
                assert refusal is self.may_act(who, citizen)
                if refusal is None:
                    citizen.messages.append(receipt.digest.hex())

        self.now_or_late("post", arrive, late)

    def post_one(self, who: Citizen | Officer, citizen: Citizen, receipt: Receipt, fate: str) -> Refusal:
        text = receipt.digest.hex()
        return self.ask(
            who,
            lambda server, receipt: server.transcript.post(self.caller(who), citizen.ticket, text, receipt),
            fate,
            receipt,
        )

    @rule(data=st.data(), lost=st.booleans())
    def read(self, data: st.DataObject, lost: bool) -> None:
        """The citizen's page catches up; with `lost`, from the beginning, as a new page does."""
        citizen = self.some(data, "waiting", "offered", "serving", "parked", "ended")
        if citizen is None:
            return
        after = 0 if lost else citizen.read_to
        caught = self.do(self.server.transcript.since(self.caller(citizen), citizen.ticket, after))
        assert [entry.seq for entry in caught.entries] == list(range(after + 1, caught.last_seq + 1))
        texts = [entry.text for entry in caught.entries if entry.kind == "message"]
        assert texts == citizen.messages[len(citizen.messages) - len(texts) :]
        assert not lost or len(texts) == len(citizen.messages), "everything comes back"
        citizen.read_to = caught.last_seq
        self.do(
            self.server.transcript.mark_seen(
                self.caller(citizen), citizen.ticket, caught.last_seq, caught.last_seq
            )
        )

    @rule(data=st.data(), side=sides, old=st.sampled_from([0, 0, 1]), fate=fates, late=st.booleans())
    def end(self, data: st.DataObject, side: str, old: int, fate: str, late: bool) -> None:
        citizen = self.some(data, "serving", "waiting", "ended")
        if citizen is None:
            return
        who = self.of_side(citizen, side) if citizen.officer or side == "applicant" else self.officer(0)
        epoch, receipt = citizen.epoch - old, self.other_tab(who)

        def arrive() -> None:
            expected = self.may_act(who, citizen)
            if expected is None and isinstance(who, Officer) and epoch != citizen.epoch:
                expected = StaleEpoch
            refusal = self.ask(
                who,
                lambda server, receipt: server.reception.end(
                    self.caller(who), citizen.ticket, epoch, receipt
                ),
                fate,
                receipt,
            )
            assert refusal is expected
            if refusal is None:
                self.office.end(citizen)

        self.now_or_late("end", arrive, late)

    # -- calls -------------------------------------------------------------------------------------

    @rule(data=st.data(), side=sides, media=st.sampled_from(["audio", "video"]), fate=fates)
    def ring(self, data: st.DataObject, side: str, media: str, fate: str) -> None:
        """Ringing while the other side rings is picking up."""
        citizen = self.some(data, "serving")
        if citizen is None:
            return
        who = self.of_side(citizen, side)
        refusal = self.ask(
            who,
            lambda server, receipt: server.switchboard.ring(self.caller(who), citizen.ticket, media, receipt),
            fate,
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

    @rule(
        data=st.data(), side=sides, step=st.sampled_from(["pick up", "pick up", "connect", "hang up"]),
        media=st.sampled_from(["audio", "video"]), fate=fates, late=st.booleans(),
    )  # fmt: skip
    def in_call(self, data: st.DataObject, side: str, step: str, media: str, fate: str, late: bool) -> None:
        calling = [c for c in self.office.citizens.values() if c.call is not None]
        if not calling:
            return
        citizen = data.draw(st.sampled_from(calling), label="citizen")
        call, who = citizen.call, self.of_side(citizen, side)
        assert call is not None
        ticket, receipt, caller = citizen.ticket, self.other_tab(who), self.caller(who)

        def arrive() -> None:
            refusal = self.ask(
                who,
                lambda server, receipt: {
                    "pick up": lambda: server.switchboard.accept(caller, ticket, call.id, media, receipt),
                    "connect": lambda: server.switchboard.connected(caller, ticket, call.id, 1, receipt),
                    "hang up": lambda: server.switchboard.hang_up(caller, ticket, call.id, receipt),
                }[step](),
                fate,
                receipt,
            )
            assert refusal is self.call_allows(who, citizen, call, side, step)
            if refusal is None:
                self.call_goes_on(citizen, call, side, step, UNITS[media])

        self.now_or_late("call", arrive, late)

    def call_allows(
        self, who: Citizen | Officer, citizen: Citizen, call: Call, side: str, step: str
    ) -> Refusal:
        if step == "hang up":  # always, by whoever it still is for
            return NotFound if isinstance(who, Officer) and citizen.officer != who.person else None
        refusal = self.may_act(who, citizen)
        if refusal is not None:
            return refusal
        stage = "ended" if citizen.call is not call else call.stage
        if step == "pick up":
            return None if stage == "ringing" and call.rang_by != side else StageForbids
        return None if stage in {"connecting", "connected"} else StageForbids

    def call_goes_on(self, citizen: Citizen, call: Call, side: str, step: str, units: int) -> None:
        if citizen.call is not call:
            return
        if step == "pick up":
            self.office.accept_call(citizen, units)
        elif step == "hang up":
            self.office.end_call(citizen)
        else:
            call.sides.add(side)
            call.stage = "connected" if len(call.sides) == 2 else call.stage
