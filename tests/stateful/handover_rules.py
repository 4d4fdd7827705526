"""Officers hand consultations over: to the other service, or to the other officer alone."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import NobodyToTake, StaleEpoch
from consult.wire.from_client import TransferConsultation
from tests.stateful.machine import Refusal, fates, having
from tests.stateful.model import ON_DUTY
from tests.stateful.people import Citizen, Officer
from tests.stateful.record_rules import RecordRules


class HandoverRules(RecordRules):
    @having("serving")
    @rule(
        data=st.data(),
        to_officer=st.booleans(),
        service=st.integers(0, 1),
        old=st.sampled_from([0, 0, 0, 0, 1]),
        fate=fates,
        late=st.booleans(),
    )
    def hand_over(
        self, data: st.DataObject, to_officer: bool, service: int, old: int, fate: str, late: bool
    ) -> None:
        citizen = self.some(data, "serving")
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
            possible = self.may_take(other, None if to_officer else service, citizen)
            assert refusal is self.answers_to_transfer(officer, citizen, epoch, possible)
            if refusal is None and to_officer:
                self.office.hand_over(citizen, citizen.service, other)
            elif refusal is None:
                self.office.hand_over(citizen, service)

        self.now_or_late("hand over", arrive, late)

    def answers_to_transfer(self, officer: Officer, citizen: Citizen, epoch: int, possible: bool) -> Refusal:
        refusal = self.may_act(officer, citizen)
        if refusal is not None:
            return refusal
        if epoch != citizen.epoch:
            return StaleEpoch
        return None if possible else NobodyToTake

    def may_take(self, other: Officer, service: int | None, citizen: Citizen) -> bool:
        """The other officer, or another service that the other one knows and that does not end at once."""
        if service is None:
            return other.state in ON_DUTY
        lasts = service not in self.office.closed or other.state in ON_DUTY
        return service != citizen.service and other.state != "disabled" and lasts
