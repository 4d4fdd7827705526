"""Passwords of test people: argon2id as any other, but with the least cost, which stands in the hash itself.

Signing in takes the usual way, without the third of a second for making and checking a hash of the office's
cost. What that cost is, and that it is the same for whoever does not exist, is asked in `tests/accounts`.
"""

from argon2 import PasswordHasher

from consult.accounts.password import Passwords

_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class QuickPasswords(Passwords):
    def __init__(self) -> None:
        super().__init__(at_once=1)

    async def hash(self, password: str) -> str:
        return quick_hash(password)


def quick_hash(password: str) -> str:
    return _HASHER.hash(password)
