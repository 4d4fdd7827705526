"""The office against a plain model: random joins, offers, answers, ends, silences and lost Redis."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from consult.errors import (
    AnswerOfferFirst,
    ConsultError,
    NobodyWaiting,
    NoCapacity,
    NotFound,
    OutOfOrder,
    Reproduced,
    StageForbids,
    StaleAttempt,
)
from consult.people import Caller, Role
from consult.queue.reception import TicketForm
from consult.storage.receipts import Receipt
from tests.stateful.model import CAPACITY, Citizen, Office, Officer
from tests.support.counter import Counter

T = TypeVar("T")
EXAMPLES = 300
STEPS = 40
VISITORS = 6
OFFICERS = 2
TODAY = date(2099, 1, 1)  # the database clock runs on over all examples; no day ends under them


class TheOffice(RuleBasedStateMachine):
    """Each rule does one thing to the real services and to the model; the invariants compare the two."""

    counter: Counter
    run_one: Any

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.visitors = [secrets.token_bytes(32) for _ in range(VISITORS)]
        self.held: dict[int, str] = {}
        self.streams: dict[str, list[Any]] = {}
        self.joined = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        result: T = type(self).run_one(work)
        return result

    def refused(self, work: Coroutine[Any, Any, Any]) -> type[ConsultError] | None:
        try:
            self.do(work)
        except ConsultError as error:
            return type(error)
        return None

    def receipt(self, owner: str) -> Receipt:
        stream = self.streams.setdefault(owner, [secrets.token_hex(12), 0])
        stream[1] += 1
        return Receipt(stream[0], owner, stream[1], secrets.token_bytes(16))

    @initialize(ready=st.sampled_from([True, True, False]))
    def open_the_office(self, ready: bool) -> None:
        self.service, people = self.do(self.counter.new_service(OFFICERS, CAPACITY))
        self.office.officers = {person: Officer(person) for person in people}
        self.do(self.counter.flush())
        for index in range(OFFICERS if ready else 0):
            self.be_ready(index)

    def caller(self, who: Citizen | Officer) -> Caller:
        if isinstance(who, Citizen):
            return Caller(Role.APPLICANT, who.ticket, "Pemohon")
        return Caller(Role.OFFICER, who.person, "Petugas")

    def officer(self, index: int) -> Officer:
        return list(self.office.officers.values())[index % OFFICERS]

    def some(self, data: st.DataObject, *stages: str) -> Citizen | None:
        found = [c for c in self.office.citizens.values() if c.stage in stages]
        return data.draw(st.sampled_from(found), label="citizen") if found else None

    # -- applicants --------------------------------------------------------------------------------

    @rule(
        who=st.integers(0, VISITORS - 1),
        channel=st.sampled_from(["chat", "chat", "chat", "video"]),
        double=st.booleans(),
        here=st.sampled_from([True, True, True, False]),
    )
    def join(self, who: int, channel: str, double: bool, here: bool) -> None:
        form = TicketForm(self.service, "B", "Pemohon", "+62812", "", channel, "id", 1, "id")
        reception = self.counter.reception

        async def taps() -> list[Any]:
            once = reception.take_number(form, self.visitors[who], TODAY)
            if not double:
                return [await once]
            again = reception.take_number(form, self.visitors[who], TODAY)
            return list(await asyncio.gather(once, again))

        taken = self.do(taps())
        assert len({one.ticket_id for one in taken}) == 1, "a double tap is one place"
        ticket = taken[0].ticket_id
        if who in self.held and self.office.citizens[self.held[who]].stage != "ended":
            assert ticket == self.held[who], "one live place for each visitor"
            return
        self.joined += 1
        self.held[who] = ticket
        self.office.citizens[ticket] = Citizen(ticket, channel, self.joined, away_since=self.office.now)
        if here:
            self.do(self.counter.reception.appeared(ticket))
            self.office.citizens[ticket].away_since = None

    @rule(data=st.data())
    def appear(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "parked")
        if citizen:
            self.do(self.counter.reception.appeared(citizen.ticket))
            citizen.away_since = None
            if citizen.stage == "parked":
                citizen.stage = "waiting"

    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving")
        if citizen:
            self.do(self.counter.reception.vanished(citizen.ticket))
            citizen.away_since = self.office.now if citizen.present else citizen.away_since

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "parked", "ended")
        if citizen is None:
            return
        caller = self.caller(citizen)
        refusal = self.refused(
            self.counter.reception.leave(caller, citizen.ticket, self.receipt(caller.subject))
        )
        if citizen.stage in {"serving", "ended"}:
            assert refusal is not None and issubclass(refusal, ConsultError)
        else:
            assert refusal is None
            self.office.end(citizen)

    # -- officers ----------------------------------------------------------------------------------

    @rule(index=st.integers(0, OFFICERS - 1))
    def be_ready(self, index: int) -> None:
        officer = self.officer(index)
        caller = self.caller(officer)
        self.do(self.counter.desk.be_ready(caller, self.receipt(caller.subject)))
        officer.state, officer.heard = "available", True

    @rule(index=st.integers(0, OFFICERS - 1))
    def pause(self, index: int) -> None:
        officer = self.officer(index)
        caller = self.caller(officer)
        self.do(self.counter.desk.pause(caller, "break", self.receipt(caller.subject)))
        officer.state, officer.heard = "paused", True

    @rule()
    def match_again(self) -> None:
        self.match()

    @rule()
    def match(self) -> None:
        # Two at once, as two processes would: an offer made twice would show.
        self.do(self.counter.at_once(self.counter.matching.run(), self.counter.matching.run()))
        stages = self.do(self.counter.stages())
        for officer in self.office.officers.values():
            fitting = self.office.offerable(officer)
            offered = [
                c for c in self.office.line() if stages[c.ticket].stage == "offered"
                and stages[c.ticket].officer_id == officer.person
            ]  # fmt: skip
            if not offered:
                continue
            assert len(offered) == 1 and fitting, "one offer at a time, to somebody who may be offered"
            # Others may have been offered those before; what still waits must not have been skipped.
            skipped = [
                c for c in fitting if c.place < offered[0].place and stages[c.ticket].stage == "waiting"
            ]
            assert not skipped, "the first who fits is offered first"
            self.office.offer(officer, offered[0])
        for officer in self.office.officers.values():
            assert not self.office.offerable(officer), "nobody is left waiting beside a free officer"

    @precondition(lambda self: any(o.offered for o in self.office.officers.values()))
    @rule(data=st.data(), index=st.integers(0, OFFICERS - 1), late=st.sampled_from([0, 0, 0, 1]))
    def accept(self, data: st.DataObject, index: int, late: int) -> None:
        officer = self.officer(index)
        citizen = self.some(data, "offered")
        if citizen is None:
            return
        caller = self.caller(officer)
        attempt = max(1, citizen.attempt - late)
        good = officer.offered == citizen.ticket and attempt == citizen.attempt
        refusal = self.refused(
            self.counter.reception.accept(caller, citizen.ticket, attempt, self.receipt(caller.subject))
        )
        if good:
            assert refusal is None
            self.office.serve(officer, citizen)
        else:
            assert refusal in {StaleAttempt, NotFound}

    @precondition(lambda self: any(o.offered for o in self.office.officers.values()))
    @rule(index=st.integers(0, OFFICERS - 1))
    def pass_on(self, index: int) -> None:
        officer = self.officer(index)
        if officer.offered is None:
            return
        citizen, caller = self.office.citizens[officer.offered], self.caller(officer)
        self.do(
            self.counter.reception.pass_on(
                caller, citizen.ticket, citizen.attempt, self.receipt(caller.subject)
            )
        )
        self.office.give_back(citizen, to_the_head=False)
        citizen.passed_at[officer.person] = self.office.now

    @rule(index=st.integers(0, OFFICERS - 1))
    def serve_next(self, index: int) -> None:
        officer = self.officer(index)
        caller = self.caller(officer)
        fitting = [c for c in self.office.line() if self.office.fits(officer, c)]
        try:
            served = self.do(self.counter.reception.serve_next(caller, self.receipt(caller.subject)))
        except StageForbids:
            assert officer.state not in {"available", "paused"}
        except AnswerOfferFirst:
            assert officer.offered is not None
        except (NobodyWaiting, NoCapacity):
            assert not fitting
        else:
            assert fitting and served.ticket.id == fitting[0].ticket, "the first who fits is served"
            self.office.serve(officer, fitting[0])

    @rule(index=st.integers(0, OFFICERS - 1))
    def serve_next_from_two_tabs(self, index: int) -> None:
        """Both tabs see free units; together they must not take more than there are."""
        officer = self.officer(index)
        caller = self.caller(officer)
        first, second = (Receipt(secrets.token_hex(12), caller.subject, 1, b"x" * 16) for _ in range(2))
        answers = self.do(
            self.counter.at_once(
                self.counter.reception.serve_next(caller, first),
                self.counter.reception.serve_next(caller, second),
            )
        )
        served = {answer.ticket.id for answer in answers if not isinstance(answer, ConsultError)}
        for citizen in self.office.line():
            if citizen.ticket in served:
                assert self.office.fits(officer, citizen), "never more than there is room for"
                self.office.serve(officer, citizen)

    @rule(data=st.data(), by_officer=st.booleans())
    def end(self, data: st.DataObject, by_officer: bool) -> None:
        citizen = self.some(data, "serving", "waiting", "ended")
        if citizen is None:
            return
        who: Citizen | Officer = citizen
        if by_officer:
            who = self.office.officers[citizen.officer] if citizen.officer else self.officer(0)
        caller = self.caller(who)
        epoch = citizen.epoch if by_officer else None
        refusal = self.refused(
            self.counter.reception.end(caller, citizen.ticket, epoch, self.receipt(caller.subject))
        )
        if citizen.stage == "serving":
            assert refusal is None
            self.office.end(citizen)
        else:
            assert refusal is not None

    # -- conversation ------------------------------------------------------------------------------

    @rule(data=st.data(), by_officer=st.booleans(), repeat=st.booleans(), gap=st.booleans())
    def post(self, data: st.DataObject, by_officer: bool, repeat: bool, gap: bool) -> None:
        citizen = self.some(data, "serving")
        if citizen is None or citizen.officer is None:
            return
        caller = self.caller(self.office.officers[citizen.officer] if by_officer else citizen)
        text = f"pesan {secrets.token_hex(4)}"
        receipt = self.receipt(caller.subject)
        if gap:
            ahead = Receipt(receipt.stream, receipt.owner, receipt.cseq + 1, receipt.digest)
            assert (
                self.refused(self.counter.transcript.post(caller, citizen.ticket, text, ahead)) is OutOfOrder
            )
        posted = self.do(self.counter.transcript.post(caller, citizen.ticket, text, receipt))
        citizen.messages.append(text)
        if repeat:
            with pytest.raises(Reproduced) as first:
                self.do(self.counter.transcript.post(caller, citizen.ticket, text, receipt))
            assert first.value.seq == posted.seq, "a repeat gets the first answer"

    # -- faults and time ---------------------------------------------------------------------------

    # Seconds are tens, so that the little real time that passes meanwhile cannot tip a limit.

    @rule()
    def offers_run_out(self) -> None:
        self.pass_time(30, silent=None)

    @rule(index=st.integers(0, OFFICERS - 1), for_good=st.booleans())
    def officer_goes_silent(self, index: int, for_good: bool) -> None:
        officer = self.officer(index)
        if officer.state not in {"available", "paused"}:
            return
        self.pass_time(40, silent=officer)
        self.office.lose(officer)
        if for_good:
            self.pass_time(130, silent=officer, then=lambda: self.office.requeue(officer))
        else:
            self.do(self.counter.desk.came(self.caller(officer)))
            officer.state = officer.before_lost

    @rule()
    def places_are_held_for_a_while(self) -> None:
        self.pass_time(1_000, silent=None)

    def pass_time(
        self, seconds: int, silent: Officer | None, then: Callable[[], None] = lambda: None
    ) -> None:
        """Time passes for both; every open offer runs out, `then` happens, and old places are parked."""
        heard = [o.person for o in self.office.officers.values() if o is not silent]
        self.do(self.counter.pass_time(seconds, heard))
        for officer in self.office.officers.values():
            if officer.offered:
                self.office.give_back(self.office.citizens[officer.offered], to_the_head=True)
                officer.state = "paused"
        then()
        self.office.pass_time(seconds)

    @rule()
    def redis_is_emptied(self) -> None:
        self.do(self.counter.flush())
        present = [c.ticket for c in self.office.citizens.values() if c.present and c.stage != "ended"]
        self.do(self.counter.announce_again(present))

    # -- what must always hold ---------------------------------------------------------------------

    @invariant()
    def rows_equal_the_model(self) -> None:
        if not self.office.officers:
            return
        rows = self.do(self.counter.stages())
        for citizen in self.office.citizens.values():
            row = rows[citizen.ticket]
            assert row.stage == citizen.stage, f"{citizen} but {row}"
            if citizen.stage in {"offered", "serving"}:
                assert row.officer_id == citizen.officer
            assert (row.attempt, row.assignment_epoch) == (citizen.attempt, citizen.epoch)

    @invariant()
    def nobody_is_over_capacity(self) -> None:
        for officer in self.office.officers.values():
            row = self.do(self.counter.duty_row(officer.person))
            assert row.state == officer.state, f"{officer} but {row}"
            assert row.load == self.office.load(officer) <= CAPACITY
            assert row.offered_ticket == officer.offered

    @invariant()
    def the_line_keeps_its_order(self) -> None:
        if self.office.officers:
            expected = [citizen.ticket for citizen in self.office.line()]
            assert self.do(self.counter.line.order(self.service)) == expected

    def teardown(self) -> None:
        for citizen in self.office.citizens.values():
            entries = self.do(self.counter.entries(citizen.ticket))
            assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), "no gap in seq"
            assert [e.text for e in entries if e.kind == "message"] == citizen.messages
            assert self.do(self.counter.chain_holds(citizen.ticket))
        if self.office.officers:
            self.do(self.counter.close_service(self.service))


@pytest.mark.timeout(900)
def test_the_office_keeps_its_promises(counter: Counter) -> None:
    TheOffice.counter = counter
    TheOffice.run_one = staticmethod(counter.run)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        TheOffice,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
