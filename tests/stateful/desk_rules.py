"""Officers come on duty, are offered citizens, answer, pick up and go home."""

from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import (
    AnswerOfferFirst,
    ConsultError,
    NobodyWaiting,
    NoCapacity,
    NotFound,
    StageForbids,
    StaleAttempt,
)
from consult.storage.receipts import Receipt
from tests.stateful.line_rules import LineRules
from tests.stateful.machine import VISITORS, Refusal, fates, indexes, mostly_at_once, picks
from tests.stateful.people import Citizen, Officer
from tests.stateful.places import ON_DUTY

own = st.sampled_from([True, True, True, True, False])
olds = st.sampled_from([0, 0, 0, 1])


class DeskRules(LineRules):
    def change_duty(self, officer: Officer, state: str, fate: str) -> None:
        caller = self.caller(officer)
        self.do(self.server.arrive(caller.address))
        refusal = self.ask(
            officer,
            lambda server, receipt: {
                "available": lambda: server.desk.be_ready(caller, receipt),
                "paused": lambda: server.desk.pause(caller, "break", receipt),
                "draining": lambda: server.desk.finish_shift(caller, receipt),
            }[state](),
            fate,
        )
        if officer.state == "disabled" or (state == "draining" and officer.state not in ON_DUTY):
            assert refusal is StageForbids
            return
        assert refusal is None, refusal
        self.office.be(officer, state)

    @rule(index=indexes, state=st.sampled_from(["available", "available", "paused", "draining"]), fate=fates)
    def be(self, index: int, state: str, fate: str) -> None:
        self.change_duty(self.officer(index), state, fate)

    @rule()
    def match(self) -> None:
        self.matches()

    def room_is_kept(self, which: int, seconds: int) -> None:
        """Somebody who needs much has waited for long, or not, when somebody comes who needs little."""
        served = self.at_a_desk(which)
        for officer in self.office.officers.values():
            if served is not None and officer.state != "disabled":
                at_work = served.ticket in officer.serving
                self.change_duty(officer, "available" if at_work else "paused", "plain")
        self.takes_a_number((which + 1) % VISITORS, "video", double=False, here=True, service=0)
        self.pass_time(seconds)
        self.takes_a_number((which + 2) % VISITORS, "chat", double=False, here=True, service=0)
        self.matches()

    def pass_time(self, seconds: int, silent: Collection[Officer] = (), deaf: bool = False) -> None:
        raise NotImplementedError

    def matches(self) -> None:
        self.settle()
        # Two at once, in two processes: an offer made twice would show.
        self.do(self.counter.at_once(self.server.matching.run(), self.server.matching.run()))
        self.offers_are_good()
        kept = self.office.kept()
        for officer in self.office.officers.values():
            left = self.office.offerable(officer)
            assert not left or officer.person in kept, "nobody is left waiting beside a free officer"

    @rule(which=picks, seconds=st.sampled_from([0, 0, 100, 130, 130]))
    def match_otherwise(self, which: int, seconds: int) -> None:
        if seconds:
            self.room_is_kept(which, seconds)
        else:
            self.match_by_an_old_index()

    def match_by_an_old_index(self) -> None:
        self.do(self.server.matching.run())
        self.offers_are_good(stale=True)

    def offers_are_good(self, stale: bool = False, seen: frozenset[str] | None = None) -> None:
        """Take over into the model what matching offered; each offer must be one that may be made.

        `seen`: who was there when matching looked, a while ago; whose room was kept then is not asked.
        """
        stages = self.do(self.counter.stages())
        kept = self.office.kept() if seen is None else set()
        for officer in self.office.officers.values():
            fitting = self.office.offerable(officer, seen or frozenset())
            offered = [
                c for c in self.office.line() if stages[c.ticket].stage == "offered"
                and stages[c.ticket].officer_id == officer.person
            ]  # fmt: skip
            if not offered:
                continue
            assert len(offered) == 1 and fitting, "one offer at a time, to somebody who may be offered"
            assert officer.person not in kept, "this room is kept for who needs more"
            # Others may have been offered those before; what still waits must not have been skipped.
            skipped = [
                c for c in fitting if c.place < offered[0].place and stages[c.ticket].stage == "waiting"
            ]
            assert stale or not skipped, "the first who fits is offered first"
            self.office.offer(officer, offered[0])

    def at_an_offer(self, which: int) -> Citizen | None:
        """Somebody who is offered; where nobody is, an officer gets ready, and may be offered somebody."""
        if self.some(which, "offered") is None and self.in_line(which) is not None:
            officer = self.officer(which)
            if officer.state not in {"available", "disabled"}:
                self.change_duty(officer, "available", "plain")
            self.matches()
        return self.some(which, "offered")

    def at_a_desk(self, which: int) -> Citizen | None:
        """Somebody who is served; where nobody is, an officer picks up the next."""
        if self.some(which, "serving") is None and self.in_line(which) is not None:
            officer = self.officer(which)
            if officer.state not in {*ON_DUTY, "disabled"}:
                self.change_duty(officer, "paused", "plain")
            self.serves_next(officer, "plain")
        return self.some(which, "serving")

    def answering(self, citizen: Citizen, index: int, own: bool) -> Officer:
        """Whose offer it is, mostly."""
        return self.office.officers[citizen.officer or ""] if own else self.officer(index)

    @rule(
        which=picks,
        own=own,
        index=indexes,
        old=st.sampled_from([0, 0, 0, 1]),
        fate=fates,
        late=mostly_at_once,
    )
    def accept(self, which: int, own: bool, index: int, old: int, fate: str, late: bool) -> None:
        citizen = self.at_an_offer(which)
        if citizen is None:
            return
        officer = self.answering(citizen, index, own)
        receipt = self.other_tab(officer)
        attempt = max(1, citizen.attempt - old)

        self.now_or_late("accept", lambda: self.accepts(officer, citizen, attempt, fate, receipt), late)

    def accepts(self, officer: Officer, citizen: Citizen, attempt: int, fate: str, receipt: Receipt) -> None:
        refusal = self.ask(
            officer,
            lambda server, receipt: server.reception.accept(
                self.caller(officer), citizen.ticket, attempt, receipt
            ),
            fate,
            receipt,
        )
        expected = self.answers(officer, citizen, attempt)
        gone = expected is None and officer.state == "disabled"
        assert refusal is (NotFound if gone else expected)
        if refusal is None:
            self.office.serve(officer, citizen)

    @rule(which=picks, own=own, index=indexes, fate=fates, late=mostly_at_once)
    def pass_on(self, which: int, own: bool, index: int, fate: str, late: bool) -> None:
        citizen = self.at_an_offer(which)
        if citizen is None:
            return
        officer = self.answering(citizen, index, own)
        receipt = self.other_tab(officer)
        attempt = citizen.attempt

        def arrive() -> None:
            refusal = self.ask(
                officer,
                lambda server, receipt: server.reception.pass_on(
                    self.caller(officer), citizen.ticket, attempt, receipt
                ),
                fate,
                receipt,
            )
            assert refusal is self.answers(officer, citizen, attempt)
            if refusal is None:
                self.office.pass_on(officer, citizen)

        self.now_or_late("pass", arrive, late)

    def answers(self, officer: Officer, citizen: Citizen, attempt: int) -> Refusal:
        """What an answer to this offer of this attempt must hear now."""
        if citizen.offered_to != officer.person or attempt > citizen.attempt:
            return NotFound
        open_to = citizen.officer if citizen.stage == "offered" else None
        return None if open_to == officer.person and attempt == citizen.attempt else StaleAttempt

    @rule(index=indexes, fate=fates)
    def serve_next(self, index: int, fate: str) -> None:
        self.serves_next(self.officer(index), fate)

    def serves_next(self, officer: Officer, fate: str) -> None:
        self.settle()
        fitting = [c for c in self.office.line() if self.office.fits(officer, c)]
        refusal = self.ask(
            officer,
            lambda server, receipt: server.reception.serve_next(self.caller(officer), receipt),
            fate,
        )
        if refusal is not None:
            self.may_not_pick_up(officer, refusal, fitting)
            return
        assert officer.state in ON_DUTY and not officer.offered
        served = self.newly_served(officer)
        assert served == fitting[:1], "the first who fits is served"
        self.office.serve(officer, fitting[0])

    def may_not_pick_up(self, officer: Officer, refusal: Refusal, fitting: list[Citizen]) -> None:
        if refusal is StageForbids:
            assert officer.state not in ON_DUTY
        elif refusal is AnswerOfferFirst:
            assert officer.offered is not None
        else:
            assert refusal in {NobodyWaiting, NoCapacity} and not fitting

    def newly_served(self, officer: Officer) -> list[Citizen]:
        stages = self.do(self.counter.stages())
        return [
            c for c in self.office.line() if stages[c.ticket].stage == "serving"
            and stages[c.ticket].officer_id == officer.person
        ]  # fmt: skip

    @rule(index=indexes)
    def serve_next_from_two_tabs(self, index: int) -> None:
        """Both tabs see free units; together they must not take more than there are."""
        officer = self.officer(index)
        answers = self.do(
            self.counter.at_once(
                *(
                    self.server.reception.serve_next(self.caller(officer), self.other_tab(officer))
                    for _ in range(2)
                )
            )
        )
        served = {answer.ticket.id for answer in answers if not isinstance(answer, ConsultError)}
        for citizen in self.office.line():
            if citizen.ticket in served:
                assert self.office.fits(officer, citizen), "never more than there is room for"
                self.office.serve(officer, citizen)
