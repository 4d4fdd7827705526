"""Officers hand consultations over: to the other service, or to the other officer alone."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import NobodyToTake, StaleEpoch
from consult.wire.from_client import TransferConsultation
from tests.stateful.machine import Refusal, fates, mostly_at_once, picks
from tests.stateful.people import Citizen, Officer
from tests.stateful.places import ON_DUTY
from tests.stateful.recording_rules import RecordingRules


class HandoverRules(RecordingRules):
    @rule(
        which=picks,
        to_officer=st.booleans(),
        service=st.integers(0, 1),
        old=st.sampled_from([0, 0, 0, 0, 1]),
        fate=fates,
        late=mostly_at_once,
    )
    def hand_over(self, which: int, to_officer: bool, service: int, old: int, fate: str, late: bool) -> None:
        citizen = self.at_a_desk(which)
        if citizen is None:
            return
        officer = self.office.officers[citizen.officer or ""]
        (other,) = [one for one in self.office.officers.values() if one is not officer]
        receipt, epoch = self.other_tab(officer), citizen.epoch - old
        to = {"officer": other.person} if to_officer else {"service": self.services[service]}
        order = TransferConsultation(receipt.cseq, citizen.ticket, epoch, "Berkas lengkap.", **to)

        def arrive() -> None:
            refusal = self.ask(
                officer,
                lambda server, receipt: server.handover.transfer(self.caller(officer), order, receipt),
                fate,
                receipt,
            )
            target = other if to_officer else None
            assert refusal is self.answers_to_transfer(officer, citizen, epoch, service, target)
            if refusal is None:
                self.office.hand_over(citizen, citizen.service if to_officer else service, target)

        self.now_or_late("hand over", arrive, late)

    def answers_to_transfer(
        self, officer: Officer, citizen: Citizen, epoch: int, service: int, to: Officer | None
    ) -> Refusal:
        refusal = self.may_act(officer, citizen)
        if refusal is not None:
            return refusal
        if epoch != citizen.epoch:
            return StaleEpoch
        if to is not None:
            possible = to.state in ON_DUTY
        else:
            others = [one for one in self.office.officers.values() if one is not officer]
            at_work = [one for one in others if one.state != "disabled"]
            # Where the hours have ended, only somebody on duty keeps the line from being emptied.
            open_there = service not in self.office.closed or any(one.state in ON_DUTY for one in at_work)
            possible = service != citizen.service and bool(at_work) and open_there
        return None if possible else NobodyToTake
