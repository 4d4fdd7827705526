"""The office against a plain model: everything that people do and everything that goes wrong, at random."""

import asyncio
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from consult.wire.to_client import Entry, EntryAdded
from tests.stateful.fault_rules import FaultRules
from tests.stateful.people import Citizen
from tests.support.counter import Counter
from tests.support.seen import Seen

EXAMPLES = 500
HELD = {"offered", "serving"}
POSTGRES_EXAMPLES = 25
STEPS = 25


class TheOffice(FaultRules):
    """Each rule does one thing to the real services and to the model; the invariants compare the two."""

    @invariant()
    def rows_and_index_equal_the_model(self) -> None:
        if not self.office.officers:
            return
        seen = self.do(self.counter.looked_at(self.rung))
        assert set(seen.rows) == set(self.office.citizens), "nobody else has a place"
        for citizen in self.office.citizens.values():
            self.ticket_equals(citizen, seen)
            self.call_equals(citizen, seen)
        for officer in self.office.officers.values():
            duty = seen.duties[officer.person]
            assert duty.state == officer.state, f"{officer} but {duty}"
            rows = [row for row in seen.rows.values() if row.officer_id == officer.person]
            held = sum(row.units for row in rows if row.stage in HELD)
            assert duty.load == self.office.load(officer) == held <= officer.capacity == duty.capacity
            assert duty.offered_ticket == officer.offered
        for service, order in enumerate(seen.lines):
            line = [citizen.ticket for citizen in self.office.line() if citizen.service == service]
            assert order == line or (self.index_is_old and set(order) <= set(seen.rows))

    def ticket_equals(self, citizen: Citizen, seen: Seen) -> None:
        row = seen.rows[citizen.ticket]
        assert row.stage == citizen.stage, f"{citizen} but {row}"
        if citizen.stage != "ended":
            assert row.officer_id == (citizen.officer if citizen.stage in HELD else None)
            assert row.units == citizen.units, f"{citizen} but {row}"
        assert (row.attempt, row.assignment_epoch) == (citizen.attempt, citizen.epoch)
        assert (row.order_at, row.id) == citizen.joined, "the order key never changes"
        assert (row.service_id, row.held_for) == (self.services[citizen.service], citizen.held_for)
        assert seen.said[row.id] == (row.last_seq, 1, row.last_seq), "no gap in seq"

    def call_equals(self, citizen: Citizen, seen: Seen) -> None:
        """And who is recorded has agreed, as everybody else in this call has."""
        call, recording = seen.calls.get(citizen.ticket), seen.recordings.get(citizen.ticket)
        mine, recorded = citizen.call, citizen.recording
        assert (call is None) == (mine is None), f"{citizen} but {call}"
        if call is not None and mine is not None:
            assert (call.id, call.stage, call.generation) == (mine.id, mine.stage, mine.generation)
        assert (recording is None) == (recorded is None)
        if recording is None or recorded is None:
            return
        assert (recording.id, recording.stage) == (recorded.id, recorded.stage), f"{citizen} but {recording}"
        if recording.stage == "recording":
            assert call is not None and call.id == recording.call_id and citizen.stage == "serving"
            assert set(recording.agreed) == {"applicant", "officer"} == recorded.agreed
            assert mine is not None and recording.people == mine.streams()

    def teardown(self) -> None:
        failed = sys.exc_info()[0] is not None
        try:
            if self.office.officers and not failed:
                self.the_day_ends()
                self.frames_reached_only_their_own(self.conversations())
        except BaseException:
            failed = True
            raise
        finally:
            for server in self.counter.servers:
                server.database.goes_on.set()
                server.frames.clear()
            if self.stopped is not None:  # or it would go on in the midst of another day
                self.do(asyncio.wait([self.stopped[1]]))
            if self.office.officers and failed:
                self.do(self.counter.close_service())

    def the_day_ends(self) -> None:
        """Everybody just goes; whatever the day has come to, the clock alone brings it to an end."""
        if self.stopped is not None:
            self.it_goes_on(dies=False)
        for service in range(len(self.services)):
            self.set_hours(service, closed=True)
        officers = list(self.office.officers.values())
        self.pass_time(40, silent=officers)
        self.pass_time(130, silent=officers)
        self.settle()
        assert all(citizen.stage == "ended" for citizen in self.office.citizens.values())
        assert all(one.state in {"offline", "disabled"} and not self.office.load(one) for one in officers)
        self.rows_and_index_equal_the_model()

    def conversations(self) -> dict[str, list[Entry]]:
        conversations = self.do(self.counter.told(list(self.office.citizens)))
        for citizen in self.office.citizens.values():
            entries = conversations[citizen.ticket]
            assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), "no gap in seq"
            assert [e.text for e in entries if e.kind == "message"] == citizen.messages
        return conversations

    def frames_reached_only_their_own(self, conversations: dict[str, list[Entry]]) -> None:
        """What a page was sent is of its own ticket; what an officer was sent, of what that one held then."""
        held = {id: held_when(self.office.citizens[id], entries) for id, entries in conversations.items()}
        for server in self.counter.servers:
            for address, frame in server.frames:
                told = msgspec.json.decode(frame)
                ticket = about(told)
                if ticket is None or ticket not in held:
                    continue  # of no ticket, or of one of an earlier day
                kind, _, who = address.partition(":")
                if kind == "ticket":
                    assert who == ticket, "a frame reached a stranger"
                elif told["t"] == EntryAdded.__struct_config__.tag:
                    assert held[ticket].get(told["entry"]["seq"]) == who, "an entry reached another officer"
                else:
                    assert who in self.office.citizens[ticket].officers, "a frame reached another officer"


def held_when(citizen: Citizen, entries: list[Entry]) -> dict[int, str]:
    """The seqs of a conversation that an officer heard while serving it, the first and the last included."""
    readers, holder, held = iter(citizen.readers), None, {}
    for entry in entries:
        holder = next(readers) if entry.kind == "served" else holder
        # Whose offer it was when the citizen left hears of that end alone.
        heard = holder or (citizen.left if entry.kind == "ended" else None)
        if heard is not None:
            held[entry.seq] = heard
        if entry.kind in {"returned", "transferred", "ended"}:
            holder = None
    assert next(readers, None) is None, "each pick-up stands in the conversation"
    return held


def about(told: dict[str, Any]) -> str | None:
    """The ticket that a frame is about."""
    inner = [told[name] for name in ("call", "recording", "offer", "conversation") if name in told]
    ticket = (inner[0] if inner else told).get("ticket")
    return ticket["id"] if isinstance(ticket, dict) else ticket


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
