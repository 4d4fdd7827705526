"""A supervisor at the board ends consultations, numbers and shifts, and lets people be served earlier."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import Ended, NoMorePriority, StageForbids, StaleEpoch
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from consult.wire.from_client import BlockTicket, BringForward, CloseConsultation
from tests.stateful.desk_rules import olds
from tests.stateful.handover_rules import HandoverRules
from tests.stateful.machine import Refusal, fates, indexes, mostly_at_once, picks
from tests.stateful.people import Citizen
from tests.stateful.places import ON_DUTY
from tests.support.server_parts import ServerParts

SUPERVISOR = Caller(Role.SUPERVISOR, "supervisor", "Pengawas")
ABOUT = {
    "close": ("serving",),
    "block": ("waiting", "offered", "serving", "parked"),
    "bring forward": ("waiting", "parked"),
}
ENDS = {"close": "ended_by_office", "block": "blocked"}


class BoardRules(HandoverRules):
    @rule(
        step=st.sampled_from(["close", "block", "bring forward", "bring forward"]),
        which=picks, old=olds, minutes=st.sampled_from([10, 45, 60]), fate=fates, late=mostly_at_once,
    )  # fmt: skip
    def at_the_board(self, step: str, which: int, old: int, minutes: int, fate: str, late: bool) -> None:
        found = self.at_a_desk(which) if step == "close" else self.in_line(which, *ABOUT[step])
        citizen = found or self.some(which, "offered", "serving", "ended")
        if citizen is None:
            return
        receipt, epoch = self.other_tab(SUPERVISOR), citizen.epoch - old

        def arrive() -> None:
            expected = self.board_refuses(step, citizen, epoch, minutes)
            refusal = self.ask(SUPERVISOR, carried_out(step, citizen, epoch, minutes), fate, receipt)
            assert refusal is expected
            if refusal is None and step in ENDS:
                self.office.end(citizen, ENDS[step])
            elif refusal is None:
                citizen.order_at = self.office.brought_forward(citizen, minutes)

        self.now_or_late(step, arrive, late)

    def board_refuses(self, step: str, citizen: Citizen, epoch: int, minutes: int) -> Refusal:
        if citizen.stage == "ended":
            return Ended
        if citizen.stage not in ABOUT[step]:
            return StageForbids
        if step == "close":
            return None if epoch == citizen.epoch else StaleEpoch
        if step == "bring forward" and self.office.brought_forward(citizen, minutes) == citizen.order_at:
            return NoMorePriority
        return None

    @rule(index=indexes, fate=fates, late=mostly_at_once)
    def end_shift(self, index: int, fate: str, late: bool) -> None:
        officer, receipt = self.officer(index), self.other_tab(SUPERVISOR)

        def arrive() -> None:
            refusal = self.ask(
                SUPERVISOR,
                lambda server, receipt: server.desk.end_shift(SUPERVISOR, officer.person, receipt),
                fate,
                receipt,
            )
            assert refusal is (None if officer.state in ON_DUTY else StageForbids)
            if refusal is None:
                self.office.be(officer, "draining", own=False)

        self.now_or_late("end shift", arrive, late)


def carried_out(step: str, citizen: Citizen, epoch: int, minutes: int) -> Any:
    """What the board asks of a server."""
    ticket, why = citizen.ticket, "Dengan alasan."

    def make(server: ServerParts, receipt: Receipt) -> Any:
        number = receipt.cseq
        if step == "close":
            order = CloseConsultation(number, ticket, epoch, why)
            return server.stepping_in.close(SUPERVISOR, order, receipt)
        if step == "block":
            return server.stepping_in.block(SUPERVISOR, BlockTicket(number, ticket, why), receipt)
        forward = BringForward(number, ticket, minutes, why)
        return server.bringing_forward.bring_forward(SUPERVISOR, forward, receipt)

    return make
