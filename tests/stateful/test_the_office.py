"""The office against a plain model: everything that people do and everything that goes wrong, at random."""

import asyncio
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from consult.wire.to_client import EntryAdded
from tests.stateful import beside
from tests.stateful.fault_rules import FaultRules
from tests.stateful.people import Citizen
from tests.support.counter import Counter
from tests.support.one_day import Seen

EXAMPLES = 500
POSTGRES_EXAMPLES = 25
STEPS = 20


class TheOffice(FaultRules):
    """Each rule does one thing to the real services and to the model; the invariants compare the two."""

    @invariant()
    def rows_and_index_equal_the_model(self) -> None:
        if not self.touched:
            return
        seen, orders = self.do(self.counter.looked_at(self.beside))
        self.touched = False
        assert set(seen.tickets) == set(self.office.citizens), "nobody else has a place"
        for citizen in self.office.citizens.values():
            self.ticket_equals(citizen, seen)
        for what, rows in seen.beside.items():
            assert beside.by_ticket(rows) == beside.must_be(what, self.office.citizens.values()), what
        for officer in self.office.officers.values():
            duty = seen.duties[officer.person]
            assert duty.state == officer.state, f"{officer} but {duty}"
            held = [one for one in seen.tickets.values() if one.officer_id == officer.person]
            assert duty.load == sum(one.units for one in held if one.stage != "ended")
            assert (duty.load, duty.capacity) == (self.office.load(officer), officer.capacity)
            assert duty.offered_ticket == officer.offered
        for service, order in enumerate(orders):
            line = [citizen.ticket for citizen in self.office.line() if citizen.service == service]
            assert self.index_is_old or order == line

    def ticket_equals(self, citizen: Citizen, seen: Seen) -> None:
        row = seen.tickets[citizen.ticket]
        assert row.stage == citizen.stage, f"{citizen} but {row}"
        assert row.officer_id == citizen.officer, f"{citizen} but {row}"
        assert row.units == citizen.units, f"{citizen} but {row}"
        assert (row.attempt, row.assignment_epoch) == (citizen.attempt, citizen.epoch)
        assert row.order_at == citizen.order_at, "nothing but priority changes the order key"
        assert row.returned == citizen.returned, f"{citizen} but {row}"
        assert (row.away_since_at is None) == citizen.present, f"{citizen} but {row}"
        assert (row.service_id, row.held_for) == (self.services[citizen.service], citizen.held_for)

    def teardown(self) -> None:
        failed = sys.exc_info()[0] is not None
        try:
            if not failed:
                self.it_goes_on(dies=False)
                self.conversations_are_whole()
                self.frames_reached_only_their_own()
        finally:
            for server in self.counter.servers:
                server.database.goes_on.set()
            if self.stopped is not None:  # or it would go on in the midst of another day
                self.do(asyncio.wait([self.stopped[1]]))

    def conversations_are_whole(self) -> None:
        conversations = self.do(self.counter.told(list(self.office.citizens)))
        for citizen in self.office.citizens.values():
            entries = conversations[citizen.ticket]
            assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), "no gap in seq"
            assert [e.text for e in entries if e.kind == "message"] == citizen.messages
            assert [e.values["photo"] for e in entries if e.kind == "photo"] == list(citizen.photos)
            for recording in citizen.recordings:
                assert self.do(self.server.slices.verify(recording.id)) is None, "what was kept is there"

    def frames_reached_only_their_own(self) -> None:
        """What was delivered to a page of a conversation is of one in which this person has a part."""
        for server in self.counter.servers:
            for address, frame in server.frames:
                told = msgspec.json.decode(frame, type=Told)
                if told.t != EntryAdded.__struct_config__.tag or told.ticket not in self.office.citizens:
                    continue
                kind, _, who = address.partition(":")
                known = {told.ticket} if kind == "ticket" else self.office.citizens[told.ticket].officers
                assert who in known, "a frame reached a stranger"
            server.frames.clear()


class Told(msgspec.Struct):
    """Of whatever a page is told: what it is, and of which ticket."""

    t: str
    ticket: Any = None


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
