"""The tray: photos of documents that the people of a consultation lay before each other."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from consult.consultations.stages import Stage
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.errors import BadPhoto, Conflict, Ended, NotFound, RateLimited, StageForbids
from consult.live.announcer import Announcer
from consult.live.limits import Allowance
from consult.papers import store
from consult.papers.darkroom import Darkroom
from consult.papers.photo import caption_of, digest_of
from consult.people import Caller, applicant_address, staff_address
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.wire.to_client import Entry, EntryAdded

WINDOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Laid:
    """Where the photo stands in the conversation. `fresh` is None for a repeat, which nobody is told of."""

    seq: int
    fresh: Entry | None = None
    officer_id: str | None = None


class Tray:
    def __init__(
        self, database: Database, announcer: Announcer, allowance: Allowance, settings: Settings
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._allowance = allowance
        self._settings = settings
        self._darkroom = Darkroom(settings.photos_at_once, settings.photo_megapixels)

    async def expect(self, caller: Caller, ticket_id: str, photo_id: str) -> None:
        """To be asked before a photo is read at all.

        Raises NotFound when the consultation is not the caller's, StageForbids or Ended when it is not
        served, BadPhoto (`many`) when it holds enough, RateLimited.
        """

        def query(conn: Connection) -> None:
            row = tickets.find_for(conn, caller, ticket_id)
            if store.find(conn, ticket_id, photo_id) is None:
                self._may_add(conn, row)

        await self._database.read(query)
        limit = self._settings.photos_per_ticket_in_10_minutes
        retry_ms = await self._allowance.take("photo", ticket_id, limit, WINDOW_SECONDS)
        if retry_ms is not None:
            raise RateLimited(retry_ms=retry_ms)

    async def lay(self, caller: Caller, ticket_id: str, photo_id: str, content: bytes, caption: str) -> Laid:
        """Keep a photo with its entry in the conversation, and tell both sides. A repeat finds the first.

        Raises as `expect`; BadPhoto for what is no photo; Conflict when the id names another photo.
        """
        caption = caption_of(caption)
        digest = digest_of(content, caption)

        def known(conn: Connection) -> Laid | None:
            tickets.find_for(conn, caller, ticket_id)
            return _repeated(conn, caller, ticket_id, photo_id, digest)

        there = await self._database.read(known)
        if there is not None:
            return there
        redrawn = await self._darkroom.redraw(content)

        def order(conn: Connection) -> Laid:
            row = tickets.find_for(conn, caller, ticket_id, lock=True)
            again = _repeated(conn, caller, ticket_id, photo_id, digest)
            if again is not None:
                return again
            self._may_add(conn, row)
            detail = {"photo": photo_id, "width": redrawn.width, "height": redrawn.height}
            entry = log.add(
                conn,
                ticket_id,
                "photo",
                caller.name,
                detail,
                side=caller.side,
                author_id=caller.id,
                text=caption,
            )
            store.add(conn, caller, ticket_id, photo_id, digest, redrawn, entry.seq)
            return Laid(entry.seq, entry, row.officer_id)

        laid = await self._database.write(order)
        if laid.fresh is not None:
            to = [applicant_address(ticket_id)]
            if laid.officer_id is not None:
                to.append(staff_address(laid.officer_id))
            self._announcer.tell(to, EntryAdded(ticket_id, laid.fresh))
        return laid

    async def show(self, caller: Caller, ticket_id: str, photo_id: str, small: bool) -> bytes:
        """The JPEG. Raises NotFound alike for what is not the caller's, not there, and erased."""

        def query(conn: Connection) -> bytes:
            tickets.find_for(conn, caller, ticket_id)
            found = store.content(conn, ticket_id, photo_id, small)
            if found is None:
                raise NotFound()
            return found

        return await self._database.read(query)

    async def erase_old(self) -> int:
        """Erase photos that were kept long enough. Returns how many."""
        kept = timedelta(days=self._settings.photo_days)
        due = await self._database.read(lambda conn: store.older(conn, moments.now(conn) - kept))
        for ticket_id, photo_id in due:
            await self._database.write(partial(store.erase, ticket_id=ticket_id, photo_id=photo_id))
        return len(due)

    def close(self) -> None:
        self._darkroom.close()

    def _may_add(self, conn: Connection, row: TicketRow) -> None:
        if row.stage is Stage.ENDED:
            raise Ended()
        if row.stage is not Stage.SERVING:
            raise StageForbids(stage=row.stage.value, step="photo")
        if store.count(conn, row.id) >= self._settings.photos_per_ticket:
            raise BadPhoto(reason="many", most=self._settings.photos_per_ticket)


def _repeated(conn: Connection, caller: Caller, ticket_id: str, photo_id: str, digest: bytes) -> Laid | None:
    known = store.find(conn, ticket_id, photo_id)
    if known is None:
        return None
    if (known.author_id, known.digest) != (caller.id, digest):
        raise Conflict()
    return Laid(known.seq)
