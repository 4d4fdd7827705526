"""At the exit: how well somebody was helped."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import AlreadyRated, StageForbids, TooLate
from consult.wire.from_client import RateConsultation
from tests.stateful.machine import Refusal, fates, mostly_at_once, picked, picks
from tests.stateful.people import Citizen
from tests.stateful.return_rules import ReturnRules

RATING_SECONDS = 7 * 86_400


class RatingRules(ReturnRules):
    @rule(
        which=picks, score=st.integers(1, 5), fate=fates, late=mostly_at_once,
        days=st.sampled_from([0, 0, 0, 0, 0, 0, 0, 6, 9, 9]),
    )  # fmt: skip
    def rate(self, which: int, score: int, fate: str, late: bool, days: int) -> None:
        """Mostly by somebody who was served until `days` ago."""
        citizen = self.was_served(which) if which % 5 else self.some(which, "ended", "serving", "waiting")
        if citizen is None:
            return
        if days:
            self.pass_time(days * 86_400)
        self.now_or_late("rate", lambda: self.rates(citizen, score, fate), late)

    def was_served(self, which: int) -> Citizen | None:
        """Where nobody was, whoever is served now leaves."""
        over = [one for one in self.office.citizens.values() if one.stage == "ended" and one.epoch]
        citizen = picked(which, over) or self.at_a_desk(which)
        if citizen is not None and not over:
            self.ends(citizen, citizen, citizen.epoch, self.other_tab(citizen), "plain")
        return citizen

    def rates(self, citizen: Citizen, score: int, fate: str) -> None:
        self.beside.add("ratings")
        expected = self.may_rate(citizen)
        receipt = self.other_tab(citizen)
        order = RateConsultation(receipt.cseq, citizen.ticket, score)
        refusal = self.ask(
            citizen,
            lambda server, receipt: server.suggestion_box.rate(self.caller(citizen), order, receipt),
            fate,
            receipt,
        )
        assert refusal is expected
        if refusal is None:
            citizen.score = score

    def may_rate(self, citizen: Citizen) -> Refusal:
        """Once, when it is over, of somebody who served; a little time has always passed since then."""
        if citizen.stage != "ended" or citizen.epoch == 0:
            return StageForbids
        if self.office.now - citizen.ended >= RATING_SECONDS:
            return TooLate
        return None if citizen.score is None else AlreadyRated
