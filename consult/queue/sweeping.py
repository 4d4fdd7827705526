"""What falls due in the line: missed offers, lost officers, parked places, people who are not heard of."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from consult import failpoints
from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import absence, holds, tickets
from consult.consultations.store import line as line_store
from consult.duty import store as duty
from consult.errors import ConsultError
from consult.live.presence import Presence
from consult.queue import closing_time, falling_due
from consult.queue.falling_due import Due
from consult.queue.line import Line
from consult.queue.matching import Matching
from consult.queue.reception import Reception
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database

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
        """Do everything that is due: read first, write only what is. Returns the number of steps.

        What fails holds up nothing else; its error is raised at the end.
        """
        steps: tuple[Callable[[], Awaitable[int]], ...] = (
            self._missed_offers,
            self._silent_officers,
            self._gone_officers,
            self._holds,
            self._told_absences,
            self._long_absences,
            self._parked_places,
            self._left_over,
            self._after_hours,
            self._match,
        )
        return await _each(steps, lambda step: step())

    async def reconcile(self) -> None:
        """Every few seconds: presence is written down as it is, and the index equals the rows."""
        live = await self._database.read(line_store.unparked)
        gone = {row.id for row in live if row.away_since_at is None}
        gone -= await self._presence.online(gone)
        # A page that pings is there, whatever was written while its server was held up.
        back = await self._presence.heard(row.id for row in live if row.away_since_at is not None)
        if gone or back:

            def order(conn: Connection) -> None:
                for ticket_id in sorted(gone | back):
                    tickets.set_away(conn, ticket_id, away=ticket_id in gone)

            await self._database.write(order)
        for ticket_id in gone:
            self._usher.vanished(ticket_id)
        for row in live:
            if row.id in gone | back and row.officer_id is not None and row.stage is Stage.SERVING:
                self._usher.applicant_presence(row.officer_id, row.id, online=row.id in back)
        await self._line.reconcile()

    async def _missed_offers(self) -> int:
        async def miss(ticket_id: str) -> int:
            result = await self._try(partial(falling_due.miss, ticket_id=ticket_id))
            if result is not None:
                await self._reception.tell_given_back(result, "missed")
            return result is not None

        return await _each(await self._database.read(line_store.offers_run_out), miss)

    async def _silent_officers(self) -> int:
        seconds = self._settings.officer_lost_seconds

        async def lose(officer_id: str) -> int:
            lost = await self._try(partial(falling_due.lose, officer_id=officer_id, seconds=seconds))
            if lost is None:
                return 0
            row, skills, noted, withdrawn = lost
            self._usher.duty_changed(row, *skills)
            for ticket, entry in noted:
                self._usher.entry_added(ticket, entry)
                self._usher.officer_presence(ticket.id, online=False)
            for result in withdrawn:
                await self._reception.tell_given_back(result, "lost")
            return 1

        return await _each(await self._database.read(lambda conn: duty.silent(conn, seconds)), lose)

    async def _gone_officers(self) -> int:
        seconds, lost = self._settings.requeue_seconds, self._settings.officer_lost_seconds

        async def empty(officer_id: str) -> int:
            emptied = await self._try(
                partial(
                    falling_due.empty,
                    officer_id=officer_id,
                    seconds=seconds,
                    lost_seconds=lost,
                    calls=self._calls,
                )
            )
            if emptied is None:
                return 0
            row, skills, returned = emptied
            self._usher.duty_changed(row, *skills)
            for result in returned:
                await self._reception.tell_requeued(result)
            return 1

        gone = await self._database.read(lambda conn: line_store.gone_officers(conn, seconds, lost))
        return await _each(gone, empty)

    async def _holds(self) -> int:
        async def end(ticket_id: str) -> int:
            row = await self._try(partial(falling_due.end_hold, ticket_id=ticket_id))
            if row is None:
                return 0
            self._usher.line_changed(row)
            return 1

        return await _each(await self._database.read(holds.over), end)

    async def _told_absences(self) -> int:
        away, lost = self._settings.applicant_away_seconds, self._settings.applicant_lost_seconds

        async def tell(ticket_id: str) -> int:
            told = await self._try(
                partial(
                    falling_due.tell_absence,
                    ticket_id=ticket_id,
                    away_seconds=away,
                    left_seconds=max(0.0, lost - away),
                )
            )
            if told is not None:
                self._usher.entry_added(*told)
            return told is not None

        return await _each(await self._database.read(lambda conn: absence.to_tell(conn, away)), tell)

    async def _long_absences(self) -> int:
        left = max(0.0, self._settings.applicant_lost_seconds - self._settings.applicant_away_seconds)

        async def let_go(ticket_id: str) -> int:
            ended = await self._try(
                partial(falling_due.let_go, ticket_id=ticket_id, told_seconds=left, calls=self._calls)
            )
            if ended is not None:
                await self._reception.tell_ended(ended)
            return ended is not None

        return await _each(await self._database.read(lambda conn: absence.to_let_go(conn, left)), let_go)

    async def _parked_places(self) -> int:
        def due(conn: Connection, ticket_id: str | None = None) -> list[str]:
            return line_store.away_too_long(conn, self._settings.hold_seconds, ticket_id)

        return await self._leave_line(due, Step.PARK)

    async def _left_over(self) -> int:
        def due(conn: Connection, ticket_id: str | None = None) -> list[str]:
            today = moments.now(conn).astimezone(self._settings.zone).date()
            return line_store.left_over(conn, today.isoformat(), ticket_id)

        return await self._leave_line(due, Step.CLOSE)

    async def _after_hours(self) -> int:
        def due(conn: Connection, ticket_id: str | None = None) -> list[str]:
            return closing_time.after_hours(conn, self._settings.zone, ticket_id)

        return await self._leave_line(due, Step.CLOSE)

    async def _leave_line(self, due: Due, step: Step) -> int:
        async def leave(ticket_id: str) -> int:
            left = await self._try(partial(falling_due.leave, ticket_id=ticket_id, step=step, due=due))
            if left is None:
                return 0
            row, entry = left
            self._usher.entry_added(row, entry)
            self._usher.ticket_changed(row)
            await self._usher.out_of_line(row)
            return 1

        return await _each(await self._database.read(due), leave)

    async def _match(self) -> int:
        """Whoever is free is asked for again: a citizen may have been heard of only now."""
        if await self._line.ensure() or bool(await self._database.read(duty.free_officers)):
            self._matching.soon()
        return 0

    async def _try(self, order: Callable[[Connection], T]) -> T | None:
        failpoints.reach("sweep_read")
        try:
            return await self._database.write(order)
        except ConsultError as error:
            logger.info("sweep: somebody was faster (%s)", error.code)
            return None


async def _each(all_of: Iterable[T], do: Callable[[T], Awaitable[int]]) -> int:
    """How many steps were taken. One that fails does not hold up the others; its error is raised last."""
    done, failed = 0, None
    for one in all_of:
        try:
            done += await do(one)
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return done
