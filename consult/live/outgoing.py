"""What this process has to tell Redis and the other processes, gathered until it is carried away. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from consult.live.parcels import Announced, Item, Letter

MOST_BYTES = 16 * 1024 * 1024
MOST_CHANGES = 500  # thousands of commands at once would hold up the event loop


@dataclass(slots=True)
class Load:
    """What goes in one journey."""

    changes: dict[str, bool] = field(default_factory=dict)  # address -> held by this process, or let go
    stale: list[tuple[str, str]] = field(default_factory=list)  # address, process that no longer holds it
    look_up: list[str] = field(default_factory=list)
    everyone: list[Item] = field(default_factory=list)
    direct: dict[str, list[Letter]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes or self.everyone or self.direct or self.look_up or self.stale)


class Outgoing:
    """While `open` is False (Redis is away) nothing is kept: everything is announced anew, and readers
    mend what they missed by `seq`."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.open = False
        self.load = Load()
        self.announcing = False
        self._lost = False
        self._wake = wake
        self._letter_bytes = 0

    def __bool__(self) -> bool:
        return self.announcing or bool(self.load)

    def change(self, address: str, held: bool) -> None:
        if self.open:
            self.load.changes[address] = held
            self._wake()

    def look_up(self, address: str) -> None:
        if self.open:
            self.load.look_up.append(address)
            self._wake()

    def say(self, item: Item) -> None:
        if self.open:
            self.load.everyone.append(item)
            self._wake()

    def to_everyone(self, letter: Letter) -> None:
        if self._has_room(letter):
            self.say(letter)

    def to_process(self, process: str, letter: Letter) -> None:
        if not self.open or not self._has_room(letter):
            return
        waiting = self.load.direct.get(process)
        if waiting is None:
            self.load.direct[process] = [letter]
        else:
            waiting.append(letter)
        self._wake()

    def forget(self, addresses: Iterable[str], process: str) -> None:
        """Another process, which is gone, stands in Redis as holding these."""
        if self.open:
            self.load.stale.extend((address, process) for address in addresses)

    def renew(self, held: Iterable[str]) -> None:
        """All of this is written to Redis again, before it expires there."""
        self.load.changes = dict.fromkeys(held, True) | self.load.changes
        self._wake()

    def announce(self, held: Iterable[str], lost: bool) -> None:
        """All of this is written to Redis again, and then the others are told so."""
        self.open = self.announcing = True
        self._lost = lost
        self.renew(held)

    def shut(self) -> None:
        self.open = self.announcing = False
        self.load, self._letter_bytes = Load(), 0

    def take(self) -> Load:
        """Everything that waits; of changes no more than one journey carries."""
        taken = self.load
        self.load, self._letter_bytes = Load(), 0
        if len(taken.changes) > MOST_CHANGES:
            changes = list(taken.changes.items())
            taken.changes, self.load.changes = dict(changes[:MOST_CHANGES]), dict(changes[MOST_CHANGES:])
        elif self.announcing:
            self.announcing = False
            taken.everyone.append(Announced(self._lost))
        return taken

    def _has_room(self, letter: Letter) -> bool:
        """A Redis that hangs must not fill the memory."""
        self._letter_bytes += len(letter.frame)
        return self._letter_bytes <= MOST_BYTES
