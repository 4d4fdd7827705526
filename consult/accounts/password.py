"""Passwords and PINs: argon2id, in threads, a few at once."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consult.errors import BadRequest, Busy

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
WAITING_FOR_EACH_THREAD = 100  # more than a few seconds of work is refused instead of queued
RETRY_MS = 2_000


def check_new_password(password: str, user_name: str) -> None:
    """Raises BadRequest with the reason `missing`, `too_short`, `too_long` or `too_plain`."""
    if not password:
        raise BadRequest(field="password", reason="missing")
    if len(password) < LEAST_CHARACTERS:
        raise BadRequest(field="password", reason="too_short", least=LEAST_CHARACTERS)
    if len(password) > MOST_CHARACTERS:
        raise BadRequest(field="password", reason="too_long", limit=MOST_CHARACTERS)
    if len(set(password)) < 5 or (user_name and user_name in password.casefold()):
        raise BadRequest(field="password", reason="too_plain")


class Passwords:
    """Hashes and checks without holding up the event loop; at most `at_once` at a time in this process."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="password")
        self._most_waiting = at_once * WAITING_FOR_EACH_THREAD
        self._waiting = 0
        self._passwords = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
        # A PIN has a million values: no cost protects a stolen row, the limit on tries protects the door.
        # It is hashed whenever somebody takes a number, which must stay quick at opening time.
        self._pins = PasswordHasher(time_cost=2, memory_cost=8_192, parallelism=1)
        self._nobodys_password = _of_nobody(self._passwords)
        self._nobodys_pin = _of_nobody(self._pins)

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._passwords.hash(password))

    async def hash_pin(self, pin: str) -> str:
        return await self._in_thread(lambda: self._pins.hash(pin))

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether it is this password. Takes as long for None: nobody learns which accounts exist."""
        known = await self._in_thread(
            _fits, self._passwords, password_hash or self._nobodys_password, password
        )
        return known and password_hash is not None

    async def pin_fits(self, pin_hash: str | None, pin: str) -> bool:
        """As `fits`, for a ticket's PIN."""
        known = await self._in_thread(_fits, self._pins, pin_hash or self._nobodys_pin, pin)
        return known and pin_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _in_thread(self, work: Callable[[*Ts], T], *values: *Ts) -> T:
        if self._waiting >= self._most_waiting:
            raise Busy(retry_ms=RETRY_MS)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *values)
        finally:
            self._waiting -= 1


def _of_nobody(hasher: PasswordHasher) -> str:
    """A hash (PHC string format) that nothing fits and that costs as much to try as any of this hasher."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def _fits(hasher: PasswordHasher, stored: str, given: str) -> bool:
    try:
        return hasher.verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False
