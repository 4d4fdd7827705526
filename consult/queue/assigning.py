"""Giving a citizen to an officer and back: parts of one transaction, all by compare-and-set."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from consult.consultations import shown
from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import device_checks, line, log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.rules import MAY_PICK_UP, DutyState, DutyStep
from consult.duty.store import DutyRow
from consult.errors import AnswerOfferFirst, NobodyWaiting, NoCapacity, NotFound, StageForbids, StaleAttempt
from consult.people import Caller
from consult.queue.usher import conversation_of
from consult.storage import moments
from consult.wire.to_client import Conversation, Entry, Offer

PASSED_OFTEN = "passed_often"


@dataclass(frozen=True, slots=True)
class Offered:
    ticket: TicketRow
    offer: Offer
    duty: DutyRow


@dataclass(frozen=True, slots=True)
class Served:
    ticket: TicketRow
    entry: Entry
    conversation: Conversation
    duty: DutyRow

    @property
    def seq(self) -> int:
        return self.entry.seq


@dataclass(frozen=True, slots=True)
class Returned:
    """A ticket that left its officer: back in the line, or ended."""

    ticket: TicketRow
    officer_id: str | None
    attempt: int
    duty: DutyRow | None
    entry: Entry | None = None
    call: object | None = None
    served: bool = True
    """Whether the officer had the conversation; who was only offered it reads nothing of it."""

    @property
    def seq(self) -> int | None:
        return self.entry.seq if self.entry else None


def offer_first(
    conn: Connection,
    officer_id: str,
    units_free: int,
    candidates: Iterable[str],
    offer_seconds: float,
    pass_holds_seconds: float,
) -> Offered | None:
    """Offer the first of the candidates who still waits and fits. None when none does.

    `units_free`: how many the officer had when the candidates were looked for. Raises NoCapacity when
    there are fewer now, or the officer is not free any more: that says nothing about the candidates.
    """
    passed = line.passed_lately(conn, officer_id, pass_holds_seconds)
    skills = duty.skills(conn, officer_id)
    for candidate in line.waiting_among(conn, candidates):
        if candidate.id in passed or candidate.service_id not in skills:
            continue
        before = tickets.find(conn, candidate.id, lock=True)
        if before.stage is not Stage.WAITING or _held_for_another(before, officer_id):
            continue
        if not duty.grant_offer(conn, officer_id, before.id, before.units):
            if before.units <= units_free:
                raise NoCapacity()
            continue  # it asks for more than when it was proposed: chat became video
        now = moments.now(conn)
        row = tickets.advance(
            conn,
            before,
            Step.OFFER,
            "office",
            {"officer": officer_id, "attempt": before.attempt + 1},
            attempt=before.attempt + 1,
            officer_id=officer_id,
            offered_to=officer_id,
            offered_at=now,
            offer_expires_at=now + timedelta(seconds=offer_seconds),
        )
        return Offered(
            row, shown.offer_of(row, now, device_checks.find(conn, row.id)), duty.find(conn, officer_id)
        )
    return None


def accept(conn: Connection, officer: Caller, ticket_id: str, attempt: int) -> Served:
    """Raises StaleAttempt when the offer was settled or ran out, NotFound when never this officer's."""
    before = tickets.find(conn, ticket_id, lock=True)
    _own_open_offer(before, officer, attempt)
    if duty.find(conn, officer.id, lock=True).state is DutyState.DISABLED:
        raise NotFound()  # the sweep is about to give the citizen back
    if before.offer_expires_at is None or before.offer_expires_at <= moments.now(conn):
        raise StaleAttempt()
    duty.offer_answered(conn, officer.id, ticket_id)
    return _serve(conn, before, Step.ACCEPT, officer)


def pass_on(
    conn: Connection, officer: Caller, ticket_id: str, attempt: int, most_passes: int, within_seconds: float
) -> Returned:
    """The `most_passes`-th citizen passed on within this time, and since being ready, pauses the officer."""
    before = tickets.find(conn, ticket_id, lock=True)
    _own_open_offer(before, officer, attempt)
    line.record_pass(conn, ticket_id, officer.id)
    result = give_back(conn, before, Step.PASS, officer.subject)
    own = duty.find(conn, officer.id)
    since = max(own.since_at, moments.now(conn) - timedelta(seconds=within_seconds))
    if own.state is DutyState.AVAILABLE and line.passed_since(conn, officer.id, since) >= most_passes:
        own = duty.change(conn, officer.id, DutyStep.PASS_OFTEN, "office", PASSED_OFTEN)
    return replace(result, duty=own)


