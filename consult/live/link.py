"""One connection to Redis that belongs to one task: no pool between, and nobody else's answers on it."""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError, ResponseError

from consult.live.redis import ANSWER_SECONDS, Live

Command = tuple[str | bytes | int, ...]


class Link:
    """Dials when first used and again after it broke; whoever waits on it learns that by an exception."""

    def __init__(self, live: Live) -> None:
        self._connection = live.subscriptions.connection_pool.make_connection()  # type: ignore[no-untyped-call]

    async def converse(self, commands: Sequence[Command]) -> list[Any]:
        """The answer to each command. Raises RedisError or OSError when one is missing, late or an error.

        A connection found stale is dialled again first; nothing is sent twice.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._converse(commands)
        except TimeoutError:
            # Answers that come yet would be taken for those of the next commands.
            await self.close()
            raise

    async def _converse(self, commands: Sequence[Command]) -> list[Any]:
        connection = self._connection
        if connection.is_connected and (connection.should_reconnect() or await self._stale()):
            await connection.disconnect(nowait=True)
        if not connection.is_connected:
            await connection.connect()
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        answers: list[Any] = []
        refusal: RedisError | None = None
        for _ in commands:
            try:
                answers.append(await connection.read_response())
            except ResponseError as error:
                # The answers behind it must be read, or they would be taken for later ones.
                refusal = error
        if refusal is not None:
            raise refusal
        return answers

    async def next(self) -> Any:
        """What comes next on a connection that has subscribed; waits without limit."""
        return await self._connection.read_response(timeout=math.inf)

    async def close(self) -> None:
        """A task that waits on this link is woken by an exception."""
        await self._connection.disconnect(nowait=True)

    async def _stale(self) -> bool:
        try:
            return bool(await self._connection.can_read())
        except (RedisError, OSError):
            return True
