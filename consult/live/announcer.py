"""Tells people facts, and processes that something changed."""

from collections.abc import Iterable

from consult.live.fanout import Fanout
from consult.people import Address
from consult.wire.codec import encode
from consult.wire.to_client import ServerFrame

MOVED = "moved"
REPLACED = "replaced"
SIGNED_OUT = "signed_out"
VANISHED = "vanished"
CHANGED_LINE = "changed_line"


class Announcer:
    """Nothing here waits or raises: it is called after a commit, which no fault of telling may undo."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout

    def tell(self, addresses: Iterable[Address], frame: ServerFrame) -> None:
        """The fact to everybody at these addresses; encoded once."""
        self._fanout.send(addresses, encode(frame))

    def moved(self, *services: str) -> None:
        """The lines, or the staffing, of these services changed; of none, what desks and the board show."""
        self._fanout.signal(MOVED, *services)

    def replaced(self, address: Address, connection_id: str) -> None:
        """This connection is the newest of the address; older ones are to end."""
        self._fanout.signal(REPLACED, address, connection_id)

    def vanished(self, address: Address) -> None:
        """The address was written down as gone: whoever has its page open after all puts that right."""
        self._fanout.signal(VANISHED, address)

    def changed_line(self, address: Address) -> None:
        """Whoever is at this address waits in another line: their page is to begin from a snapshot."""
        self._fanout.signal(CHANGED_LINE, address)

    def signed_out(self, person: str) -> None:
        """This person's connections are to end."""
        self._fanout.signal(SIGNED_OUT, person)
