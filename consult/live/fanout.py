"""Frames for people, wherever they are connected: to this process or to another."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

from consult.live import keys
from consult.live.courier import Courier
from consult.live.incoming import Deliver, Incoming
from consult.live.messenger import Messenger
from consult.live.outgoing import Outgoing
from consult.live.parcels import Letter, Signal
from consult.live.redis import Live
from consult.live.subscription import Subscription
from consult.live.whereabouts import Whereabouts
from consult.people import Address

log = logging.getLogger(__name__)

REGAINED = "regained"
"""Signalled, to this process only, when frames for its connections may have been lost: Redis was away."""

ANNOUNCED = "announced"
"""Signalled, to this process only, when it has told Redis anew what it holds: Redis may have been emptied,
so what else only this process knows is to be told as well."""

START_SECONDS = 5.0
REGAINED_SECONDS = 0.5  # several processes announce themselves together; one refresh serves for all

Heard = Callable[[tuple[str, ...]], None]


class Fanout:
    """Nothing here raises or waits when Redis is away: then only this process's own connections are reached.

    `deliver(address, frame)` is called for every frame to an address that this process holds; it must not
    block, and may be called inside `send`.
    """

    def __init__(self, live: Live, process_id: str, deliver: Deliver) -> None:
        self._held: dict[Address, None] = {}
        self._heard: dict[str, list[Heard]] = defaultdict(list)
        self._refresh: asyncio.TimerHandle | None = None
        self._me = process_id
        self._outgoing = Outgoing(lambda: self._messenger.wake())
        self._whereabouts = Whereabouts(process_id)
        self._incoming = Incoming(
            process_id,
            self._held.keys(),
            deliver,
            self._signalled,
            self._regained,
            self._whereabouts,
            self._outgoing,
        )
        self._subscription = Subscription(
            live,
            [keys.to_process(process_id), keys.EVERYONE],
            self._incoming.open,
            lambda: self._messenger.subscribed(),
        )
        self._messenger = Messenger(
            Courier(live, process_id),
            self._outgoing,
            self._whereabouts,
            self._subscription,
            self._held.keys(),
            self._regained,
            lambda: self._signalled(ANNOUNCED, ()),
            live.outage,
        )

    async def start(self) -> None:
        """Return when frames from other processes arrive here, or after some seconds without Redis."""
        self._subscription.start()
        self._messenger.start()
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._messenger.announced.wait()
        except TimeoutError:
            log.debug("started without Redis")

    async def close(self) -> None:
        """Let everything go and stop listening."""
        for address in list(self._held):
            self.let_go(address)
        await self._messenger.close()
        await self._subscription.close()
        if self._refresh is not None:
            self._refresh.cancel()

    def hold(self, address: Address) -> Awaitable[None]:
        """This process has a connection for the address, from this very moment.

        What is returned may be awaited: from then on other processes' frames arrive as well. It never
        raises, and does not wait for a Redis that is away. To hold twice is to hold once.
        """
        if address not in self._held:
            self._held[address] = None
            self._outgoing.change(address, True)
        return self._messenger.settled()

    def let_go(self, address: Address) -> Awaitable[None]:
        """This process has no connection for the address any more; to be awaited as `hold` is."""
        if address in self._held:
            del self._held[address]
            self._outgoing.change(address, False)
        return self._messenger.settled()

    def send(self, addresses: Iterable[Address], frame: bytes) -> None:
        """The frame to every connection of these addresses, in any process; in the order of the calls."""
        grouped: dict[frozenset[str], list[str]] | None = None
        unknown: list[str] | None = None
        for address in addresses:
            here = self._incoming.hand_over(address, frame)
            others = self._whereabouts.others(address)
            if others:
                grouped = grouped or {}
                grouped.setdefault(others, []).append(address)
            elif others is None or not here:
                unknown = unknown or []
                unknown.append(address)
                if others is None and self._whereabouts.ask(address):
                    self._outgoing.look_up(address)
        if unknown:
            self._outgoing.to_everyone(Letter(unknown, frame))
        if grouped:
            self._post(grouped, frame)

    def signal(self, kind: str, *values: str) -> None:
        """A word to every process; this one hears it with the next turn of the event loop."""
        self._outgoing.say(Signal(kind, values))
        asyncio.get_running_loop().call_soon(self._signalled, kind, values)

    def on_signal(self, kind: str, callback: Heard) -> None:
        """Call `callback(values)` for each signal of this kind; it must not block."""
        self._heard[kind].append(callback)

    def _post(self, grouped: dict[frozenset[str], list[str]], frame: bytes) -> None:
        for processes, addresses in grouped.items():
            letter = Letter(addresses, frame, list(processes) if len(processes) > 1 else [])
            for process in processes:
                self._outgoing.to_process(process, letter)

    def _signalled(self, kind: str, values: tuple[str, ...]) -> None:
        for callback in self._heard.get(kind, ()):
            try:
                callback(values)
            except Exception:
                log.exception("a signal (%s) could not be followed", kind)

    def _regained(self) -> None:
        if self._refresh is None:
            self._refresh = asyncio.get_running_loop().call_later(REGAINED_SECONDS, self._refreshed)

    def _refreshed(self) -> None:
        self._refresh = None
        self._signalled(REGAINED, ())
