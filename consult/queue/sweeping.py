"""What falls due in the line: missed offers, lost officers, parked places, people who are not heard of."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from consult import failpoints
from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import line as line_store
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.rules import DutyState, DutyStep
from consult.duty.store import DutyRow
from consult.errors import ConsultError
from consult.live.presence import Presence
from consult.queue import assigning
from consult.queue.assigning import Returned
from consult.queue.line import Line
from consult.queue.matching import Matching
from consult.queue.reception import Reception
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.wire.to_client import Entry

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Sweeping:
    """Any process may sweep, several at once: each step is a compare-and-set, a lost race is no fault."""

    def __init__(
        self,
        database: Database,
        reception: Reception,
        line: Line,
        matching: Matching,
        usher: Usher,
        presence: Presence,
        calls: CallEnding,
        settings: Settings,
    ) -> None:
        self._database = database
        self._reception = reception
        self._line = line
        self._matching = matching
        self._usher = usher
        self._presence = presence
        self._calls = calls
        self._settings = settings

    async def once(self) -> int:
        """Do everything that is due: read first, write only what is. Returns the number of steps."""
        done = 0
        steps: tuple[Callable[[], Awaitable[int]], ...] = (
            self._missed_offers,
            self._silent_officers,
            self._gone_officers,
            self._parked_places,
            self._yesterday,
        )
        for step in steps:
            done += await step()
        if await self._line.ensure() or await self._somebody_waits():
            self._matching.soon()
        return done

    async def reconcile(self) -> None:
        """Every few seconds: who is not heard of is away, and the index equals the rows."""
        waiting = await self._database.read(line_store.waiting)
        online = await self._presence.online([row.id for row in waiting])
        lost = [row.id for row in waiting if row.away_since_at is None and row.id not in online]
        if lost:

            def order(conn: Connection) -> None:
                for ticket_id in lost:
                    tickets.set_away(conn, ticket_id, away=True)

            await self._database.write(order)
        await self._line.rebuild()

    async def _missed_offers(self) -> int:
        done = 0
        for ticket_id in await self._database.read(line_store.offers_run_out):
            result = await self._try(partial(_miss, ticket_id=ticket_id))
            if result is not None:
                await self._reception.tell_given_back(result, "missed")
                done += 1
        return done

    async def _silent_officers(self) -> int:
        seconds = self._settings.officer_lost_seconds
        silent = await self._database.read(lambda conn: duty.silent(conn, seconds))
        for officer_id in silent:
            lost = await self._try(partial(_lose, officer_id=officer_id, seconds=seconds))
            if lost is None:
                continue
            row, skills, noted, withdrawn = lost
            self._usher.duty_changed(row, *skills)
            for ticket, entry in noted:
                self._usher.entry_added(ticket, entry)
                self._usher.officer_presence(ticket.id, online=False)
            for result in withdrawn:
                await self._reception.tell_given_back(result, "lost")
        return len(silent)

    async def _gone_officers(self) -> int:
        seconds = self._settings.requeue_seconds
        gone = await self._database.read(lambda conn: line_store.gone_officers(conn, seconds))
        for officer_id in gone:
            results = await self._try(partial(self._empty, officer_id=officer_id))
            for result in results or []:
                await self._reception.tell_requeued(result)
        return len(gone)

    def _empty(self, conn: Connection, officer_id: str) -> list[Returned]:
        results = [
            assigning.give_back(conn, row, Step.WITHDRAW, "office")
            for row in tickets.held_by(conn, officer_id, Stage.OFFERED)
        ]
        results += [
            assigning.requeue(conn, row, "office", self._calls)
            for row in tickets.held_by(conn, officer_id, Stage.SERVING)
        ]
        if duty.find(conn, officer_id).state is DutyState.LOST:
            duty.change(conn, officer_id, DutyStep.REQUEUED, "office")
        return results

    async def _parked_places(self) -> int:
        seconds = self._settings.hold_seconds
        due = await self._database.read(lambda conn: line_store.away_too_long(conn, seconds))
        return await self._leave_line(due, Step.PARK)

    async def _yesterday(self) -> int:
        zone = self._settings.zone

        def query(conn: Connection) -> list[str]:
            return line_store.live_before(conn, _day(moments.now(conn).astimezone(zone)))

        return await self._leave_line(await self._database.read(query), Step.CLOSE)

    async def _leave_line(self, due: list[str], step: Step) -> int:
        done = 0
        for ticket_id in due:
            result = await self._try(partial(self._step, ticket_id=ticket_id, step=step))
            if result is not None:
                row, entry = result
                self._usher.entry_added(row, entry)
                self._usher.ticket_changed(row)
                await self._usher.out_of_line(row)
                done += 1
        return done

    def _step(self, conn: Connection, ticket_id: str, step: Step) -> tuple[TicketRow, Entry]:
        before = tickets.find(conn, ticket_id, lock=True)
        if step is Step.PARK:
            tickets.advance(conn, before, step, "office")
            entry = log.add(conn, ticket_id, "parked")
        else:
            tickets.advance(conn, before, step, "office", ended_reason="day_ended")
            entry = log.add(conn, ticket_id, "ended", detail={"reason": "day_ended"})
        return tickets.find(conn, ticket_id), entry

    async def _somebody_waits(self) -> bool:
        return bool(await self._database.read(duty.free_officers))

    async def _try(self, order: Callable[[Connection], T]) -> T | None:
        failpoints.reach("sweep_read")
        try:
            return await self._database.write(order)
        except ConsultError as error:
            logger.info("sweep: somebody was faster (%s)", error.code)
            return None


def _miss(conn: Connection, ticket_id: str) -> Returned | None:
    before = tickets.find(conn, ticket_id, lock=True)
    # Read again inside the transaction: it may have been accepted since the sweep looked.
    if before.stage is not Stage.OFFERED or before.offer_expires_at is None:
        return None
    if before.offer_expires_at > moments.now(conn):
        return None
    return assigning.give_back(conn, before, Step.MISS, "office")


def _lose(
    conn: Connection, officer_id: str, seconds: float
) -> tuple[DutyRow, list[str], list[tuple[TicketRow, Entry]], list[Returned]] | None:
    if officer_id not in duty.silent(conn, seconds):
        return None
    duty.change(conn, officer_id, DutyStep.LOSE, "office")
    noted = [
        (tickets.find(conn, row.id), log.add(conn, row.id, "officer_lost", row.officer_name or ""))
        for row in tickets.held_by(conn, officer_id, Stage.SERVING)
    ]
    withdrawn = [
        assigning.give_back(conn, row, Step.WITHDRAW, "office")
        for row in tickets.held_by(conn, officer_id, Stage.OFFERED)
    ]
    return duty.find(conn, officer_id), duty.skills(conn, officer_id), noted, withdrawn


def _day(local: datetime) -> str:
    return local.date().isoformat()
