"""Admission: opening a ticket on a device by its link, by this browser, or by number and PIN."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.accounts.addresses import block_of
from consult.accounts.attempts import Attempts, Counter
from consult.accounts.cookies import new_random
from consult.accounts.doorkeeper import lifetimes
from consult.accounts.password import Passwords
from consult.accounts.store import sessions
from consult.accounts.visitor import token_fits, token_of
from consult.consultations.credential import hash_of, pin_for, secret_for
from consult.consultations.store import tickets
from consult.errors import NotFound
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database

# Numbers of several days that are called the same: today's and two that are not over.
ALIKE_TRIED = 3


@dataclass(frozen=True, slots=True)
class Keys:
    """What a browser shows to open a ticket: the link's secret, its visitor bytes, an earlier session."""

    secret: str | None = None
    visitor: bytes | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """`reference` is new, or None when the device's session goes on. Secret and PIN where they are known."""

    ticket_id: str
    label: str
    language: str
    csrf: str
    reference: str | None
    secret: str | None = None

    @property
    def pin(self) -> str | None:
        return None if self.secret is None else pin_for(self.secret)


@dataclass(frozen=True, slots=True)
class Place:
    """The live ticket that this browser holds already."""

    ticket_id: str
    label: str


class Admission:
    def __init__(
        self, database: Database, passwords: Passwords, attempts: Attempts, settings: Settings
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts
        self._settings = settings
        self._lives = lifetimes(settings)

    async def open_ticket(self, ticket_id: str, keys: Keys, address: str | None) -> Opened:
        """Raises NotFound alike for an unknown ticket and a wrong key, RateLimited after many wrong ones.

        The right secret is never limited: it cannot be guessed, and a stranger must not lock its owner out.
        """
        stored = await self._database.read(lambda conn: tickets.hashes(conn, ticket_id))
        secret = _right_secret(ticket_id, keys, stored[0] if stored else b"")
        if keys.secret is not None and secret is None:
            await self._attempts.begin(*self._counters("secret", ticket_id, address))
            raise NotFound()
        csrf = await self._kept(ticket_id, keys.reference) if keys.reference else None
        if secret is None and csrf is None:
            raise NotFound()
        return await self._admit(ticket_id, secret, csrf)

    async def open_with_pin(self, label: str, pin: str, address: str | None) -> Opened:
        """A ticket of today, or one that is not over, by what its owner can say aloud.

        Numbers begin anew each day, so the PIN tells which one is meant. Raises NotFound, RateLimited.
        """
        alike = await self._database.read(lambda conn: self._by_label(conn, label))
        counters = self._counters("pin", label, address)
        await self._attempts.begin(*counters)
        ticket_id = await self._whose_pin(alike, pin)
        if ticket_id is None:
            raise NotFound()
        await self._attempts.succeeded(*counters)
        return await self._admit(ticket_id, None, None)

    async def _whose_pin(self, alike: list[tuple[str, str]], pin: str) -> str | None:
        """The first whom the PIN fits. Takes as long for none: nobody learns how many numbers there are."""
        nobodys = [(None, None)] * (ALIKE_TRIED - len(alike))
        fitting = [id for id, pin_hash in [*alike, *nobodys] if await self._passwords.pin_fits(pin_hash, pin)]
        return fitting[0] if fitting else None

    def _by_label(self, conn: Connection, label: str) -> list[tuple[str, str]]:
        today = moments.now(conn).astimezone(self._settings.zone).date().isoformat()
        return tickets.by_label(conn, label, today, ALIKE_TRIED)

    async def _admit(self, ticket_id: str, secret: str | None, kept: str | None) -> Opened:
        """Who comes here has shown a right key. `kept`: the token of a session that goes on."""
        if kept is not None:
            row = await self._database.read(lambda conn: tickets.find(conn, ticket_id))
            return Opened(ticket_id, row.label, row.language, kept, None, secret)
        reference = new_random()

        def order(conn: Connection) -> tickets.TicketRow:
            sessions.start_applicant(conn, hash_of(reference), ticket_id, self._lives)
            return tickets.find(conn, ticket_id)

        row = await self._database.write(order)
        return Opened(ticket_id, row.label, row.language, token_of(reference), reference, secret)

    async def _kept(self, ticket_id: str, reference: str) -> str | None:
        """The token of this device's session for the ticket, if it still holds."""
        hashed = hash_of(reference)
        row = await self._database.read(
            lambda conn: sessions.find_applicant(conn, hashed, ticket_id, self._lives)
        )
        return None if row is None else token_of(reference)

    async def forget(self, reference: str) -> None:
        """End this device's session; the place in the line stays."""
        await self._database.write(lambda conn: sessions.end(conn, hash_of(reference)))

    async def place_of(self, visitor: bytes) -> Place | None:
        row = await self._database.read(lambda conn: tickets.live_of_visitor(conn, hash_of(visitor)))
        return None if row is None else Place(row.id, row.label)

    def _counters(self, name: str, key: str, address: str | None) -> tuple[Counter, Counter]:
        return (
            Counter(f"{name}-address", block_of(address), self._settings.sign_ins_per_address_in_10_minutes),
            Counter(f"{name}-ticket", key, self._settings.pin_tries_per_ticket_in_10_minutes),
        )


def _right_secret(ticket_id: str, keys: Keys, stored: bytes) -> str | None:
    """The secret that fits: the one given, else the one this browser's visitor bytes lead to."""
    if keys.secret is not None:
        candidate = keys.secret
    elif keys.visitor is not None:
        candidate = secret_for(keys.visitor, ticket_id)
    else:
        return None
    return candidate if token_fits(stored.hex(), hash_of(candidate).hex()) else None
