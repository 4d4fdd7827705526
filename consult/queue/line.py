"""The line as people see it: places, waiting lists, and the index rebuilt from SQL whenever Redis lost it."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection

from consult.consultations.shown import waiting_of
from consult.consultations.stages import Stage
from consult.consultations.store import holds, tickets
from consult.consultations.store import line as line_store
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.errors import Busy
from consult.live.line_index import LineIndex
from consult.people import Caller
from consult.queue.estimate import MOST_SERVED, wait_range
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.wire.to_client import PositionTold, Waiting

SHOWN_TO_OFFICERS = 8
REBUILD_TRIES = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """What a wait is reckoned from, for one service at one moment."""

    at: int
    officers_on_duty: int
    places: int
    served_seconds: list[float]

    def told(self, ticket: str, position: int, waiting: int) -> PositionTold:
        estimate = wait_range(position, self.places, self.served_seconds)
        low, high = estimate or (None, None)
        return PositionTold(ticket, position, waiting, self.officers_on_duty, self.at, low, high)


class Line:
    def __init__(self, database: Database, index: LineIndex, settings: Settings) -> None:
        self._database = database
        self._index = index
        self._settings = settings

    async def order(self, service_id: str) -> list[str]:
        """Ids of who waits for a service, first to last."""
        await self.ensure()
        try:
            return await self._index.order(service_id)
        except Busy:
            return await self._database.read(lambda conn: line_store.order(conn, service_id))

    async def pace(self, service_id: str) -> Pace:
        units = self._settings.chat_units

        def query(conn: Connection) -> Pace:
            return Pace(
                at=round(moments.now(conn).timestamp() * 1000),
                officers_on_duty=duty.on_duty_counts(conn).get(service_id, 0),
                places=duty.places(conn, service_id, units),
                served_seconds=line_store.served_seconds(conn, service_id, MOST_SERVED),
            )

        return await self._database.read(query)

    async def place(self, ticket_id: str) -> PositionTold | None:
        """Where this ticket stands now; None when it neither waits nor is offered."""

        def query(conn: Connection) -> tuple[TicketRow, int, int] | None:
            row = tickets.find(conn, ticket_id)
            if row.stage not in {Stage.WAITING, Stage.OFFERED}:
                return None
            # Whoever is offered to an officer is first, before all who wait.
            position = line_store.place_of(conn, row) if row.stage is Stage.WAITING else 1
            return row, position, line_store.waiting_count(conn, row.service_id)

        found = await self._database.read(query)
        if found is None:
            return None
        row, position, waiting = found
        return (await self.pace(row.service_id)).told(ticket_id, position, waiting)

    async def waiting_for(self, officer: Caller) -> tuple[list[Waiting], int]:
        """The head of what this officer may serve, longest wait first, and how many wait in all."""
        return (await self.waiting_for_each([officer.id]))[officer.id]

    async def waiting_for_each(self, officer_ids: Iterable[str]) -> dict[str, tuple[list[Waiting], int]]:
        """The same for several officers, from one reading of the line."""
        ids = list(officer_ids)

        def query(conn: Connection) -> dict[str, tuple[list[Waiting], int]]:
            skills = duty.skills_of(conn, ids)
            held = holds.of_everybody(conn)
            services = {service for known in skills.values() for service in known}
            heads = {service: line_store.waiting(conn, service, SHOWN_TO_OFFICERS) for service in services}
            counts = {service: line_store.waiting_count(conn, service) for service in services}
            total = {id: sum(counts[service] for service in known) for id, known in skills.items()}
            for ticket, holder in held.items():
                service = tickets.find(conn, ticket).service_id
                for id in ids:
                    total[id] -= holder != id and service in skills[id]
            return {
                id: (_merged((heads[service] for service in known), id), total[id])
                for id, known in skills.items()
            }

        return await self._database.read(query)

    async def ensure(self) -> bool:
        """Rebuild the index if Redis lost it. True when it had to be rebuilt.

        False also while Redis is away; then the rows are asked instead.
        """
        try:
            if await self._index.generation() is not None:
                return False
            await self.rebuild()
        except Busy:
            return False
        return True

    async def reconcile(self) -> None:
        """As `rebuild`, but nothing while Redis is away: on its return the index is rebuilt anyway."""
        with suppress(Busy):
            await self.rebuild()

    async def rebuild(self) -> int:
        """Make the index equal to the rows; safe at any moment, from any process.

        Returns how many wait. Raises Busy when Redis is away.
        """
        for _ in range(REBUILD_TRIES):
            changes = await self._index.changes()
            rows = await self._database.read(line_store.waiting)
            if await self._index.replace_all(self._by_service(rows), unchanged_since=changes):
                return len(rows)
        # A line that moves all the time: what moves is put and dropped anyway, the rest is as read.
        await self._index.replace_all(self._by_service(rows))
        return len(rows)

    @staticmethod
    def _by_service(rows: list[TicketRow]) -> dict[str, list[tuple[str, float, int]]]:
        grouped: dict[str, list[tuple[str, float, int]]] = defaultdict(list)
        for row in rows:
            grouped[row.service_id].append((row.id, row.score, row.units))
        return dict(grouped)


def _merged(heads: Iterable[list[TicketRow]], officer_id: str) -> list[Waiting]:
    """The head of several lines, without those who wait for another officer alone."""
    rows = [row for row in chain.from_iterable(heads) if row.held_for in (None, officer_id)]
    rows.sort(key=lambda row: (row.score, row.id))
    return [waiting_of(row) for row in rows[:SHOWN_TO_OFFICERS]]