def pick_up(conn: Connection, officer: Caller, candidates: Iterable[str]) -> Served:
    """Serve the first of the candidates who still waits and fits.

    Raises StageForbids when off duty, AnswerOfferFirst, NobodyWaiting, NoCapacity.
    """
    own = duty.find(conn, officer.id, lock=True)
    if own.state not in MAY_PICK_UP:
        raise StageForbids(stage=own.state.value, step=Step.PICK_UP.value)
    if own.offered_ticket is not None:
        raise AnswerOfferFirst()
    skills = duty.skills(conn, officer.id)
    waiting = [
        one
        for one in line.waiting_among(conn, candidates)
        if one.service_id in skills and not _held_for_another(one, officer.id)
    ]
    for candidate in waiting:
        before = tickets.find(conn, candidate.id, lock=True)
        if before.stage is not Stage.WAITING or _held_for_another(before, officer.id):
            continue
        if duty.grant_pick_up(conn, officer.id, before.units):
            return _serve(conn, before, Step.PICK_UP, officer)
    raise NoCapacity() if waiting or own.free_units == 0 else NobodyWaiting()


def give_back(conn: Connection, before: TicketRow, step: Step, actor: str) -> Returned:
    """An offer that was not accepted: the citizen waits again; a missed one pauses the officer."""
    officer_id = before.officer_id
    assert officer_id is not None  # noqa: S101 - an offered ticket has an officer (check constraint)
    row = tickets.advance(conn, before, step, actor, {"officer": officer_id, "attempt": before.attempt})
    duty.offer_answered(conn, officer_id, before.id)
    own = duty.release(conn, officer_id, before.units)
    if step is Step.MISS and own.state is DutyState.AVAILABLE:
        own = duty.change(conn, officer_id, DutyStep.MISS, "office", "missed")
    return Returned(row, officer_id, before.attempt, own)


def withdraw_offers(conn: Connection, officer_id: str, actor: str) -> list[Returned]:
    """The officer answers no offer any more: whoever is offered stands at the head again."""
    withdrawn = []
    for offered in tickets.held_by(conn, officer_id, Stage.OFFERED):
        before = tickets.find(conn, offered.id, lock=True)
        # Behind the lock: the citizen may have left meanwhile.
        if before.stage is Stage.OFFERED and before.officer_id == officer_id:
            withdrawn.append(give_back(conn, before, Step.WITHDRAW, actor))
    return withdrawn


def requeue(conn: Connection, before: TicketRow, actor: str, calls: CallEnding) -> Returned:
    """A consultation whose officer is gone: back at the head, with its transcript."""
    officer_id = before.officer_id
    assert officer_id is not None  # noqa: S101 - a served ticket has an officer (check constraint)
    call = calls.end_in(conn, before.id, "officer_lost")
    before = tickets.find(conn, before.id)
    row = tickets.advance(
        conn,
        before,
        Step.REQUEUE,
        actor,
        {"officer": officer_id},
        assignment_epoch=before.assignment_epoch + 1,
        served_at=None,
    )
    entry = log.add(conn, before.id, "returned")
    own = duty.release(conn, officer_id, before.units)
    return Returned(tickets.find(conn, row.id), officer_id, before.attempt, own, entry, call)


def end(
    conn: Connection, before: TicketRow, step: Step, actor: str, reason: str, name: str, calls: CallEnding
) -> Returned:
    """End a ticket in any live stage; whoever holds it gets the units back."""
    officer_id, attempt = before.officer_id, before.attempt
    call = calls.end_in(conn, before.id, "consultation_ended")
    before = tickets.find(conn, before.id)
    served = before.stage is Stage.SERVING
    tickets.advance(conn, before, step, actor, {"reason": reason}, ended_reason=reason)
    entry = log.add(conn, before.id, "ended", name, {"reason": reason})
    own = None
    if officer_id is not None:
        duty.offer_answered(conn, officer_id, before.id)
        own = duty.release(conn, officer_id, before.units)
    return Returned(tickets.find(conn, before.id), officer_id, attempt, own, entry, call, served)


def _held_for_another(row: TicketRow, officer_id: str) -> bool:
    return row.held_for is not None and row.held_for != officer_id


def _own_open_offer(before: TicketRow, officer: Caller, attempt: int) -> None:
    if before.offered_to != officer.id or attempt > before.attempt:
        raise NotFound()
    if before.stage is not Stage.OFFERED or before.officer_id != officer.id or before.attempt != attempt:
        raise StaleAttempt()


def _serve(conn: Connection, before: TicketRow, step: Step, officer: Caller) -> Served:
    tickets.advance(
        conn,
        before,
        step,
        officer.subject,
        {"officer": officer.id, "epoch": before.assignment_epoch + 1},
        officer_id=officer.id,
        assignment_epoch=before.assignment_epoch + 1,
        served_at=moments.now(conn),
        returned=False,
    )
    entry = log.add(conn, before.id, "served", officer.name)
    row = tickets.find(conn, before.id)
    return Served(row, entry, conversation_of(conn, row), duty.find(conn, officer.id))
