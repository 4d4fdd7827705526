"""Messages, catching up, and the end of a consultation."""

import secrets

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import Ended, NotFound, OutOfOrder, StageForbids, StaleEpoch
from consult.storage.receipts import Receipt
from tests.stateful.desk_rules import DeskRules
from tests.stateful.machine import Refusal, fates, mostly_at_once, picks
from tests.stateful.people import Citizen, Officer

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

    @rule(which=picks, side=sides, fate=fates, late=mostly_at_once, swapped=st.booleans())
    def post(self, which: int, side: str, fate: str, late: bool, swapped: bool) -> None:
        """Two messages of one tab; `swapped`: the second arrives first, and must wait for its turn."""
        citizen = self.at_a_desk(which)
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

    @rule(which=picks, lost=st.booleans())
    def read(self, which: int, lost: bool) -> None:
        """The citizen's page catches up; with `lost`, from the beginning, as a new page does."""
        citizen = self.some(which, "waiting", "offered", "serving", "parked", "ended")
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

    @rule(which=picks, side=sides, old=st.sampled_from([0, 0, 1]), fate=fates, late=mostly_at_once)
    def end(self, which: int, side: str, old: int, fate: str, late: bool) -> None:
        citizen = self.some(which, "serving", "waiting", "ended")
        if citizen is None:
            return
        who = self.of_side(citizen, side) if citizen.officer or side == "applicant" else self.officer(0)
        epoch, receipt = citizen.epoch - old, self.other_tab(who)

        self.now_or_late("end", lambda: self.ends(who, citizen, epoch, receipt, fate), late)

    def ends(self, who: Citizen | Officer, citizen: Citizen, epoch: int, receipt: Receipt, fate: str) -> None:
        expected = self.may_act(who, citizen)
        if expected is None and isinstance(who, Officer) and epoch != citizen.epoch:
            expected = StaleEpoch
        refusal = self.ask(
            who,
            lambda server, receipt: server.reception.end(self.caller(who), citizen.ticket, epoch, receipt),
            fate,
            receipt,
        )
        assert refusal is expected
        if refusal is None:
            self.office.end(citizen)

    def already_over(self, which: int) -> list[Citizen]:
        """Whose consultations have ended; where nobody's has, somebody leaves or one ends."""
        nobody, leaves = self.some(which, "ended") is None, which % 2 == 0
        citizen = (self.in_line(which) if leaves else self.at_a_desk(which)) if nobody else None
        if citizen is not None and leaves:
            self.leaves(citizen, "plain", self.other_tab(citizen))
        elif citizen is not None:
            self.ends(citizen, citizen, citizen.epoch, self.other_tab(citizen), "plain")
        return [c for c in self.office.citizens.values() if c.stage == "ended"]
