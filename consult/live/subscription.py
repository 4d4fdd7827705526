"""The channels this process listens to, for as long as it lives."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from consult.live.link import Link
from consult.live.redis import AWAY, Live

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0


class Subscription:
    """Listens from `start` to `close`; a link that breaks is made anew, and `subscribed` is called again.

    The channels are never given up in between, whoever comes and goes: a listener without a channel is deaf
    and does not know it.
    """

    def __init__(
        self,
        live: Live,
        channels: Sequence[str],
        heard: Callable[[bytes, bytes], None],
        subscribed: Callable[[], None],
    ) -> None:
        self._link = Link(live)
        self._channels = channels
        self._heard = heard
        self._subscribed = subscribed
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._heard_at = 0.0
        self.listening = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_listening(), name="subscription")

    def silent_seconds(self) -> float:
        """How long nothing was heard on a link that stands."""
        return asyncio.get_running_loop().time() - self._heard_at if self.listening else 0.0

    async def renew(self) -> None:
        """Give up a link that has gone silent; the listener makes a new one."""
        await self._link.close()

    async def close(self) -> None:
        self._closing.set()
        await self._link.close()
        if self._task is not None:
            await asyncio.wait({self._task})
        await self._link.close()

    async def _keep_listening(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self._closing.is_set():
            try:
                await self._subscribe()
                pause_seconds = FIRST_PAUSE_SECONDS
                await self._listen()
            except AWAY as error:
                log.debug("the subscription broke: %s", error)
            except Exception:
                log.exception("the subscription broke")
            self.listening = False
            await self._link.close()
            await self._pause(pause_seconds)
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def _subscribe(self) -> None:
        await self._link.converse([("SUBSCRIBE", channel) for channel in self._channels])
        self.listening = True
        self._heard_at = asyncio.get_running_loop().time()
        self._subscribed()

    async def _listen(self) -> None:
        while not self._closing.is_set():
            kind, channel, data = await self._link.next()
            self._heard_at = asyncio.get_running_loop().time()
            if kind == b"message":
                self._heard(channel, data)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            pass
