"""The conversation: posting, catching up, marks and typing. Commit first, then tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Connection

from consult.chat.message import clean
from consult.consultations import shown
from consult.consultations.stages import Stage
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.errors import Ended, NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.people import Address, Caller, Role, applicant_address, staff_address
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.to_client import Entry, EntryAdded, Seen, SeenMarked, Ticket, TypingShown


@dataclass(frozen=True, slots=True)
class Posted:
    entry: Entry
    officer_id: str | None

    @property
    def seq(self) -> int:
        return self.entry.seq


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """A ticket with everything after a seq. `whole`: the entries start at 1."""

    ticket: Ticket
    entries: list[Entry]
    last_seq: int
    seen: Seen
    whole: bool
    language: str


@dataclass(frozen=True, slots=True)
class LastSeqs:
    """For each address: ticket id -> last seq."""

    now_ms: int
    at: dict[Address, dict[str, int]]


class Transcript:
    def __init__(self, database: Database, announcer: Announcer, settings: Settings) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings

    async def post(self, caller: Caller, ticket_id: str, text: str, receipt: Receipt) -> Posted:
        """Store a message and tell both sides.

        Raises NotFound when the consultation is not the caller's, StageForbids or Ended when not served.
        """
        limit = self._settings.chat_characters

        def order(conn: Connection) -> Posted:
            # Cleaned inside the order, so that a refusal is stored as the answer to its number.
            added = log.add_message(conn, caller, ticket_id, clean(text, limit))
            if added is None:
                _explain(conn, caller, ticket_id)
            entry, officer_id = added
            return Posted(entry, officer_id)

        posted = await self._database.write(order, receipt)
        to = [applicant_address(ticket_id)]
        if posted.officer_id is not None:
            to.append(staff_address(posted.officer_id))
        self._announcer.tell(to, EntryAdded(ticket_id, posted.entry))
        return posted

    async def since(self, caller: Caller, ticket_id: str, seq: int) -> CaughtUp:
        """The ticket and its entries after `seq`; all of them when `seq` is ahead of what there is."""

        def query(conn: Connection) -> CaughtUp:
            row = tickets.find_for(conn, caller, ticket_id)
            after = seq if 0 <= seq <= row.last_seq else 0
            return CaughtUp(
                shown.ticket_of(row),
                log.after(conn, ticket_id, after),
                row.last_seq,
                shown.seen_of(row),
                after == 0,
                row.language,
            )

        return await self._database.read(query)

    async def last_seqs(self, caller: Caller) -> dict[str, int]:
        """Ticket id -> last seq, which `Pong` carries to reveal lost frames."""
        return await self._database.read(lambda conn: log.last_seqs(conn, caller))

    async def last_seqs_of(self, callers: Iterable[Caller]) -> LastSeqs:
        """The same for many, and the database's time, read at one moment."""
        asked = list(callers)

        def query(conn: Connection) -> LastSeqs:
            seqs = {caller.address: log.last_seqs(conn, caller) for caller in asked}
            return LastSeqs(moments.to_ms(moments.now(conn)), seqs)

        return await self._database.read(query)

    async def mark_seen(self, caller: Caller, ticket_id: str, delivered: int, read: int) -> None:
        """Move this side's marks forward and tell both sides."""

        def order(conn: Connection) -> tuple[TicketRow, Seen]:
            row = tickets.find_for(conn, caller, ticket_id, lock=True)
            return row, log.mark_seen(conn, caller.side, ticket_id, delivered, read)

        row, seen = await self._database.write(order)
        if seen != shown.seen_of(row):
            self._announcer.tell(_both(row), SeenMarked(ticket_id, seen))

    async def typing(self, caller: Caller, ticket_id: str) -> None:
        row = await self._database.read(lambda conn: tickets.find_for(conn, caller, ticket_id))
        if row.stage is not Stage.SERVING or row.officer_id is None:
            return
        side = "applicant" if caller.role is Role.APPLICANT else "officer"
        to = staff_address(row.officer_id) if side == "applicant" else applicant_address(ticket_id)
        self._announcer.tell([to], TypingShown(ticket_id, side))  # type: ignore[arg-type]


def _both(row: TicketRow) -> list[Address]:
    to = [applicant_address(row.id)]
    return [*to, staff_address(row.officer_id)] if row.officer_id else to


def _explain(conn: Connection, caller: Caller, ticket_id: str) -> NoReturn:
    row = tickets.find_for(conn, caller, ticket_id)
    if row.stage is Stage.ENDED:
        raise Ended()
    if row.stage is not Stage.SERVING:
        raise StageForbids(stage=row.stage.value, step="post")
    raise NotFound()
