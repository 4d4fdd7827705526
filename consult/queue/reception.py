"""Reception: taking a number, leaving, offers and pick-ups, ending. Commit first, then tell."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from consult import failpoints
from consult.consultations.credential import hash_of, new_id, pin_for, secret_for
from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import line as line_store
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.errors import Ended, QueueFull, StageForbids, StaleEpoch
from consult.live.presence import Presence
from consult.people import Caller, Role
from consult.queue import assigning
from consult.queue.assigning import Returned, Served
from consult.queue.matching import Matching
from consult.queue.usher import Usher
from consult.settings import Settings
from consult.storage.database import Database
from consult.storage.receipts import Receipt

# Rounds of proposals looked at for a pick-up, so that losing a few races still serves somebody.
PICK_UP_CHOICES = 5


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


class Reception:
    def __init__(
        self,
        database: Database,
        usher: Usher,
        matching: Matching,
        presence: Presence,
        calls: CallEnding,
        hash_pin: Callable[[str], Awaitable[str]],
        settings: Settings,
    ) -> None:
        self._database = database
        self._usher = usher
        self._matching = matching
        self._presence = presence
        self._calls = calls
        self._hash_pin = hash_pin
        self._settings = settings

    async def take_number(self, form: TicketForm, visitor: bytes, today: date) -> Taken:
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
            "label": f"{form.letter}-{number:03d}",
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

    async def appeared(self, ticket_id: str) -> None:
        """The owner's page is here: present, no longer away, and back in the line if the place was parked."""

        def order(conn: Connection) -> TicketRow:
            before = tickets.find(conn, ticket_id, lock=True)
            if before.away_since_at is not None:
                tickets.set_away(conn, ticket_id, away=False)
            if before.stage is Stage.PARKED:
                tickets.advance(conn, before, Step.RESUME, f"ticket:{ticket_id}")
                log.add(conn, ticket_id, "resumed")
            return tickets.find(conn, ticket_id)

        row = await self._database.write(order)
        if row.stage is Stage.ENDED:
            return
        await self._presence.seen(ticket_id)
        if row.stage is Stage.WAITING:
            await self._usher.in_line(row)
            self._matching.soon()
        if row.officer_id is not None and row.stage is Stage.SERVING:
            self._usher.applicant_presence(row.officer_id, ticket_id, online=True)

    async def vanished(self, ticket_id: str) -> None:
        """The owner's last page in this process is gone; the place stays."""

        def order(conn: Connection) -> TicketRow:
            tickets.set_away(conn, ticket_id, away=True)
            return tickets.find(conn, ticket_id)

        row = await self._database.write(order)
        await self._presence.gone(ticket_id)
        if row.officer_id is not None and row.stage is Stage.SERVING:
            self._usher.applicant_presence(row.officer_id, ticket_id, online=False)

    async def leave(self, caller: Caller, ticket_id: str, receipt: Receipt) -> Returned:
        """The applicant leaves the line. Raises StageForbids while being served (that is `end`)."""

        def order(conn: Connection) -> Returned:
            before = tickets.find_for(conn, caller, ticket_id, lock=True)
            return assigning.end(conn, before, Step.LEAVE, caller.subject, "left", "", self._calls)

        result = await self._database.write(order, receipt)
        await self._tell_ended(result, "left")
        return result

    async def end(self, caller: Caller, ticket_id: str, epoch: int | None, receipt: Receipt) -> Returned:
        """Either side ends the consultation. An officer's `epoch` must be the current assignment."""

        def order(conn: Connection) -> Returned:
            before = tickets.find_for(conn, caller, ticket_id, lock=True)
            if before.stage is Stage.ENDED:
                raise Ended()
            if before.stage is not Stage.SERVING:
                raise StageForbids(stage=before.stage.value, step=Step.END.value)
            if caller.role is not Role.APPLICANT and epoch is not None and epoch != before.assignment_epoch:
                raise StaleEpoch()
            reason = "ended_by_applicant" if caller.role is Role.APPLICANT else "completed"
            return assigning.end(conn, before, Step.END, caller.subject, reason, caller.name, self._calls)

        result = await self._database.write(order, receipt)
        await self._tell_ended(result, "ended")
        return result

    async def accept(self, caller: Caller, ticket_id: str, attempt: int, receipt: Receipt) -> Served:
        failpoints.reach("accept_asked")
        result = await self._database.write(
            lambda conn: assigning.accept(conn, caller, ticket_id, attempt), receipt, ahead=True
        )
        self._usher.offer_withdrawn(caller.id, ticket_id, attempt, "accepted")
        self._tell_served(result)  # who was offered has left the index of the line already
        self._matching.soon()
        return result

    async def pass_on(self, caller: Caller, ticket_id: str, attempt: int, receipt: Receipt) -> Returned:
        result = await self._database.write(
            lambda conn: assigning.pass_on(conn, caller, ticket_id, attempt), receipt
        )
        await self.tell_given_back(result, "passed")
        return result

    async def serve_next(self, caller: Caller, receipt: Receipt) -> Served:
        """Pick up the next fitting citizen whose page is here."""
        own, skills = await self._database.read(
            lambda conn: (duty.find(conn, caller.id), duty.skills(conn, caller.id))
        )
        candidates = await self._matching.choices(skills, own.free_units, PICK_UP_CHOICES)
        result = await self._database.write(
            lambda conn: assigning.pick_up(conn, caller, candidates), receipt, ahead=True
        )
        self._tell_served(result)
        await self._usher.out_of_line(result.ticket)
        self._matching.soon()
        return result

    def _tell_served(self, result: Served) -> None:
        officer = result.duty.person_id
        self._usher.conversation_opened(officer, result.conversation)
        self._usher.duty_changed(result.duty, result.ticket.service_id)
        self._usher.ticket_changed(result.ticket)
        self._usher.entry_added(result.ticket, result.entry)

    async def tell_given_back(self, result: Returned, why: str) -> None:
        """An offer was not accepted: the officer's card goes, the citizen waits, others are asked."""
        if result.officer_id is not None:
            self._usher.offer_withdrawn(result.officer_id, result.ticket.id, result.attempt, why)
        if result.duty is not None:
            self._usher.duty_changed(result.duty)
        self._usher.ticket_changed(result.ticket)
        await self._usher.settled(result.ticket)
        self._matching.soon()

    async def tell_requeued(self, result: Returned) -> None:
        await self._tell_ended(result, "requeued")

    async def _tell_ended(self, result: Returned, why: str) -> None:
        if result.entry is not None:
            self._usher.entry_added(result.ticket, result.entry, result.officer_id)
        self._usher.ticket_changed(result.ticket)
        if result.call is not None:
            self._calls.tell_ended(result.call)
        if result.officer_id is not None:
            self._usher.conversation_closed(result.officer_id, result.ticket.id, why)
            self._usher.offer_withdrawn(result.officer_id, result.ticket.id, result.attempt, why)
        if result.duty is not None:
            self._usher.duty_changed(result.duty)
        await self._usher.settled(result.ticket)
        self._matching.soon()
