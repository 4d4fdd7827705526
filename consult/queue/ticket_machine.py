"""Queue numbers are given here: one for a visitor at a time, with the secret that brings its place back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from consult.consultations.credential import hash_of, new_id, pin_for, secret_for
from consult.consultations.store import line as line_store
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.errors import QueueFull
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.storage.database import Database


@dataclass(frozen=True, slots=True)
class TicketForm:
    """What a citizen typed, already checked: `phone` is E.164."""

    service: str
    letter: str
    name: str
    phone: str
    application_number: str
    channel: str
    language: str
    notice_version: int
    notice_language: str


@dataclass(frozen=True, slots=True)
class Taken:
    """`fresh` is False when this browser already had a live place, which it gets back."""

    ticket_id: str
    label: str
    secret: str
    pin: str
    fresh: bool


class TicketMachine:
    def __init__(
        self,
        database: Database,
        usher: Usher,
        hash_pin: Callable[[str], Awaitable[str]],
        settings: Settings,
    ) -> None:
        self._database = database
        self._usher = usher
        self._hash_pin = hash_pin
        self._settings = settings

    async def take(self, form: TicketForm, visitor: bytes, today: date) -> Taken:
        """A place in the line of `form.service` on the local day `today`.

        The same visitor gets the place it already holds. Raises QueueFull.
        """
        visitor_hash = hash_of(visitor)
        present = await self._database.read(lambda conn: tickets.live_of_visitor(conn, visitor_hash))
        if present is not None:
            return self._taken(present, visitor, fresh=False)
        ticket_id = new_id()
        secret = secret_for(visitor, ticket_id)
        pin_hash = await self._hash_pin(pin_for(secret))

        def order(conn: Connection) -> tuple[TicketRow, bool]:
            # Looked up again: the second tap of a double tap may have come between.
            already = tickets.live_of_visitor(conn, visitor_hash)
            if already is not None:
                return already, False
            if line_store.waiting_count(conn, form.service) >= self._settings.queue_ceiling:
                raise QueueFull()
            values = self._values(conn, form, ticket_id, secret, pin_hash, visitor_hash, today)
            row = tickets.open_ticket(conn, values)
            log.add(conn, row.id, "joined", row.name)
            return tickets.find(conn, row.id), True

        row, fresh = await self._database.write(order, newcomer=True)
        if fresh:
            await self._usher.in_line(row)
        return self._taken(row, visitor, fresh)

    def _values(
        self,
        conn: Connection,
        form: TicketForm,
        ticket_id: str,
        secret: str,
        pin_hash: str,
        visitor_hash: bytes,
        today: date,
    ) -> dict[str, object]:
        day = today.isoformat()
        number = tickets.next_number(conn, form.service, day)
        return {
            "id": ticket_id,
            "service_id": form.service,
            "day": day,
            "number": number,
            "label": tickets.label_of(form.letter, number),
            "channel": form.channel,
            "units": self._settings.video_units if form.channel == "video" else self._settings.chat_units,
            "name": form.name,
            "phone": form.phone,
            "application_number": form.application_number,
            "language": form.language,
            "notice_version": form.notice_version,
            "notice_language": form.notice_language,
            "secret_hash": hash_of(secret),
            "pin_hash": pin_hash,
            "visitor_hash": visitor_hash,
        }

    @staticmethod
    def _taken(row: TicketRow, visitor: bytes, fresh: bool) -> Taken:
        secret = secret_for(visitor, row.id)
        return Taken(row.id, row.label, secret, pin_for(secret), fresh)
