"""The two clients of one Redis: one for commands, one for subscriptions and blocking reads."""

import asyncio
from collections.abc import Awaitable
from inspect import iscoroutine
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from consult.errors import Busy
from consult.live import keys
from consult.live.dialling import connections_to
from consult.live.outage import Outage

LUA = Path(__file__).with_name("lua")
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0
CONNECTIONS = 16
RETRY_MS = 1000

AWAY = (RedisError, OSError, TimeoutError)
"""What a Redis that is away, hung or refusing makes redis-py raise."""


class Live:
    """`commands` answers within seconds or fails; nothing is sent twice, since a script that timed out
    may have run. A connection found stale is dialled again before anything is sent on it.
    `subscriptions` waits without limit."""

    def __init__(self, commands: Redis, subscriptions: Redis) -> None:
        self.commands = commands
        self.subscriptions = subscriptions
        # A write, because a Redis that only reads is of no use.
        self.outage = Outage(lambda: commands.set(keys.PROBE, "1", ex=1))
        self._asked: set[asyncio.Future[Any]] = set()

    @classmethod
    def connect(cls, address: str) -> "Live":
        """Clients of `address`, one of the forms in `dialling`; dials when first used.

        Raises ValueError for an address that is none of these.
        """
        how = connections_to(address)
        commands = BlockingConnectionPool(
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            **{"socket_timeout": ANSWER_SECONDS, **_COMMON, **how},
        )
        subscriptions = ConnectionPool(**{**_COMMON, **how, "socket_timeout": None})
        return cls(Redis.from_pool(commands), Redis.from_pool(subscriptions))

    async def ask(self, command: Awaitable[Any]) -> Any:
        """The answer to a command of `commands`. Raises Busy when Redis does not give one: at once,
        without asking, while it is known to be away.

        A caller that is cancelled leaves the command running: the connection must read its own answer,
        or the next command on it would be given that one.
        """
        if self.outage.away:
            if iscoroutine(command):
                command.close()
            raise Busy(retry_ms=RETRY_MS)
        asked = asyncio.ensure_future(command)
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        try:
            return await asyncio.shield(asked)
        except AWAY as error:
            if type(error) is not ResponseError:  # that one refuses this command, perhaps no other
                self.outage.begin()
            raise Busy(retry_ms=RETRY_MS) from error

    async def ping(self) -> None:
        """Return when Redis answers. Raises Busy when it does not."""
        await self.ask(self.commands.ping())

    async def close(self) -> None:
        """Wait for what was asked, then close every connection."""
        await self.outage.close()
        if self._asked:
            await asyncio.wait(self._asked)
        await self.commands.aclose()
        await self.subscriptions.aclose()


class Script:
    """A file of `lua/`, sent once to each Redis and then called by its digest."""

    def __init__(self, live: Live, name: str) -> None:
        self._live = live
        self._script = live.commands.register_script((LUA / f"{name}.lua").read_text(encoding="utf-8"))

    async def run(self, keys: list[str], *values: str | int | float) -> Any:
        """What the script returns. Raises Busy when Redis is away."""
        return await self._live.ask(self._script(keys=keys, args=values))


# No retry: redis-py repeats up to ten times by default, also scripts that had run before the time-out.
_COMMON: dict[str, Any] = {
    "retry": Retry(NoBackoff(), 0),
    "socket_connect_timeout": CONNECT_SECONDS,
    "protocol": 2,
    "client_name": "consult",
}
