"""The guest's door: the link shows once who may ask to come in; a cookie says so from then on."""

import hashlib
import hmac
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from consult.accounts.addresses import block_of
from consult.accounts.attempts import Attempts, Counter
from consult.accounts.cookies import bytes_of, text_of
from consult.accounts.names import clean_name
from consult.accounts.visitor import token_of
from consult.consultations import guest_steps
from consult.consultations.credential import hash_of
from consult.consultations.guest_steps import Moved
from consult.consultations.guests import GuestStage, GuestStep
from consult.consultations.store import guests, tickets
from consult.consultations.store.guests import GuestRow
from consult.errors import BadRequest, NotFound, NoticeUnread
from consult.live.announcer import Announcer
from consult.office import notice
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody types at the door. `tab`: 32 random bytes of the page, so that asking twice is once."""

    secret: str
    tab: str
    name: str
    language: str
    notice_read: bool


@dataclass(frozen=True, slots=True)
class CameIn:
    reference: str
    csrf: str


class GuestDoor:
    def __init__(
        self, database: Database, attempts: Attempts, announcer: Announcer, settings: Settings
    ) -> None:
        self._database = database
        self._attempts = attempts
        self._announcer = announcer
        self._settings = settings

    async def look(self, guest_id: str, secret: str, address: str | None) -> str:
        """As whom the link invites. Raises NotFound alike for unknown, used, late and wrong; RateLimited."""

        def query(conn: Connection) -> GuestRow:
            row = _invited(conn, guest_id, secret)
            if row.stage is not GuestStage.INVITED:
                raise NotFound()
            return row

        row = await self._limited(guest_id, address, self._database.read(query))
        return row.role

    async def again(self, guest_id: str, reference: str) -> str:
        """The token of a guest's page that was opened before. Raises NotFound."""
        hashed = hash_of(reference)
        row = await self._database.read(lambda conn: guests.by_reference(conn, guest_id, hashed))
        if row is None:
            raise NotFound()
        return token_of(reference)

    async def ask(self, guest_id: str, asking: Asking, address: str | None) -> CameIn:
        """Use the link up and wait to be let in; both sides are told who asks.

        Raises NotFound as `look` does, BadRequest for a name, NoticeUnread, RateLimited.
        """
        name = clean_name(asking.name)
        if not asking.notice_read:
            raise NoticeUnread()
        reference = _reference(asking.secret, asking.tab)

        def order(conn: Connection) -> Moved | None:
            before = _invited(conn, guest_id, asking.secret)
            tickets.find(conn, before.ticket_id, lock=True)
            before = guests.find(conn, before.ticket_id, guest_id, lock=True)
            if before.reference_hash == hash_of(reference) and before.stage is GuestStage.ASKING:
                return None
            if before.stage is not GuestStage.INVITED or before.expires_at <= moments.now(conn):
                raise NotFound()
            columns: dict[str, Any] = {
                "name": name,
                "language": asking.language,
                "notice_version": notice.VERSION,
                "asked_at": moments.now(conn),
                "reference_hash": hash_of(reference),
            }
            return guest_steps.step(conn, before, GuestStep.ASK, f"guest:{guest_id}", **columns)

        moved = await self._limited(guest_id, address, self._database.write(order))
        if moved is not None:
            guest_steps.tell(self._announcer, moved)
        return CameIn(reference, token_of(reference))

    async def _limited(self, guest_id: str, address: str | None, work: Awaitable[T]) -> T:
        """Wrong keys are counted by address and by link; a right one never is."""
        try:
            return await work
        except NotFound:
            await self._attempts.begin(
                Counter(
                    "guest-address", block_of(address), self._settings.sign_ins_per_address_in_10_minutes
                ),
                Counter("guest-link", guest_id, self._settings.pin_tries_per_ticket_in_10_minutes),
            )
            raise


def _invited(conn: Connection, guest_id: str, secret: str) -> GuestRow:
    row = guests.find_any(conn, guest_id)
    if not hmac.compare_digest(row.secret_hash, hash_of(secret)):
        raise NotFound()
    if row.stage is GuestStage.INVITED and row.expires_at <= moments.now(conn):
        raise NotFound()
    return row


def _reference(secret: str, tab: str) -> str:
    """Derived, so that the same page asking again gets the same cookie."""
    own = bytes_of(tab)
    if own is None:
        raise BadRequest(field="tab", reason="missing")
    return text_of(hmac.digest(own, f"guest:{secret}".encode(), hashlib.sha256))
