"""Offering the next fitting citizen to officers who are ready. Redis proposes; SQL decides.

Where Redis cannot propose, because it is away or was emptied a moment ago, SQL does that as well.
"""

import asyncio
import logging
from collections.abc import Collection

from sqlalchemy import Connection

from consult import failpoints
from consult.consultations.store import holds
from consult.consultations.store import line as line_store
from consult.duty import store as duty
from consult.errors import Busy, ConsultError, NoCapacity
from consult.live.line_index import LineIndex
from consult.queue.assigning import Offered, offer_first
from consult.queue.line import Line
from consult.queue.room_kept import First, Free, kept_for
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.storage.database import Database
from consult.wire.to_client import OfferMade

log = logging.getLogger(__name__)

# How often one round may meet a proposal that SQL refuses (a passed citizen, a lost race) before it gives up.
TRIES = 50


class Matching:
    def __init__(
        self, database: Database, index: LineIndex, line: Line, usher: Usher, settings: Settings
    ) -> None:
        self._database = database
        self._index = index
        self._line = line
        self._usher = usher
        self._settings = settings
        self._wanted = False
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Match as soon as possible; calls made while a round runs lead to one more round."""
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._rounds(), name="matching")

    async def stop(self) -> None:
        if self._task is not None:
            await self._task

    async def _rounds(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                await self.run()
            except ConsultError as error:
                # The sweep asks again within a second.
                log.warning("matching put off: %s", error.code)
            except Exception:
                log.exception("matching failed")

    async def run(self) -> int:
        """One round: each free officer is offered somebody who fits. Returns the number of offers."""
        await self._line.ensure()
        made = 0
        for free in await self._database.read(self._free):
            made += await self._offer_to(free)
        return made

    def _free(self, conn: Connection) -> list[Free]:
        """Who may be offered somebody, but for those whose room is kept; `passed`: or may not serve."""
        officers = duty.free_officers(conn)
        ids = [officer.person_id for officer, _skills in officers]
        passed = line_store.passed_lately_by(conn, ids, self._settings.pass_holds_seconds)
        held = holds.of_everybody(conn)
        for id in ids:
            passed[id] |= {ticket for ticket, holder in held.items() if holder != id}
        free = [Free(officer, skills, passed[officer.person_id]) for officer, skills in officers]
        kept = self._kept(conn, free)
        return [one for one in free if one.officer.person_id not in kept]

    def _kept(self, conn: Connection, free: list[Free]) -> set[str]:
        if all(one.officer.load == 0 for one in free):
            return set()  # there is room for everybody: nothing to look for
        services = sorted({service for one in free for service in one.skills})
        long_first = line_store.long_first(conn, services, self._settings.room_kept_after_seconds)
        return kept_for((First(row.id, row.service_id, row.units) for row in long_first), free)

    async def _offer_to(self, free: Free) -> int:
        officer, skills = free.officer, free.skills
        # Known beforehand: an offer that is sure to be refused would be a write each second.
        refused = set(free.passed)
        for _ in range(TRIES):
            candidates = await self.proposals(skills, officer.free_units, refused)
            if not candidates:
                return 0

            def order(conn: Connection, candidates: list[str] = candidates) -> Offered | None:
                return offer_first(
                    conn,
                    officer.person_id,
                    officer.free_units,
                    candidates,
                    self._settings.offer_seconds,
                    self._settings.pass_holds_seconds,
                )

            failpoints.reach("offer_proposed")
            try:
                offered = await self._database.write(order)
            except NoCapacity:
                # Going on would pass over who was proposed, if the officer is free again meanwhile.
                return 0
            if offered is not None:
                await self._tell(offered)
                return 1
            refused.update(candidates)
        return 0

    async def choices(
        self, skills: Collection[str], units_free: int, rounds: int, refused: set[str]
    ) -> set[str]:
        """Whom an officer may pick up, none of `refused`: proposals of several rounds, as somebody may be
        faster."""
        await self._line.ensure()
        found: set[str] = set()
        for _ in range(rounds):
            proposed = await self.proposals(skills, units_free, found | refused)
            if not proposed:
                break
            found.update(proposed)
        return found

    async def proposals(self, skills: Collection[str], units_free: int, exclude: set[str]) -> list[str]:
        """For each service the first fitting citizen whose page was heard of lately; SQL picks among them.

        From the rows, while Redis cannot tell, whoever has not gone away: nobody can be heard of then.
        """
        try:
            found = [
                await self._index.propose(service, units_free, self._settings.offerable_seconds, exclude)
                for service in skills
            ]
        except Busy:

            def query(conn: Connection) -> list[str | None]:
                return [line_store.first_fitting(conn, service, units_free, exclude) for service in skills]

            found = await self._database.read(query)
        return [ticket for ticket in found if ticket is not None]

    async def _tell(self, offered: Offered) -> None:
        self._usher.offer_made(offered.ticket, OfferMade(offered.offer))
        self._usher.duty_changed(offered.duty)
        self._usher.ticket_changed(offered.ticket)
        await self._usher.out_of_line(offered.ticket)
