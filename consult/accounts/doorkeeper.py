"""Doorkeeper: who a request comes from; signing in and out."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from consult.accounts.addresses import block_of
from consult.accounts.attempts import Attempts, Counter
from consult.accounts.cookies import CookieNames, new_random, text_of
from consult.accounts.names import user_name_of
from consult.accounts.password import Passwords
from consult.accounts.store import people, sessions
from consult.accounts.store.people import Account
from consult.accounts.store.sessions import Lifetimes, SessionRow
from consult.accounts.visitor import token_fits, token_of
from consult.consultations.credential import hash_of
from consult.consultations.store import guests
from consult.duty import store as duty
from consult.duty.rules import DutyStep
from consult.errors import Busy, NotAllowed, SignInFailed
from consult.live.announcer import Announcer
from consult.people import Caller, Role
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database

T = TypeVar("T")

LANGUAGES = ("id", "en")
TOUCH_SECONDS = 60  # noting every use would make each page view a write


def lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        staff_seconds=settings.staff_session_hours * 3600,
        staff_idle_seconds=settings.staff_idle_minutes * 60,
        applicant_seconds=settings.applicant_session_hours * 3600,
    )


@dataclass(frozen=True, slots=True)
class Visit:
    """A request whose sender is known."""

    caller: Caller
    csrf: str
    reference_hash: bytes
    language: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the browser keeps: `reference` of the session, `device` as proof of an earlier sign-in."""

    reference: str
    device: str
    role: Role


