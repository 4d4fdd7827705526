"""Taking an ended consultation up again: the same number and conversation wait once more, with priority."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from consult.consultations.stages import Step, next_stage
from consult.consultations.store import line as line_store
from consult.consultations.store import log, places, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.rules import ON_DUTY
from consult.errors import ClosedHours, NotAllowed, NotFound, OtherPlace, TooLate
from consult.live.announcer import Announcer
from consult.live.presence import Presence
from consult.office import store as office
from consult.people import Caller, Role, applicant_address
from consult.queue.closing_time import closed_now
from consult.queue.matching import Matching
from consult.queue.precedence import place_after_reopening
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.to_client import AfterEnd, Entry

# What a supervisor has ended stays so: a new number may be taken.
BY_THE_OFFICE = ("blocked", "ended_by_office")


@dataclass(frozen=True, slots=True)
class Reopened:
    ticket: TicketRow
    entry: Entry

    @property
    def seq(self) -> int:
        return self.entry.seq


class Reopening:
    def __init__(
        self,
        database: Database,
        usher: Usher,
        matching: Matching,
        presence: Presence,
        announcer: Announcer,
        settings: Settings,
    ) -> None:
        self._database = database
        self._usher = usher
        self._matching = matching
        self._presence = presence
        self._announcer = announcer
        self._settings = settings

    def after_end(self) -> AfterEnd:
        """What a page is told of it beforehand."""
        seconds = round(self._settings.reopen_hours * 3600)
        return AfterEnd(reopen_seconds=seconds, priority_minutes=self._settings.reopen_priority_minutes)

    async def reopen(self, caller: Caller, ticket_id: str, receipt: Receipt) -> Reopened:
        """The citizen waits again, and is told so; an officer who asks for it is the one they wait for.

        Raises NotFound for what is not the caller's, StageForbids while it is not over, TooLate, ClosedHours,
        OtherPlace when this citizen holds another number, NotAllowed for what a supervisor ended or blocked.
        """
        result = await self._database.write(
            lambda conn: reopen(conn, caller, ticket_id, self._settings), receipt
        )
        if caller.role is Role.APPLICANT:
            await self._presence.seen(ticket_id)  # this page asks
        self._usher.entry_added(result.ticket, result.entry)
        self._usher.ticket_changed(result.ticket)
        await self._usher.in_line(result.ticket)
        # What its page knew of the line is of an earlier wait: it begins anew from a snapshot.
        self._announcer.changed_line(applicant_address(ticket_id))
        self._matching.soon()
        return result


def reopen(conn: Connection, caller: Caller, ticket_id: str, settings: Settings) -> Reopened:
    """The part of one transaction; see `Reopening.reopen`."""
    before = tickets.find_for(conn, caller, ticket_id, lock=True)
    next_stage(before.stage, Step.REOPEN)
    now = moments.now(conn)
    _allow(conn, caller, before, now, settings)
    place = place_after_reopening(now, before.ended_reason, settings.reopen_priority_minutes)
    minutes = round((now - place).total_seconds() / 60)
    tickets.advance(
        conn,
        before,
        Step.REOPEN,
        caller.subject,
        {"ended": before.ended_reason or "", "minutes": minutes},
        joined_at=now,
        order_at=place,
        returned=False,
        served_at=None,
        away_since_at=_away_since(caller, before, now),
        **_number(conn, before, now, settings),
        **_waits_for(conn, caller, before, now, settings),
    )
    entry = log.add(conn, ticket_id, "reopened", caller.name, {"by": caller.side.value})
    return Reopened(tickets.find(conn, ticket_id), entry)


def _allow(conn: Connection, caller: Caller, row: TicketRow, now: datetime, settings: Settings) -> None:
    if caller.role is Role.OFFICER and row.served_at is None:
        raise NotFound()  # it was only offered to them
    if row.ended_reason in BY_THE_OFFICE:
        raise NotAllowed()
    if row.ended_at is None or now - row.ended_at > timedelta(hours=settings.reopen_hours):
        raise TooLate()
    if places.is_held_elsewhere(conn, row.id):
        raise OtherPlace()
    if not _may_wait(conn, caller, row.service_id, settings):
        raise ClosedHours()


def _may_wait(conn: Connection, caller: Caller, service_id: str, settings: Settings) -> bool:
    """Whether the service is open; an officer may also while somebody serves on after its hours."""
    if service_id not in {service.id for service in office.services(conn)}:
        return False
    if service_id not in closed_now(conn, settings.zone):
        return True
    return caller.role is Role.OFFICER and duty.on_duty_counts(conn).get(service_id, 0) > 0


def _away_since(caller: Caller, row: TicketRow, now: datetime) -> datetime | None:
    """The place of somebody whose page is gone is held from now on, however long ago that was."""
    if caller.role is Role.APPLICANT or row.away_since_at is None:
        return None
    return now


def _number(conn: Connection, row: TicketRow, now: datetime, settings: Settings) -> dict[str, Any]:
    """A number of a day that is over would be closed at once: it counts among those of today."""
    today = now.astimezone(settings.zone).date().isoformat()
    if row.day >= today:
        return {}
    return {"day": today, "number": tickets.number_of_newcomer(conn, row.service_id)}


def _waits_for(
    conn: Connection, caller: Caller, row: TicketRow, now: datetime, settings: Settings
) -> dict[str, Any]:
    """Whom an officer calls back waits for that one alone, for as long as somebody handed over does."""
    if caller.role is not Role.OFFICER or duty.find(conn, caller.id).state not in ON_DUTY:
        return {}
    if row.service_id not in duty.skills(conn, caller.id):
        return {}
    line_store.forget_pass(conn, row.id, caller.id)
    return {"held_for": caller.id, "held_until_at": now + timedelta(seconds=settings.transfer_hold_seconds)}
