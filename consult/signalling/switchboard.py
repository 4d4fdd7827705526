"""The switchboard: rings, accepts, hangs up. SQL decides, by compare-and-set; then both sides are told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from consult.consultations import guest_steps
from consult.consultations.guest_steps import Moved
from consult.consultations.store import tickets
from consult.duty.shown import duty_of
from consult.errors import StageForbids
from consult.live.announcer import Announcer
from consult.people import Address, Caller, Side, applicant_address, guest_address, staff_address
from consult.settings import Settings
from consult.signalling import levels, screens, steps, store
from consult.signalling.calls import ENDED_REASON, RELAYED, CallStage, CallStep, Rung
from consult.signalling.shown import call_of
from consult.signalling.steps import Changed
from consult.signalling.store import CallRow
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.to_client import CallChanged, CallShown, DutyChanged, EntryAdded, LegsEnded


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended together with a consultation."""

    call: Changed | None
    guest: Moved | None


class Witness(Protocol):
    """Somebody who has to know of each change of a call in the same transaction, as recordings do."""

    def saw(self, conn: Connection, call: CallRow) -> object | None:
        """What there is to tell once this is committed, if anything."""

    def tell(self, seen: object) -> None:
        """After the commit: what `saw` returned."""


class Switchboard:
    def __init__(
        self, database: Database, announcer: Announcer, settings: Settings, witness: Witness | None = None
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings
        self._witness = witness

    async def ring(
        self, caller: Caller, ticket_id: str, media: str, receipt: Receipt, hide: bool = False
    ) -> Changed:
        """Start ringing the other side. Both sides ringing at once is an accept by the second.

        `hide`: nobody in the call is to learn the applicant's network address.
        """

        def order(conn: Connection) -> Changed:
            ticket = steps.served(conn, caller, ticket_id)
            return steps.ring(conn, self._settings, ticket, caller, receipt.stream, media, hide)

        return await self._carry_out(order, receipt)

    async def ring_here(self, caller: Caller, ticket_id: str, call_id: str) -> None:
        """A page of the called side has come while it rings. Raises NotFound, Ended, StageForbids."""

        def order(conn: Connection) -> Changed | None:
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            return steps.ring_here(conn, self._settings, ticket, call, caller)

        changed = await self._database.write(order)
        if changed is not None:
            self._tell(changed)

    async def accept(
        self,
        caller: Caller,
        ticket_id: str,
        call_id: str,
        media: str,
        receipt: Receipt,
        hide: bool = False,
    ) -> Changed:
        """Answer a ringing call of the other side; the first device to do so wins."""

        def order(conn: Connection) -> Changed:
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.started_by is caller.side:
                raise StageForbids(stage=call.stage.value, step=CallStep.ACCEPT.value)
            return steps.accept(conn, self._settings, ticket, call, caller, receipt.stream, media, hide)

        return await self._carry_out(order, receipt)

    async def decline(self, caller: Caller, ticket_id: str, call_id: str, receipt: Receipt) -> Changed:
        """Do not take a call that rings. Raises StageForbids from the side that rang, and once accepted."""
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
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.stage not in {CallStage.CONNECTING, CallStage.CONNECTED} or call.generation != generation:
                raise StageForbids(stage=call.stage.value, step=CallStep.CONNECT.value)
            if call.stage is CallStage.CONNECTED:
                return steps.unchanged(ticket, call)
            return steps.connected(conn, ticket, call, caller)

        return await self._carry_out(order, receipt)

    async def interrupted(
        self, caller: Caller, ticket_id: str, call_id: str, generation: int, receipt: Receipt
    ) -> Changed:
        """This side's media no longer arrives: the call has `call_reconnect_seconds` to have it again.

        Raises StageForbids from a page that does not take part, and for another generation.
        """

        def order(conn: Connection) -> Changed:
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.generation != generation or call.stream_of(caller.side) != receipt.stream:
                raise StageForbids(stage=call.stage.value, step=CallStep.INTERRUPT.value)
            return steps.interrupted(conn, self._settings, ticket, call, caller)

        return await self._carry_out(order, receipt)

    async def renew(
        self,
        caller: Caller,
        ticket_id: str,
        call_id: str,
        generation: int,
        receipt: Receipt,
        rung: str | None = None,
        hide: bool | None = None,
    ) -> Changed:
        """This page takes part, over a new connection: both sides connect anew, in the next generation.

        `rung`: and try it another way, because no path was found in time.

        Whoever knows only an older generation and takes part already has what it wants: nothing changes.
        """

        def order(conn: Connection) -> Changed:
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            moved_on = call.generation > generation and call.stream_of(caller.side) == receipt.stream
            if moved_on and call.stage is not CallStage.ENDED:
                return steps.unchanged(ticket, call)
            if rung is not None:
                return steps.step_down(conn, self._settings, ticket, call, caller, Rung(rung))
            return steps.renew(conn, self._settings, ticket, call, caller, receipt.stream, hide)

        return await self._carry_out(order, receipt)

    async def quality(
        self, caller: Caller, ticket_id: str, call_id: str, step: str, level: int, receipt: Receipt
    ) -> Changed:
        """This side sends better or worse than before: both read it in the conversation."""

        def order(conn: Connection) -> Changed:
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.stage not in RELAYED:
                raise StageForbids(stage=call.stage.value, step="quality")
            return levels.told(conn, ticket, call, caller, step, level)

        return await self._carry_out(order, receipt)

    async def screen(
        self, caller: Caller, ticket_id: str, call_id: str, on: bool, receipt: Receipt
    ) -> Changed:
        """This side's screen is shared, or no longer: both read it in the conversation."""

        def order(conn: Connection) -> Changed:
            ticket = steps.served(conn, caller, ticket_id)
            call = store.find(conn, ticket_id, call_id, lock=True)
            return screens.told(conn, ticket, call, caller, receipt.stream, on)

        return await self._carry_out(order, receipt)

    async def pin(self, caller: Caller, ticket_id: str, call_id: str, generation: int, print_: str) -> None:
        """Hold this side to its certificate for the generation; another one ends the call (`policy`).

        Raises NotFound, StageForbids.
        """

        def order(conn: Connection) -> Changed | None:
            tickets.find_for(conn, caller, ticket_id, lock=True)
            call = store.find(conn, ticket_id, call_id, lock=True)
            if call.stage not in RELAYED or call.generation != generation:
                raise StageForbids(stage=call.stage.value, step="relay")
            if store.pin(conn, call, caller.side, print_):
                return None
            return self._seen(conn, steps.end(conn, self._settings, call, CallStep.CLOSE, "office", "policy"))

        ended = await self._database.write(order)
        if ended is not None:
            self._tell(ended)
            raise StageForbids(stage=ended.call.stage.value, step="relay")

    async def shown(self, caller: Caller, ticket_id: str) -> CallShown | None:
        """The live call of a consultation as this caller sees it."""

        def query(conn: Connection) -> CallRow | None:
            tickets.find_for(conn, caller, ticket_id)
            return store.live(conn, ticket_id)

        call = await self._database.read(query)
        return None if call is None else call_of(call, caller.side, self._settings)

    async def expire(self) -> int:
        """End calls that rang, or tried to connect, for too long. Returns how many."""
        ended = 0
        for ticket_id, call_id in await self._database.read(store.due):
            changed = await self._database.write(partial(self._run_out, ticket_id=ticket_id, call_id=call_id))
            if changed is not None:
                self._tell(changed)
                ended += 1
        return ended

    def end_in(self, conn: Connection, ticket_id: str, reason: str) -> Ended | None:
        """Part of another transaction that ends the consultation or takes it from its officer."""
        guest = guest_steps.close(conn, ticket_id, reason)
        call = store.live(conn, ticket_id, lock=True)
        if call is None:
            return None if guest is None else Ended(None, guest)
        ended = self._seen(conn, steps.end(conn, self._settings, call, CallStep.CLOSE, "office", reason))
        return Ended(ended, guest)

    def tell_ended(self, ended: object) -> None:
        assert isinstance(ended, Ended)  # noqa: S101 - what end_in returned
        if ended.guest is not None:
            guest_steps.tell(self._announcer, ended.guest)
        if ended.call is not None:
            self._tell(ended.call)

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
                return steps.unchanged(ticket, call)
            if generation is not None and call.generation != generation:
                raise StageForbids(stage=call.stage.value, step=step.value)
            if step is CallStep.DECLINE and call.started_by is caller.side:
                raise StageForbids(stage=call.stage.value, step=step.value)
            taken = steps.while_ringing(step, call, caller.side)
            reason = call.lost_reason if taken is CallStep.LOSE else ENDED_REASON[taken]
            return steps.end(conn, self._settings, call, taken, caller.subject, reason)

        return await self._carry_out(order, receipt)

    async def _carry_out(self, order: Callable[[Connection], Changed], receipt: Receipt) -> Changed:
        changed = await self._database.write(lambda conn: self._seen(conn, order(conn)), receipt)
        self._tell(changed)
        return changed

    def _run_out(self, conn: Connection, ticket_id: str, call_id: str) -> Changed | None:
        changed = steps.run_out(conn, self._settings, ticket_id, call_id)
        return None if changed is None else self._seen(conn, changed)

    def _seen(self, conn: Connection, changed: Changed) -> Changed:
        if self._witness is None:
            return changed
        return replace(changed, witnessed=self._witness.saw(conn, changed.call))

    def _tell(self, changed: Changed) -> None:
        call = changed.call
        to: list[tuple[Address, Side]] = [(applicant_address(call.ticket_id), Side.APPLICANT)]
        if changed.officer_id is not None:
            to.append((staff_address(changed.officer_id), Side.OFFICER))
        for address, side in to:
            self._announcer.tell([address], CallChanged(call_of(call, side, self._settings)))
        if changed.entry is not None:
            self._announcer.tell([address for address, _ in to], EntryAdded(call.ticket_id, changed.entry))
        if changed.guest_id is not None:
            self._announcer.tell([guest_address(changed.guest_id)], LegsEnded(call.ticket_id, call.id))
        if changed.listener is not None:
            guest_steps.tell(self._announcer, changed.listener)
        if changed.duty is not None:
            own = staff_address(changed.duty.person_id)
            self._announcer.tell([own], DutyChanged(duty_of(changed.duty)))
        if self._witness is not None and changed.witnessed is not None:
            self._witness.tell(changed.witnessed)
        self._announcer.moved(changed.service_id)
