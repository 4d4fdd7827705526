"""The connections of this process, by the address that frames are sent to."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from consult.hub.connection import Connection
from consult.people import Address, Role
from consult.wire.closes import Close


class Roster:
    def __init__(self) -> None:
        self._at: dict[Address, tuple[Connection, ...]] = {}
        self._emptied = asyncio.Event()

    def add(self, connection: Connection) -> None:
        """From now on frames for its address reach it. An older connection of the same ticket is let go."""
        older = self._at.get(connection.address, ())
        self._at[connection.address] = (*older, connection)
        self.replace(connection.address, connection.id)

    def remove(self, connection: Connection) -> bool:
        """True when it was the last one of its address here."""
        left = tuple(one for one in self._at.get(connection.address, ()) if one is not connection)
        if left:
            self._at[connection.address] = left
            return False
        self._at.pop(connection.address, None)
        if not self._at:
            self._emptied.set()
        return True

    async def emptied(self, within_seconds: float) -> None:
        """Wait until nobody is here any more, but no longer than that."""
        self._emptied.clear()
        if self._at:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._emptied.wait(), within_seconds)

    def replace(self, address: Address, newest: str) -> None:
        """A ticket is open on one device: the newest, in whichever process. Staff may have several tabs."""
        for connection in self._at.get(address, ()):
            if connection.caller.role is Role.APPLICANT and connection.id < newest:
                connection.close(Close.REPLACED)

    def deliver(self, address: Address, frame: bytes) -> None:
        """Give an encoded frame to every connection of `address` here."""
        for connection in self._at.get(address, ()):
            connection.deliver(frame)

    def at(self, address: Address) -> tuple[Connection, ...]:
        return self._at.get(address, ())

    def of(self, role: Role) -> list[Connection]:
        return [connection for connection in self if connection.caller.role is role]

    def __iter__(self) -> Iterator[Connection]:
        """Everybody here now; connections may come and go meanwhile."""
        return iter([connection for here in self._at.values() for connection in here])

    def __len__(self) -> int:
        return sum(map(len, self._at.values()))
