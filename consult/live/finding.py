"""Connections whose server is looked up when they are dialled: Sentinels or a Cluster name the primary."""

from collections.abc import Sequence
from typing import Any, Protocol

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import (
    AskError,
    ClusterDownError,
    ConnectionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from consult.live import keys

Place = tuple[str, int]

ASK_SECONDS = 1.0  # others are asked next, and a failover is over within seconds
SLOT = key_slot(keys.TAG.encode())

_ELSEWHERE = (ReadOnlyError, AskError, ClusterDownError)
"""What a server says that is not, or no longer, the one to speak to. A MovedError is an AskError."""


class NoPrimary(ConnectionError):
    """Nobody names a server to speak to; the message is for whoever set the address."""


class Finder(Protocol):
    async def find(self) -> Place:
        """The primary as it is known now. Raises NoPrimary."""

    def doubt(self) -> None:
        """What was found did not serve: ask somebody else first the next time."""


class Witnesses:
    """Servers that can be asked where the primary is; who answered last is asked first."""

    def __init__(self, places: Sequence[Place], tls: bool, known_by: dict[str, Any]) -> None:
        self.places = list(places)
        self._kind: type[Connection] = SSLConnection if tls else Connection
        self._known_by = known_by

    async def ask(self, place: Place, *question: str) -> Any:
        """One answer on a connection of its own. Raises RedisError or OSError."""
        connection = self._kind(
            host=place[0],
            port=place[1],
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=ASK_SECONDS,
            socket_timeout=ASK_SECONDS,
            **self._known_by,
        )
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            await connection.send_command(*question)
            return await connection.read_response()
        finally:
            await connection.disconnect(nowait=True)

    def first(self, place: Place) -> None:
        self.places.remove(place)
        self.places.insert(0, place)

    def last(self) -> None:
        self.places.append(self.places.pop(0))


class SentinelFinder:
    def __init__(self, places: Sequence[Place], service: str, tls: bool, known_by: dict[str, Any]) -> None:
        self._witnesses = Witnesses(places, tls, known_by)
        self._service = service

    async def find(self) -> Place:
        why: Exception = NoPrimary(f"the Sentinels know no service named {self._service!r}")
        for place in list(self._witnesses.places):
            try:
                named = await self._witnesses.ask(place, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._service)
            except (RedisError, OSError) as error:
                why = error
                continue
            if named is not None:
                self._witnesses.first(place)
                return named[0].decode(), int(named[1])
        raise NoPrimary(_said("Sentinel", why)) from why

    def doubt(self) -> None:
        self._witnesses.last()


class ClusterFinder:
    def __init__(self, places: Sequence[Place], tls: bool, known_by: dict[str, Any]) -> None:
        self._given = list(places)
        self._witnesses = Witnesses(places, tls, known_by)

    async def find(self) -> Place:
        why: Exception = NoPrimary("the Cluster has no node for our keys: not all slots are served")
        for place in list(self._witnesses.places):
            try:
                ranges = await self._witnesses.ask(place, "CLUSTER", "SLOTS")
            except (RedisError, OSError) as error:
                why = error
                continue
            for first, last, *nodes in ranges:
                if first <= SLOT <= last:
                    self._remember(place, ranges)
                    return _place(nodes[0], place)
        raise NoPrimary(_said("Cluster", why)) from why

    def doubt(self) -> None:
        self._witnesses.last()

    def _remember(self, asked: Place, ranges: list[Any]) -> None:
        """Nodes come and go: later on those are asked that the Cluster has by then."""
        nodes = {_place(node, asked): None for _, _, *found in ranges for node in found}
        self._witnesses.places = list(dict.fromkeys([asked, *nodes, *self._given]))


def _place(node: list[Any], asked: Place) -> Place:
    # A node that does not know its own name leaves it out: it is the one that was asked.
    host = node[0].decode() if node[0] else asked[0]
    return host, int(node[1])


def _said(who: str, why: Exception) -> str:
    return str(why) if isinstance(why, NoPrimary) else f"no {who} answers: {why}"


class _Found(AbstractConnection):
    """Dials the primary of the moment, and again when the server says that it is not the one any more."""

    host: str
    port: int

    def __init__(self, *, finder: Finder, **how: Any) -> None:
        self._finder = finder
        super().__init__(**how)

    async def connect(self) -> None:
        if self.is_connected:
            return
        self.host, self.port = await self._finder.find()
        try:
            await super().connect()  # type: ignore[no-untyped-call]
            await self._check_that_it_is_the_primary()
        except (RedisError, OSError):
            self._finder.doubt()
            await self.disconnect(nowait=True)
            raise

    async def _check_that_it_is_the_primary(self) -> None:
        await self.send_command("ROLE", check_health=False)
        role = await self.read_response()
        if role[0] != b"master":
            raise ConnectionError(f"{self.host}:{self.port} is not the primary (any more)")

    async def read_response(self, *args: Any, **how: Any) -> Any:
        try:
            return await super().read_response(*args, **how)
        except ResponseError as error:
            if isinstance(error, _ELSEWHERE):
                self.mark_for_reconnect()  # type: ignore[no-untyped-call]
            raise


class FoundConnection(_Found, Connection):
    pass


class FoundTlsConnection(_Found, SSLConnection):
    pass
