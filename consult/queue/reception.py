"""Reception: coming and leaving, offers and pick-ups, ending. Commit first, then tell."""

from sqlalchemy import Connection

from consult import failpoints
from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage, Step
from consult.consultations.store import holds, log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.errors import Ended, StageForbids, StaleEpoch
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


class Reception:
    def __init__(
        self,
        database: Database,
        usher: Usher,
        matching: Matching,
        presence: Presence,
        calls: CallEnding,
        settings: Settings,
    ) -> None:
        self._database = database
        self._usher = usher
        self._matching = matching
        self._presence = presence
        self._calls = calls
        self._settings = settings

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
            lambda conn: assigning.pass_on(
                conn,
                caller,
                ticket_id,
                attempt,
                self._settings.passes_before_pause,
                self._settings.passes_seconds,
            ),
            receipt,
        )
        often = result.duty is not None and result.duty.reason == assigning.PASSED_OFTEN
        await self.tell_given_back(result, assigning.PASSED_OFTEN if often else "passed")
        return result

    async def serve_next(self, caller: Caller, receipt: Receipt) -> Served:
        """Pick up the next fitting citizen whose page is here."""
        own, skills, held = await self._database.read(
            lambda conn: (
                duty.find(conn, caller.id),
                duty.skills(conn, caller.id),
                holds.for_others(conn, caller.id),
            )
        )
        candidates = await self._matching.choices(skills, own.free_units, PICK_UP_CHOICES, held)
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

    async def tell_transferred(self, result: Returned) -> None:
        await self._tell_ended(result, "transferred")

    async def tell_ended(self, result: Returned, why: str = "ended") -> None:
        await self._tell_ended(result, why)

    async def _tell_ended(self, result: Returned, why: str) -> None:
        if result.entry is not None:
            self._usher.entry_added(result.ticket, result.entry, result.officer_id, result.served)
        self._usher.ticket_changed(result.ticket)
        if result.call is not None:
            self._calls.tell_ended(result.call)
        if result.officer_id is not None:
            if result.served:
                self._usher.conversation_closed(result.officer_id, result.ticket.id, why)
            self._usher.offer_withdrawn(result.officer_id, result.ticket.id, result.attempt, why)
        if result.duty is not None:
            self._usher.duty_changed(result.duty)
        await self._usher.settled(result.ticket)
        self._matching.soon()
