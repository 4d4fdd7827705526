"""Handing a consultation over: who could take it, and the step itself. Commit first, then tell."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection

from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import line as line_store
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.rules import ON_DUTY, DutyState
from consult.duty.store import DutyRow
from consult.errors import BadRequest, Ended, NobodyToTake, StageForbids, StaleEpoch
from consult.live.announcer import Announcer
from consult.office import store as office
from consult.office.store import Service
from consult.people import Caller, Side, applicant_address, staff_address
from consult.queue.assigning import Returned
from consult.queue.closing_time import closed_now
from consult.queue.reception import Reception
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import TransferConsultation
from consult.wire.to_client import OfficerTarget, ServiceTarget, TransferTargets


@dataclass(frozen=True, slots=True)
class Colleague:
    duty: DutyRow
    skills: list[str]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """`before`: the consultation as this officer held it."""

    returned: Returned
    before: TicketRow

    @property
    def seq(self) -> int | None:
        return self.returned.seq


class Handover:
    def __init__(
        self,
        database: Database,
        reception: Reception,
        announcer: Announcer,
        calls: CallEnding,
        settings: Settings,
    ) -> None:
        self._database = database
        self._reception = reception
        self._announcer = announcer
        self._calls = calls
        self._settings = settings

    async def ask(self, caller: Caller, ticket_id: str) -> TransferTargets:
        """Who could take it now; told to this officer. Raises NotFound for what is not served here."""

        def query(conn: Connection) -> TransferTargets:
            row = tickets.find_for(conn, caller, ticket_id)
            colleagues = _colleagues(conn, caller.id)
            return TransferTargets(
                ticket_id,
                [
                    ServiceTarget(one.id, one.name_id, one.name_en, _on_duty(colleagues, one.id))
                    for one in _services(conn, row, colleagues, self._settings.zone)
                ],
                [
                    OfficerTarget(one.duty.person_id, one.duty.name, one.duty.state.value)
                    for one in _officers(conn, row, colleagues, self._settings.zone)
                ],
            )

        found = await self._database.read(query)
        self._announcer.tell([staff_address(caller.id)], found)
        return found

    async def transfer(self, caller: Caller, order: TransferConsultation, receipt: Receipt) -> HandedOver:
        """The citizen waits again, at the old time. Raises NotFound, Ended, StageForbids, StaleEpoch,
        BadRequest without a note or with two targets, NobodyToTake.
        """
        result = await self._database.write(
            lambda conn: transfer(conn, caller, order, self._settings, self._calls), receipt
        )
        await self._reception.tell_transferred(result.returned)
        self._announcer.moved(result.before.service_id)
        # Its pages are told of another line from now on: they begin anew from a snapshot.
        self._announcer.changed_line(applicant_address(result.before.id))
        return result


def transfer(
    conn: Connection, officer: Caller, order: TransferConsultation, settings: Settings, calls: CallEnding
) -> HandedOver:
    """The part of one transaction; see `Handover.transfer`."""
    held = tickets.find_for(conn, officer, order.ticket, lock=True)
    note = order.note.strip()
    if not note or (order.service is None) == (order.officer is None):
        raise BadRequest(field="note" if not note else "service")
    if held.stage is Stage.ENDED:
        raise Ended()
    if held.stage is not Stage.SERVING:
        raise StageForbids(stage=held.stage.value, step=Step.TRANSFER.value)
    if order.epoch != held.assignment_epoch:
        raise StaleEpoch()
    columns, shown = _target(conn, held, officer, order, settings)
    call = calls.end_in(conn, held.id, "transferred")
    before = tickets.find(conn, held.id)
    # As somebody who was passed on: not offered to the same officer again at once.
    line_store.record_pass(conn, before.id, officer.id, transferred=True)
    if order.officer is not None:
        line_store.forget_pass(conn, before.id, order.officer)
    tickets.advance(
        conn,
        before,
        Step.TRANSFER,
        officer.subject,
        {"officer": officer.id, "service": order.service or "", "to": order.officer or ""},
        assignment_epoch=before.assignment_epoch + 1,
        served_at=None,
        **columns,
    )
    entry = log.add(conn, before.id, "transferred", detail=shown)
    log.add(conn, before.id, "transferred", officer.name, shown, log.STAFF, Side.OFFICER, officer.id, note)
    own = duty.release(conn, officer.id, before.units)
    after = tickets.find(conn, before.id)
    return HandedOver(Returned(after, officer.id, before.attempt, own, entry, call), before)


def _target(
    conn: Connection, row: TicketRow, officer: Caller, order: TransferConsultation, settings: Settings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changes in the ticket's row, and what both sides read of it. Raises NobodyToTake."""
    colleagues = _colleagues(conn, officer.id)
    if order.service is not None:
        for one in _services(conn, row, colleagues, settings.zone):
            if one.id == order.service:
                number = tickets.number_of_newcomer(conn, one.id)
                shown = {"reason": "service", "service": one.name_id, "service_en": one.name_en}
                return {"service_id": one.id, "number": number}, shown
        raise NobodyToTake()
    if order.officer not in {one.duty.person_id for one in _officers(conn, row, colleagues, settings.zone)}:
        raise NobodyToTake()
    until = moments.now(conn) + timedelta(seconds=settings.transfer_hold_seconds)
    return {"held_for": order.officer, "held_until_at": until}, {"reason": "officer"}


def _colleagues(conn: Connection, officer_id: str) -> list[Colleague]:
    """Everybody else who may serve, by name."""
    rows = [
        row
        for row in duty.everybody(conn)
        if row.person_id != officer_id and row.state is not DutyState.DISABLED
    ]
    skills = duty.skills_of(conn, [row.person_id for row in rows])
    return [Colleague(row, skills[row.person_id]) for row in rows]


def _services(conn: Connection, row: TicketRow, colleagues: list[Colleague], zone: tzinfo) -> list[Service]:
    """Other services that somebody else serves, and whose line the end of hours does not empty at once."""
    known = {skill for one in colleagues for skill in one.skills}
    closed = closed_now(conn, zone)
    return [
        one
        for one in office.services(conn)
        if one.id != row.service_id
        and one.id in known
        and (one.always_open or _is_of_today(conn, row, zone))
        and (one.id not in closed or _on_duty(colleagues, one.id) > 0)
    ]


def _officers(conn: Connection, row: TicketRow, colleagues: list[Colleague], zone: tzinfo) -> list[Colleague]:
    """Others on duty for the ticket's own service."""
    always_open = {one.id for one in office.services(conn) if one.always_open}
    if row.service_id not in always_open and not _is_of_today(conn, row, zone):
        return []
    return [one for one in colleagues if row.service_id in one.skills and one.duty.state in ON_DUTY]


def _is_of_today(conn: Connection, row: TicketRow, zone: tzinfo) -> bool:
    """A number of yesterday is over as soon as nobody serves it (`line_store.left_over`)."""
    return row.day >= moments.now(conn).astimezone(zone).date().isoformat()


def _on_duty(colleagues: list[Colleague], service_id: str) -> int:
    return sum(service_id in one.skills and one.duty.state in ON_DUTY for one in colleagues)