class Doorkeeper:
    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        attempts: Attempts,
        announcer: Announcer,
        settings: Settings,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts
        self._announcer = announcer
        self._settings = settings
        self._lives = lifetimes(settings)
        self.cookie_names = CookieNames.of(settings)

    async def guest(self, cookies: Mapping[str, str], guest_id: str) -> Visit | None:
        """The third person of that invitation, while asking or taking part, whose cookie this is."""
        reference = cookies.get(self.cookie_names.guest(guest_id))
        if not reference:
            return None
        hashed = hash_of(reference)
        row = await self._database.read(lambda conn: guests.by_reference(conn, guest_id, hashed))
        if row is None:
            return None
        caller = Caller(Role.GUEST, row.id, row.name)
        return Visit(caller, token_of(reference), hashed, row.language)

    async def who(self, cookies: Mapping[str, str], ticket: str | None = None) -> Visit | None:
        """The applicant of `ticket`, or without one the member of staff, whose session these cookies hold."""
        name = self.cookie_names.name("staff") if ticket is None else self.cookie_names.ticket(ticket)
        reference = cookies.get(name)
        if not reference:
            return None
        reference_hash = hash_of(reference)

        def query(conn: Connection) -> tuple[SessionRow | None, datetime]:
            if ticket is None:
                row = sessions.find_staff(conn, reference_hash, self._lives)
            else:
                row = sessions.find_applicant(conn, reference_hash, ticket, self._lives)
            return row, moments.now(conn)

        row, now = await self._database.read(query)
        if row is None:
            return None
        if (now - row.seen_at).total_seconds() > TOUCH_SECONDS:
            with suppress(Busy):
                await self._database.write(lambda conn: sessions.touch(conn, [reference_hash]))
        chosen = cookies.get(self.cookie_names.name("lang"), row.language)
        language = chosen if chosen in LANGUAGES else LANGUAGES[0]
        caller = Caller(row.role, row.owner_id, row.owner_name)
        return Visit(caller, token_of(reference), reference_hash, language)

    async def sign_in(
        self, user_name: str, password: str, address: str | None, device: str | None, former: str | None
    ) -> SignedIn:
        """A new session; the `former` one of this browser ends.

        Raises SignInFailed without saying what was wrong, RateLimited after too many failures. Failures
        from elsewhere do not lock out a browser that signed in to this account before (`device`).
        """
        account_name = user_name_of(user_name)
        account = await self._database.read(lambda conn: people.account(conn, account_name))
        counters = self._counters(account_name, account, address, device)
        await self._attempts.begin(*counters)
        password_hash = account.password_hash if account is not None else None
        if not await self._passwords.fits(password_hash, password) or account is None:
            raise SignInFailed()
        await self._attempts.succeeded(*counters)
        reference = new_random()

        def order(conn: Connection) -> None:
            # Looked up again: the account may have been disabled while the password was checked.
            if people.account(conn, account_name) is None:
                raise SignInFailed()
            if former:
                sessions.end(conn, hash_of(former))
            sessions.start_staff(conn, hash_of(reference), account.id, self._lives)

        await self._database.write(order)
        return SignedIn(reference, _device_of(account), account.role)

    def _counters(
        self, account_name: str, account: Account | None, address: str | None, device: str | None
    ) -> tuple[Counter, Counter]:
        here = Counter(
            "sign-in-address", block_of(address), self._settings.sign_ins_per_address_in_10_minutes
        )
        known_here = account is not None and token_fits(_device_of(account), device)
        name = "sign-in-device" if known_here else "sign-in-account"
        return here, Counter(name, account_name, self._settings.sign_ins_per_account_in_10_minutes)

    async def sign_out(self, visit: Visit, at_last: Callable[[Connection], T]) -> T | None:
        """The session ends. `at_last` is carried out with it when the person has no page open elsewhere.

        What that raises keeps the session open.
        """

        def order(conn: Connection) -> T | None:
            elsewhere = sessions.others_in_use(conn, visit.caller.id, visit.reference_hash, self._lives)
            result = None if elsewhere else at_last(conn)
            sessions.end(conn, visit.reference_hash)
            return result

        result = await self._database.write(order)
        self._announcer.signed_out(visit.caller.id)
        return result

    async def disable(self, person_id: str, by: Caller) -> None:
        """The person's sessions end everywhere; an officer leaves duty and the sweep gives the people back.

        Raises NotFound, and NotAllowed for oneself: the office would be left without a key.
        """
        if person_id == by.id:
            raise NotAllowed()

        def order(conn: Connection) -> list[str]:
            role = people.disable(conn, person_id, by.subject)
            sessions.end_of_person(conn, person_id)
            if role is not Role.OFFICER:
                return []
            duty.change(conn, person_id, DutyStep.DISABLE, by.subject)
            return duty.skills(conn, person_id)

        skills = await self._database.write(order)
        self._announcer.signed_out(person_id)
        self._announcer.moved(*skills)

    async def enable(self, person_id: str, by: Caller) -> None:
        """Who was disabled may sign in again, with the password from before; an officer is off duty.

        Raises NotFound for who is not disabled.
        """

        def order(conn: Connection) -> list[str]:
            if people.enable(conn, person_id, by.subject) is not Role.OFFICER:
                return []
            duty.change(conn, person_id, DutyStep.ENABLE, by.subject)
            return duty.skills(conn, person_id)

        self._announcer.moved(*await self._database.write(order))

    async def keep(self, reference_hashes: Iterable[bytes]) -> frozenset[bytes]:
        """Note that these sessions are in use (a page is open). Returns those that are over."""
        asked = frozenset(reference_hashes)
        if not asked:
            return frozenset()

        def order(conn: Connection) -> set[bytes]:
            alive = sessions.alive(conn, asked, self._lives)
            sessions.touch_staff(conn, alive)
            return alive | guests.alive(conn, asked - alive)

        return asked - await self._database.write(order)

    async def over(self, reference_hashes: Iterable[bytes]) -> frozenset[bytes]:
        """Those of these sessions of staff that are over. Nothing is noted."""
        asked = frozenset(reference_hashes)
        if not asked:
            return frozenset()
        return asked - await self._database.read(lambda conn: sessions.alive(conn, asked, self._lives))

    async def prune(self) -> int:
        """Remove sessions that are over. Returns how many."""
        return await self._database.write(lambda conn: sessions.prune(conn, self._lives))


def _device_of(account: Account) -> str:
    """Changes with the password; whoever lacks the stored hash cannot make it."""
    key = hashlib.sha256(account.password_hash.encode()).digest()
    return text_of(hmac.digest(key, f"device:{account.id}".encode(), hashlib.sha256))
