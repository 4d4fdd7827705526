"""Tells people what was committed, and keeps the Redis index of the line beside it."""

from sqlalchemy import Connection

from consult.consultations import shown
from consult.consultations.stages import Stage
from consult.consultations.store import device_checks, log
from consult.consultations.store.tickets import TicketRow
from consult.duty.shown import duty_of
from consult.duty.store import DutyRow
from consult.live.announcer import Announcer
from consult.live.line_index import LineIndex
from consult.people import Address, applicant_address, staff_address
from consult.storage import moments
from consult.wire.to_client import (
    Conversation,
    ConversationClosed,
    ConversationOpened,
    DutyChanged,
    Entry,
    EntryAdded,
    OfferMade,
    OfferWithdrawn,
    PresenceTold,
    TicketChanged,
    TransferNote,
)


def conversation_of(conn: Connection, row: TicketRow, after_seq: int = 0) -> Conversation:
    """A consultation for the officer who holds it, with its entries after `after_seq`."""
    return Conversation(
        ticket=shown.ticket_of(row),
        phone=row.phone,
        application_number=row.application_number,
        wait_seconds=shown.wait_seconds(row, moments.now(conn)),
        seen=shown.seen_of(row),
        entries=log.after(conn, row.id, after_seq),
        applicant_online=row.away_since_at is None,
        check=device_checks.find(conn, row.id),
        note=_note(conn, row.id),
    )


def _note(conn: Connection, ticket_id: str) -> TransferNote | None:
    """What the last officer who handed it over wrote for the next."""
    notes = [one for one in log.after(conn, ticket_id, 0, log.STAFF) if one.kind == "transferred"]
    return TransferNote(notes[-1].at, notes[-1].name, notes[-1].text) if notes else None


class Usher:
    def __init__(self, announcer: Announcer, index: LineIndex) -> None:
        self._announcer = announcer
        self._index = index

    async def in_line(self, row: TicketRow) -> None:
        """The ticket waits: it stands in the index at its place."""
        await self._index.put(row.service_id, row.id, row.score, row.units)
        self._announcer.moved(row.service_id)

    async def out_of_line(self, row: TicketRow) -> None:
        await self._index.drop(row.service_id, row.id)
        self._announcer.moved(row.service_id)

    def line_changed(self, row: TicketRow) -> None:
        """Something about who may be served next, at the same place."""
        self._announcer.moved(row.service_id)

    async def settled(self, row: TicketRow) -> None:
        """Bring the index to what the row says."""
        await (self.in_line(row) if row.stage is Stage.WAITING else self.out_of_line(row))

    def ticket_changed(self, row: TicketRow) -> None:
        self._announcer.tell([applicant_address(row.id)], TicketChanged(shown.ticket_of(row)))

    def entry_added(
        self, row: TicketRow, entry: Entry, officer_id: str | None = None, to_officer: bool = True
    ) -> None:
        """To both sides; `officer_id` where the row no longer names who should hear it. `to_officer`: false
        where the officer has no conversation, but an offer."""
        to: list[Address] = [applicant_address(row.id)]
        officer = officer_id or row.officer_id
        if officer and to_officer:
            to.append(staff_address(officer))
        self._announcer.tell(to, EntryAdded(row.id, entry))

    def offer_made(self, row: TicketRow, offer: OfferMade) -> None:
        assert row.officer_id is not None  # noqa: S101 - an offered ticket has an officer (check constraint)
        self._announcer.tell([staff_address(row.officer_id)], offer)

    def offer_withdrawn(self, officer_id: str, ticket_id: str, attempt: int, why: str) -> None:
        self._announcer.tell([staff_address(officer_id)], OfferWithdrawn(ticket_id, attempt, why))

    def vanished(self, ticket_id: str) -> None:
        self._announcer.vanished(applicant_address(ticket_id))

    def conversation_opened(self, officer_id: str, conversation: Conversation) -> None:
        self._announcer.tell([staff_address(officer_id)], ConversationOpened(conversation))

    def conversation_closed(self, officer_id: str, ticket_id: str, why: str) -> None:
        self._announcer.tell([staff_address(officer_id)], ConversationClosed(ticket_id, why))

    def duty_changed(self, row: DutyRow, *service_ids: str) -> None:
        """To all of the officer's tabs; the board and the lines of these services follow."""
        self._announcer.tell([staff_address(row.person_id)], DutyChanged(duty_of(row)))
        self._announcer.moved(*service_ids)

    def officer_presence(self, ticket_id: str, online: bool) -> None:
        self._announcer.tell([applicant_address(ticket_id)], PresenceTold(ticket_id, "officer", online))

    def applicant_presence(self, officer_id: str, ticket_id: str, online: bool) -> None:
        self._announcer.tell([staff_address(officer_id)], PresenceTold(ticket_id, "applicant", online))
