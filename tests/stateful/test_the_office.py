"""The office against a plain model: everything that people do and everything that goes wrong, at random."""

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from consult.wire.to_client import EntryAdded
from tests.stateful.fault_rules import FaultRules
from tests.stateful.model import CAPACITY
from tests.support.counter import Counter

EXAMPLES = 500
POSTGRES_EXAMPLES = 25
STEPS = 25


class TheOffice(FaultRules):
    """Each rule does one thing to the real services and to the model; the invariants compare the two."""

    @invariant()
    def rows_and_index_equal_the_model(self) -> None:
        if not self.office.officers:
            return
        rows, duties, orders = self.do(self.counter.looked_at())
        for citizen in self.office.citizens.values():
            row = rows[citizen.ticket]
            assert row.stage == citizen.stage, f"{citizen} but {row}"
            if citizen.stage in {"offered", "serving"}:
                assert row.officer_id == citizen.officer
            assert (row.attempt, row.assignment_epoch) == (citizen.attempt, citizen.epoch)
            assert (row.order_at, row.id) == citizen.joined, "the order key never changes"
            assert (row.service_id, row.held_for) == (self.services[citizen.service], citizen.held_for)
            assert row.stage == "ended" or row.units == citizen.units, f"{citizen} but {row}"
        for officer in self.office.officers.values():
            duty = duties[officer.person]
            assert duty.state == officer.state, f"{officer} but {duty}"
            assert duty.load == self.office.load(officer) <= CAPACITY
            assert duty.offered_ticket == officer.offered
        for service, order in enumerate(orders):
            line = [citizen.ticket for citizen in self.office.line() if citizen.service == service]
            assert self.index_is_old or order == line

    def teardown(self) -> None:
        try:
            if self.stopped is not None:
                self.it_goes_on(dies=False)
            conversations = self.do(self.counter.told(list(self.office.citizens)))
            for citizen in self.office.citizens.values():
                entries = conversations[citizen.ticket]
                assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), "no gap in seq"
                assert [e.text for e in entries if e.kind == "message"] == citizen.messages
            self.frames_reached_only_their_own()
        finally:
            for server in self.counter.servers:
                server.database.goes_on.set()
            if self.office.officers:
                self.do(self.counter.close_service())

    def frames_reached_only_their_own(self) -> None:
        """Whatever was delivered to a citizen's page is of that citizen's conversation."""
        for server in self.counter.servers:
            for address, frame in server.frames:
                told = msgspec.json.decode(frame)
                if told["t"] == EntryAdded.__struct_config__.tag:
                    assert address == f"ticket:{told['ticket']}", "a frame reached a stranger"
            server.frames.clear()


def check(counter: Counter, seed: int, examples: int) -> None:
    TheOffice.counter = counter
    TheOffice._hypothesis_internal_use_seed = seed  # type: ignore[attr-defined] # what @seed would set
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        TheOffice,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("half", [0, 1])
def test_the_office_keeps_its_promises(sqlite_counter: Counter, seed: int, half: int) -> None:
    check(sqlite_counter, seed + half, EXAMPLES // 2)


@pytest.mark.timeout(900)
def test_the_office_keeps_its_promises_on_postgresql(postgres_counter: Counter, seed: int) -> None:
    check(postgres_counter, seed, POSTGRES_EXAMPLES)
