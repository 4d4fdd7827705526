"""A supervisor listens to a call: everybody in it is told first, and nothing is sent from the board."""

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import Connection

from consult.consultations import guest_steps
from consult.consultations.guest_steps import Moved
from consult.consultations.guests import GuestStage, GuestStep
from consult.consultations.stages import Stage
from consult.consultations.store import guests, listeners, tickets
from consult.consultations.store.guests import GuestRow
from consult.errors import Ended, NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.people import Caller
from consult.settings import Settings
from consult.signalling import store as calls
from consult.signalling.calls import RELAYED
from consult.signalling.legs import found
from consult.signalling.legs.seat import Seat, seat_of
from consult.signalling.switchboard import Witness
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import AcknowledgeListener, ListenIn, StopListening


class Listening:
    def __init__(
        self, database: Database, announcer: Announcer, settings: Settings, witness: Witness
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings
        self._witness = witness

    async def begin(self, caller: Caller, frame: ListenIn, receipt: Receipt) -> Moved:
        """Tell both sides; what this person listened to before, also in another tab, ends.

        Raises NotFound, Ended, StageForbids while the third chair is taken.
        """

        def order(conn: Connection) -> tuple[Moved, Moved | None]:
            before = listeners.of_person(conn, caller.id)
            for each in sorted({frame.ticket, before.ticket_id if before else frame.ticket}):
                tickets.find(conn, each, lock=True)
            ended = None if before is None else guest_steps.close(conn, before.ticket_id, "elsewhere")
            ticket = tickets.find(conn, frame.ticket)
            if ticket.stage is Stage.ENDED:
                raise Ended()
            call = calls.find(conn, ticket.id, frame.call, lock=True)
            if call.stage not in RELAYED:
                raise StageForbids(stage=call.stage.value, step="listen")
            row = listeners.begin(conn, ticket.id, caller, receipt.stream, self._lease_seconds)
            entry = guest_steps.said(conn, row, "listens", caller.name)
            return Moved(row, ticket.officer_id, entry, ticket.service_id), ended

        moved, ended = await self._database.write(order, receipt)
        if ended is not None:
            guest_steps.tell(self._announcer, ended)
        guest_steps.tell(self._announcer, moved)
        return moved

    async def acknowledge(self, caller: Caller, frame: AcknowledgeListener, receipt: Receipt) -> Moved:
        """The page of this side that is in the call shows it; with the second one sound may flow.

        Raises NotFound, also from another page of that person, Ended, StageForbids. Twice is once.
        """

        def order(conn: Connection) -> tuple[Moved, object | None]:
            ticket = found.ticket_of(conn, caller, frame.ticket, lock=True)
            before = _listener(conn, ticket.id, frame.guest)
            call = calls.live(conn, ticket.id, lock=True)
            if call is None or call.stream_of(caller.side) != receipt.stream:
                raise NotFound()
            if before.stage is GuestStage.ADMITTED or caller.side in before.admitted_by:
                return Moved(before, ticket.officer_id), None
            moved, in_call = guest_steps.yes(conn, before, caller)
            return moved, self._witness.saw(conn, call) if in_call else None

        moved, seen = await self._database.write(order, receipt)
        guest_steps.tell(self._announcer, moved)
        if seen is not None:
            self._witness.tell(seen)
        return moved

    async def stop(self, caller: Caller, frame: StopListening, receipt: Receipt) -> Moved:
        """Raises NotFound for what this person does not listen to. Twice is once."""

        def order(conn: Connection) -> Moved:
            ticket = tickets.find(conn, frame.ticket, lock=True)
            before = _listener(conn, ticket.id, frame.guest)
            if before.person_id != caller.id:
                raise NotFound()
            if before.stage is GuestStage.ENDED:
                return Moved(before, ticket.officer_id)
            return guest_steps.step(conn, before, GuestStep.LEAVE, caller.subject)

        return await self._carry_out(order, receipt)

    async def seat(self, caller: Caller, page: str) -> Seat:
        """What this page of the supervisor listens to; another tab's is not its own."""

        def query(conn: Connection) -> Seat:
            row = listeners.of_person(conn, caller.id)
            if row is None or row.page != page:
                return Seat(None, [])
            return seat_of(conn, caller, row.ticket_id, self._settings)

        return await self._database.read(query)

    async def heard(self, pages: Iterable[tuple[str, str]]) -> None:
        """These (person, stream) were heard of just now; whoever of them listens may go on."""
        known = await self._database.read(lambda conn: listeners.heard_of(conn, pages))
        if known:
            await self._database.write(lambda conn: listeners.keep(conn, known, self._lease_seconds))

    async def expire(self) -> int:
        """End what nobody hears any more: the page was silent for too long. Returns how many."""
        ended = 0
        for ticket_id, guest_id in await self._database.read(listeners.due):
            moved = await self._database.write(partial(_run_out, ticket_id=ticket_id, guest_id=guest_id))
            if moved is not None:
                guest_steps.tell(self._announcer, moved)
                ended += 1
        return ended

    @property
    def _lease_seconds(self) -> float:
        return self._settings.officer_dead_seconds

    async def _carry_out(self, order: Callable[[Connection], Moved], receipt: Receipt) -> Moved:
        moved = await self._database.write(order, receipt)
        guest_steps.tell(self._announcer, moved)
        return moved


def _listener(conn: Connection, ticket_id: str, guest_id: str) -> GuestRow:
    row = guests.find(conn, ticket_id, guest_id, lock=True)
    if not row.listens:
        raise NotFound()
    return row


def _run_out(conn: Connection, ticket_id: str, guest_id: str) -> Moved | None:
    tickets.find(conn, ticket_id, lock=True)
    before = guests.find(conn, ticket_id, guest_id, lock=True)
    if before.stage is GuestStage.ENDED or before.expires_at > moments.now(conn):
        return None
    return guest_steps.step(conn, before, GuestStep.EXPIRE, "office")
