"""The line of an office in a plain test: citizens, officers, and what the rows say of them."""

import secrets
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from consult.accounts.store import people
from consult.audit.store import verify
from consult.consultations.store import log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.store import DutyRow
from consult.errors import ConsultError
from consult.people import Caller, Role
from consult.queue.assigning import offer_first
from consult.queue.ticket_machine import TicketForm
from consult.storage.receipts import Receipt
from consult.storage.tables import event
from tests.support.databases import let_pass
from tests.support.offices import Door

TODAY = date(2099, 1, 1)  # no day ends under a test that moves the clock on


class Line:
    """One service of an app whose own matching does not run: a test says who is offered to whom."""

    def __init__(self, door: Door, service: str) -> None:
        self.app, self.door, self.service = door.app, door, service
        self.reception = door.app.pages.reception
        self.ticket_machine = door.app.pages.ticket_machine
        self.desk = door.app.hub.services.desk
        self.switchboard = door.app.switchboard
        self.sweeping = door.app.sweeping
        door.app.matching.soon = lambda: None  # type: ignore[method-assign]

    def receipt(self, caller: Caller) -> Receipt:
        """The first order of a tab of its own."""
        return Receipt(secrets.token_hex(12), caller.subject, 1, secrets.token_bytes(16))

    async def citizen(
        self, here: bool = True, channel: str = "chat", day: date = TODAY, service: str | None = None
    ) -> Caller:
        """Somebody with a number; with the page open when `here`."""
        form = TicketForm(service or self.service, "A", "Ana Wijaya", "+62812", "", channel, "id", 1, "id")
        taken = await self.ticket_machine.take(form, secrets.token_bytes(32), day)
        if here:
            await self.reception.appeared(taken.ticket_id)
        return Caller(Role.APPLICANT, taken.ticket_id, "Ana Wijaya")

    async def officer(self, name: str = "budi", ready: bool = True) -> Caller:
        caller = Caller(Role.OFFICER, secrets.token_hex(8), name.title())

        def order(conn: Connection) -> None:
            # No sign-in, so no password: to hash one would take longer than the rest of a test.
            people.add(conn, caller.id, name, caller.name, caller.role, "-", "office")
            duty.enrol(conn, caller.id, self.app.settings.officer_capacity)
            people.set_skills(conn, caller.id, [self.service], "office")

        await self.app.database.write(order)
        if ready:
            await self.desk.be_ready(caller, self.receipt(caller))
        return caller

    async def offer(self, officer: Caller, citizen: Caller) -> int:
        """The attempt number of a fresh offer."""
        settings = self.app.settings

        def order(conn: Connection) -> int | None:
            made = offer_first(
                conn, officer.id, 3, [citizen.id], settings.offer_seconds, settings.pass_holds_seconds
            )
            return None if made is None else made.ticket.attempt

        attempt = await self.app.database.write(order)
        assert attempt is not None, "the offer was not made"
        return attempt

    async def serve(self, officer: Caller, citizen: Caller) -> None:
        attempt = await self.offer(officer, citizen)
        await self.reception.accept(officer, citizen.id, attempt, self.receipt(officer))

    async def refused(self, work: Any) -> str:
        """The code with which `work` is refused."""
        try:
            await work
        except ConsultError as error:
            return error.code
        raise AssertionError("it was not refused")

    async def ticket(self, citizen: Caller) -> TicketRow:
        return await self.app.database.read(lambda conn: tickets.find(conn, citizen.id))

    async def duty(self, officer: Caller) -> DutyRow:
        return await self.app.database.read(lambda conn: duty.find(conn, officer.id))

    async def kinds(self, citizen: Caller) -> list[str]:
        """What stands in the conversation."""
        entries = await self.app.database.read(lambda conn: log.after(conn, citizen.id, 0))
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)), "no gap"
        return [entry.kind for entry in entries]

    async def pass_time(self, seconds: float, *heard: Caller) -> None:
        """Time passes; these officers are heard of at its end."""
        await let_pass(self.app.database, seconds=seconds)
        await self.desk.seen([officer.id for officer in heard])

    async def events(self, subject: str) -> int:
        """How many event rows there are of a subject, whose chain must hold."""

        def query(conn: Connection) -> int:
            assert verify(conn, subject)
            return len(conn.execute(select(event.c.number).where(event.c.subject == subject)).all())

        return await self.app.database.read(query)
