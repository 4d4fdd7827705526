"""The switchboard: rings, accepts, hangs up. SQL decides, by compare-and-set; then both sides are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from consult.consultations.stages import Stage
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.errors import Ended, StageForbids
from consult.live.announcer import Announcer
from consult.people import Address, Caller, Side, applicant_address, staff_address
from consult.settings import Settings
from consult.signalling import store
from consult.signalling.calls import ENDED_REASON, CallStage, CallStep
from consult.signalling.shown import call_of
from consult.signalling.store import CallRow
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.to_client import CallChanged, CallShown, Entry, EntryAdded


@dataclass(frozen=True, slots=True)
class Changed:
    """A call after a step, with whom to tell."""

    call: CallRow
    officer_id: str | None
    service_id: str
    entry: Entry | None = None

    @property
    def seq(self) -> int | None:
        return self.entry.seq if self.entry else None


class Switchboard:
    def __init__(self, database: Database, announcer: Announcer, settings: Settings) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings

    async def ring(self, caller: Caller, ticket_id: str, media: str, receipt: Receipt) -> Changed:
        """Start ringing the other side. Both sides ringing at once is an accept by the second."""

        def order(conn: Connection) -> Changed:
            ticket = self._served(conn, caller, ticket_id)
            present = store.live(conn, ticket_id, lock=True)
            if present is not None:
                if present.stage is CallStage.RINGING and present.started_by is not caller.side:
                    return self._accept(conn, ticket, present, caller, media)
                raise StageForbids(stage=present.stage.value, step="ring")
            until = moments.now(conn) + timedelta(seconds=self._settings.ring_seconds)
            call = store.start(conn, ticket_id, caller.side, media, until)
            detail: dict[str, str | int] = {"media": media, "by": caller.side.value}
            entry = log.add(conn, ticket_id, "call_rang", caller.name, detail)
            return Changed(call, ticket.officer_id, ticket.service_id, entry)

        return await self._carry_out(order, receipt)

    async def accept(
        self, caller: Caller, ticket_id: str, call_id: str, media: str, receipt: Receipt
    ) -> Changed:
        """Answer a ringing call of the other side; the first device to do so wins."""

        def order(conn: Connection) -> Changed:
            ticket = self._served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.started_by is caller.side:
                raise StageForbids(stage=call.stage.value, step="accept")
            return self._accept(conn, ticket, call, caller, media)

        return await self._carry_out(order, receipt)

    async def decline(self, caller: Caller, ticket_id: str, call_id: str, receipt: Receipt) -> Changed:
        return await self._finish(caller, ticket_id, call_id, CallStep.DECLINE, receipt)

    async def hang_up(self, caller: Caller, ticket_id: str, call_id: str, receipt: Receipt) -> Changed:
        """End the call from either side; while it rings, cancel or decline. Twice is once."""
        return await self._finish(caller, ticket_id, call_id, CallStep.HANG_UP, receipt)

    async def lost(
        self, caller: Caller, ticket_id: str, call_id: str, generation: int, receipt: Receipt
    ) -> Changed:
        """Media could not be set up, or was lost for good: the call ends, the chat goes on."""
        return await self._finish(caller, ticket_id, call_id, CallStep.LOSE, receipt, generation)

    async def connected(
        self, caller: Caller, ticket_id: str, call_id: str, generation: int, receipt: Receipt
    ) -> Changed:
        """This side's media flows; the call is connected once both have said so."""

        def order(conn: Connection) -> Changed:
            ticket = self._served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.stage is CallStage.CONNECTED:
                return Changed(call, ticket.officer_id, ticket.service_id)
            if call.stage is not CallStage.CONNECTING or call.generation != generation:
                raise StageForbids(stage=call.stage.value, step="connect")
            call = store.note_connected(conn, call, caller.side)
            entry = None
            if call.applicant_connected_at and call.officer_connected_at:
                now = moments.now(conn)
                call = store.advance(
                    conn, call, CallStep.CONNECT, caller.subject, connected_at=now, setup_expires_at=None
                )
                entry = log.add(conn, ticket_id, "call_connected", detail={"media": call.media})
            return Changed(call, ticket.officer_id, ticket.service_id, entry)

        return await self._carry_out(order, receipt)

    async def shown(self, caller: Caller, ticket_id: str) -> CallShown | None:
        """The live call of a consultation as this caller sees it."""

        def query(conn: Connection) -> CallRow | None:
            tickets.find_for(conn, caller, ticket_id)
            return store.live(conn, ticket_id)

        call = await self._database.read(query)
        return None if call is None else call_of(call, caller.side, self._settings)

    async def expire(self) -> int:
        """End calls that rang or tried to connect for too long. Returns how many."""
        ended = 0
        for ticket_id, call_id in await self._database.read(store.due):

            def order(conn: Connection, ticket_id: str = ticket_id, call_id: str = call_id) -> Changed | None:
                if (ticket_id, call_id) not in store.due(conn):
                    return None
                call = store.find(conn, ticket_id, call_id, lock=True)
                step = CallStep.NO_ANSWER if call.stage is CallStage.RINGING else CallStep.SETUP_FAILED
                return self._end(conn, call, step, "office", ENDED_REASON[step])

            changed = await self._database.write(order)
            if changed is not None:
                self._tell(changed)
                ended += 1
        return ended

    def end_in(self, conn: Connection, ticket_id: str, reason: str) -> Changed | None:
        """Part of another transaction that ends the consultation or takes it from its officer."""
        call = store.live(conn, ticket_id, lock=True)
        return None if call is None else self._end(conn, call, CallStep.CLOSE, "office", reason)

    def tell_ended(self, ended: object) -> None:
        assert isinstance(ended, Changed)  # noqa: S101 - what end_in returned
        self._tell(ended)

    def _served(self, conn: Connection, caller: Caller, ticket_id: str) -> TicketRow:
        ticket = tickets.find_for(conn, caller, ticket_id, lock=True)
        if ticket.stage is Stage.ENDED:
            raise Ended()
        if ticket.stage is not Stage.SERVING:
            raise StageForbids(stage=ticket.stage.value, step="call")
        return ticket

    def _accept(
        self, conn: Connection, ticket: TicketRow, call: CallRow, caller: Caller, media: str
    ) -> Changed:
        now = moments.now(conn)
        call = store.advance(
            conn,
            call,
            CallStep.ACCEPT,
            caller.subject,
            accepted_media=media,
            setup_expires_at=now + timedelta(seconds=self._settings.call_setup_seconds),
        )
        wanted = self._settings.video_units if call.media == "video" else self._settings.audio_units
        if ticket.officer_id is not None and wanted > ticket.units:
            # A call takes what is free, never more: running chats stay, new offers stop.
            taken = duty.grant_up_to(conn, ticket.officer_id, wanted - ticket.units)
            tickets.set_units(conn, ticket.id, ticket.units + taken)
        return Changed(call, ticket.officer_id, ticket.service_id)

    async def _finish(
        self,
        caller: Caller,
        ticket_id: str,
        call_id: str,
        step: CallStep,
        receipt: Receipt,
        generation: int | None = None,
    ) -> Changed:
        def order(conn: Connection) -> Changed:
            ticket = tickets.find_for(conn, caller, ticket_id, lock=True)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.stage is CallStage.ENDED:
                return Changed(call, ticket.officer_id, ticket.service_id)
            if generation is not None and call.generation != generation:
                raise StageForbids(stage=call.stage.value, step=step.value)
            taken = _while_ringing(step, call, caller.side)
            reason = ENDED_REASON[taken]
            if taken is CallStep.LOSE and call.stage is CallStage.CONNECTING:
                reason = ENDED_REASON[CallStep.SETUP_FAILED]
            return self._end(conn, call, taken, caller.subject, reason)

        return await self._carry_out(order, receipt)

    def _end(self, conn: Connection, before: CallRow, step: CallStep, actor: str, reason: str) -> Changed:
        call = store.advance(conn, before, step, actor, ended_reason=reason)
        ticket = tickets.find(conn, call.ticket_id)
        self._give_units_back(conn, ticket)
        detail: dict[str, str | int] = {
            "reason": reason,
            "seconds": _spoken_seconds(call),
            "media": call.media,
        }
        entry = log.add(conn, ticket.id, "call_ended", detail=detail)
        return Changed(call, ticket.officer_id, ticket.service_id, entry)

    def _give_units_back(self, conn: Connection, ticket: TicketRow) -> None:
        own = self._settings.video_units if ticket.channel == "video" else self._settings.chat_units
        if ticket.officer_id is not None and ticket.units > own:
            duty.release(conn, ticket.officer_id, ticket.units - own)
            tickets.set_units(conn, ticket.id, own)

    async def _carry_out(self, order: Callable[[Connection], Changed], receipt: Receipt) -> Changed:
        changed = await self._database.write(order, receipt)
        self._tell(changed)
        return changed

    def _tell(self, changed: Changed) -> None:
        call = changed.call
        to: list[tuple[Address, Side]] = [(applicant_address(call.ticket_id), Side.APPLICANT)]
        if changed.officer_id is not None:
            to.append((staff_address(changed.officer_id), Side.OFFICER))
        for address, side in to:
            self._announcer.tell([address], CallChanged(call_of(call, side, self._settings)))
        if changed.entry is not None:
            self._announcer.tell([address for address, _ in to], EntryAdded(call.ticket_id, changed.entry))
        self._announcer.moved(changed.service_id)


def _while_ringing(step: CallStep, call: CallRow, side: Side) -> CallStep:
    """Hanging up or losing a call that still rings is cancelling it, or declining it from the other side."""
    if call.stage is not CallStage.RINGING or step is CallStep.DECLINE:
        return step
    return CallStep.CANCEL if call.started_by is side else CallStep.DECLINE


def _spoken_seconds(call: CallRow) -> int:
    if call.connected_at is None or call.ended_at is None:
        return 0
    return round((call.ended_at - call.connected_at).total_seconds())
