"""The third chair: invitations, letting in, saying no, leaving, and who takes part over which leg."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from consult.consultations import guest_steps
from consult.consultations.guest_steps import Moved
from consult.consultations.guests import DISMISSED, INVITES, GuestStage, GuestStep
from consult.consultations.store import guests, tickets
from consult.errors import NotAllowed, NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.people import Caller, Role, Side
from consult.settings import Settings
from consult.signalling import store as calls
from consult.signalling.legs import found
from consult.signalling.legs import store as legs
from consult.signalling.legs.found import Found
from consult.signalling.legs.seat import Seat, seat_of
from consult.signalling.legs.shown import leg_of
from consult.signalling.switchboard import Witness
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import AdmitGuest, DismissGuest, InviteGuest, JoinLeg, LeaveCall
from consult.wire.to_client import LegChanged


class ThirdChair:
    def __init__(
        self, database: Database, announcer: Announcer, settings: Settings, witness: Witness | None = None
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings
        self._witness = witness

    async def invite(self, caller: Caller, frame: InviteGuest, receipt: Receipt) -> Moved:
        """Raises NotFound, NotAllowed for a role this side may not invite, StageForbids if there is one."""

        def order(conn: Connection) -> Moved:
            ticket = found.ticket_of(conn, caller, frame.ticket, lock=True)
            if frame.role not in INVITES[caller.side]:
                raise NotAllowed()
            row = guests.invite(
                conn,
                ticket.id,
                frame.role,
                caller.side,
                caller.subject,
                bytes.fromhex(frame.secret_hash),
                self._settings.guest_link_seconds,
            )
            entry = guest_steps.said(conn, row, "invited", caller.name, by=caller.side.value)
            return Moved(row, ticket.officer_id, entry, ticket.service_id)

        return await self._carry_out(order, receipt)

    async def admit(self, caller: Caller, frame: AdmitGuest, receipt: Receipt) -> Moved:
        """This side says yes; with the second yes the guest takes part. Twice is once."""

        def order(conn: Connection) -> tuple[Moved, object | None]:
            ticket = found.ticket_of(conn, caller, frame.ticket, lock=True)
            before = guests.find(conn, ticket.id, frame.guest, lock=True)
            if before.stage is GuestStage.ADMITTED or caller.side in before.admitted_by:
                return Moved(before, ticket.officer_id), None
            if before.listens:
                raise StageForbids(stage=before.stage.value, step="admit")
            moved, in_call = guest_steps.yes(conn, before, caller)
            return moved, self._seen(conn, ticket.id) if in_call else None

        moved, seen = await self._database.write(order, receipt)
        guest_steps.tell(self._announcer, moved)
        self._tell_witness(seen)
        return moved

    def _seen(self, conn: Connection, ticket_id: str) -> object | None:
        call = calls.live(conn, ticket_id, lock=True)
        return self._witness.saw(conn, call) if self._witness is not None and call is not None else None

    async def dismiss(self, caller: Caller, frame: DismissGuest, receipt: Receipt) -> Moved:
        """This side says no, at any stage. Twice is once."""

        def order(conn: Connection) -> Moved:
            ticket = found.ticket_of(conn, caller, frame.ticket, lock=True)
            before = guests.find(conn, ticket.id, frame.guest, lock=True)
            if before.stage is GuestStage.ENDED:
                return Moved(before, ticket.officer_id)
            return guest_steps.step(conn, before, DISMISSED[before.stage], caller.subject)

        return await self._departs(order, receipt)

    async def leave(self, caller: Caller, frame: LeaveCall, receipt: Receipt) -> Moved:
        """The guest goes. Raises NotFound for who is no guest of this consultation."""

        def order(conn: Connection) -> Moved:
            tickets.find(conn, frame.ticket, lock=True)
            guests.find_here(conn, caller.id, frame.ticket)
            if frame.guest != caller.id:
                raise NotFound()
            before = guests.find(conn, frame.ticket, caller.id, lock=True)
            return guest_steps.step(conn, before, GuestStep.LEAVE, caller.subject)

        return await self._departs(order, receipt)

    async def join(self, caller: Caller, frame: JoinLeg, receipt: Receipt) -> Found:
        """This page takes part in a leg; both its ends are told.

        Raises NotFound, StageForbids before both sides have let the guest in, or while no call goes on.
        """
        between = Side(frame.between)

        def order(conn: Connection) -> tuple[Found, object | None]:
            ticket = found.ticket_of(conn, caller, frame.ticket, lock=True)
            guest = found.guest_of(conn, caller, ticket, frame.guest, lock=True)
            if caller.side not in (Side.GUEST, between):
                raise NotFound()
            call = found.joinable(conn, ticket, guest, frame.call, lock=True)
            leg = legs.join(conn, guest.id, call.id, between, caller.side, receipt.stream, frame.generation)
            # Another page of the guest is somebody that nobody was asked about.
            return Found(ticket, guest, call, leg, caller.side), self._seen(conn, ticket.id)

        joined, seen = await self._database.write(order, receipt)
        self.tell_leg(joined)
        self._tell_witness(seen)
        return joined

    def tell_leg(self, joined: Found) -> None:
        for end in (joined.leg.side, Side.GUEST):
            shown = leg_of(joined.leg, joined.guest, joined.call, end, self._settings)
            self._announcer.tell([joined.address_of(end)], LegChanged(shown))

    async def seat(self, caller: Caller, ticket_id: str) -> Seat:
        """The live guest of a consultation, and the legs that this caller is an end of."""

        def query(conn: Connection) -> Seat:
            if caller.role is not Role.GUEST:
                tickets.find_for(conn, caller, ticket_id)
            return seat_of(conn, caller, ticket_id, self._settings)

        return await self._database.read(query)

    async def own_seat(self, caller: Caller) -> Seat:
        """What a guest sees: its own call alone. Raises NotFound once it is over."""
        return await self._database.read(
            lambda conn: seat_of(conn, caller, guests.find_here(conn, caller.id).ticket_id, self._settings)
        )

    async def expire(self) -> int:
        """End invitations that nobody used in time. Returns how many."""
        ended = 0
        for ticket_id, guest_id in await self._database.read(guests.due):
            moved = await self._database.write(partial(_run_out, ticket_id=ticket_id, guest_id=guest_id))
            if moved is not None:
                guest_steps.tell(self._announcer, moved)
                ended += 1
        return ended

    async def _departs(self, order: Callable[[Connection], Moved], receipt: Receipt) -> Moved:
        def departing(conn: Connection) -> tuple[Moved, object | None]:
            moved = order(conn)
            return moved, self._seen(conn, moved.guest.ticket_id)

        moved, seen = await self._database.write(departing, receipt)
        guest_steps.tell(self._announcer, moved)
        self._tell_witness(seen)
        return moved

    def _tell_witness(self, seen: object | None) -> None:
        if self._witness is not None and seen is not None:
            self._witness.tell(seen)

    async def _carry_out(self, order: Callable[[Connection], Moved], receipt: Receipt) -> Moved:
        moved = await self._database.write(order, receipt)
        guest_steps.tell(self._announcer, moved)
        return moved


def _run_out(conn: Connection, ticket_id: str, guest_id: str) -> Moved | None:
    tickets.find(conn, ticket_id, lock=True)
    before = guests.find(conn, ticket_id, guest_id, lock=True)
    if before.stage is not GuestStage.INVITED or before.expires_at > moments.now(conn):
        return None
    return guest_steps.step(conn, before, GuestStep.EXPIRE, "office")
