"""An ended consultation is taken up again: by its citizen, or by the officer who served."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import ClosedHours, NotAllowed, NotFound, OtherPlace, StageForbids, TooLate
from tests.stateful.board_rules import BoardRules
from tests.stateful.machine import Refusal, fates, indexes, mostly_at_once, picked, picks
from tests.stateful.people import Citizen, Officer
from tests.stateful.places import BY_THE_OFFICE, REOPEN_SECONDS


class ReturnRules(BoardRules):
    @rule(
        which=picks, calls_back=st.sampled_from(["", "", "served", "served", "anybody"]), index=indexes,
        fate=fates, late=mostly_at_once,
        days=st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1]),
    )  # fmt: skip
    def reopen(self, which: int, calls_back: str, index: int, fate: str, late: bool, days: int) -> None:
        """`calls_back`: an officer does, mostly somebody who was served."""
        over = self.already_over(which)
        served = [c for c in over if c.served] if calls_back == "served" else []
        citizen = picked(which, served or over) or self.some(which, "waiting", "parked", "serving")
        if citizen is None:
            return
        officer = self.office.officers.get(citizen.officer or "", self.officer(index))
        who: Citizen | Officer = officer if calls_back else citizen
        receipt = self.other_tab(who)
        if days:
            self.pass_time(90_000)

        def arrive() -> None:
            if who is citizen:
                self.do(self.server.arrive(self.caller(citizen).address))
            expected = self.may_reopen(who, citizen)
            refusal = self.ask(
                who,
                lambda server, receipt: server.reopening.reopen(self.caller(who), citizen.ticket, receipt),
                fate,
                receipt,
            )
            assert refusal is expected, f"{citizen}"
            if refusal is None and who is citizen:
                self.do(self.counter.announce_again([citizen.ticket]))  # its page pings
            if refusal is None:
                now = self.do(self.counter.stages())[citizen.ticket].joined_at
                self.office.reopen(citizen, now, officer if who is officer else None)

        self.now_or_late("reopen", arrive, late)

    def may_reopen(self, who: Citizen | Officer, citizen: Citizen) -> Refusal:
        calls_back = isinstance(who, Officer)
        if isinstance(who, Officer) and citizen.officer != who.person:
            return NotFound
        if citizen.stage != "ended":
            return StageForbids
        if calls_back and not citizen.served:
            return NotFound
        if citizen.why in BY_THE_OFFICE:
            return NotAllowed
        if self.office.now - citizen.ended > REOPEN_SECONDS:
            return TooLate
        if self.place_of(citizen.visitor) is not None:
            return OtherPlace
        waits_on = citizen.service not in self.office.closed or (calls_back and self.office.on_duty())
        return None if waits_on else ClosedHours
