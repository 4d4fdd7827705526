"""Opens the parcels of other processes."""

import logging
from collections.abc import Callable, Set

from consult.live import keys
from consult.live.outgoing import Outgoing
from consult.live.parcels import (
    Announced,
    Arrived,
    Departed,
    Item,
    Letter,
    Signal,
    Vanished,
    sender_of,
    unpack,
)
from consult.live.whereabouts import Whereabouts
from consult.people import Address

log = logging.getLogger(__name__)

Deliver = Callable[[Address, bytes], None]


class Incoming:
    def __init__(
        self,
        me: str,
        held: Set[Address],
        deliver: Deliver,
        signalled: Callable[[str, tuple[str, ...]], None],
        regained: Callable[[], None],
        whereabouts: Whereabouts,
        outgoing: Outgoing,
    ) -> None:
        self._me = me
        self._mark = me.encode() + b"\n"
        self._held = held
        self._deliver = deliver
        self._signalled = signalled
        self._regained = regained
        self._whereabouts = whereabouts
        self._outgoing = outgoing

    def open(self, channel: bytes, parcel: bytes) -> None:
        """Never raises: one bad parcel or reader must not deafen the process."""
        if parcel.startswith(self._mark):
            return
        try:
            sender, items = sender_of(parcel), unpack(parcel)
        except ValueError:
            log.warning(
                "a parcel on %s cannot be read; do all processes run the same version?", channel.decode()
            )
            return
        meant_for_me = channel != keys.EVERYONE.encode()
        for item in items:
            if not isinstance(item, Letter):
                self._note(sender, item)
            elif meant_for_me:
                self._hand_out(sender, item)
            elif self._me not in item.had:
                for address in item.addresses:
                    self.hand_over(Address(address), item.frame)

    def hand_over(self, address: Address, frame: bytes) -> bool:
        """To this process's own connections; False when it has none for the address."""
        if address not in self._held:
            return False
        try:
            self._deliver(address, frame)
        except Exception:
            log.exception("a frame could not be handed over")
        return True

    def _hand_out(self, sender: str, letter: Letter) -> None:
        strays = [to for to in letter.addresses if not self.hand_over(Address(to), letter.frame)]
        if strays:
            # The sender knew an old place. Whoever holds the address now gets it; nobody sends it on again.
            self._outgoing.to_everyone(Letter(strays, letter.frame, [*letter.had, sender, self._me]))
            self._outgoing.say(Departed(self._me, strays))

    def _note(self, sender: str, item: Item) -> None:
        match item:
            case Signal(kind, values):
                self._signalled(kind, values)
            case Arrived(addresses):
                self._whereabouts.arrived(sender, addresses)
            case Departed(process, addresses):
                self._whereabouts.departed(process, addresses)
            case Vanished(process):
                self._whereabouts.vanished(process)
            case Announced(lost):
                self._whereabouts.forget()
                if lost:
                    self._regained()
