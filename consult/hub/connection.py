"""One socket: decodes frames, has them carried out in order, sends what is for this person, and closes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from consult import failpoints
from consult.errors import BadRequest, Busy, ConsultError, RateLimited, TooLarge
from consult.hub.clerk import Clerk, Sender, refused, unless_refused
from consult.hub.lane import Before, Lane, Working, after
from consult.hub.limits import Kind, Meter
from consult.hub.outbox import Outbox, Send
from consult.people import Address, Caller
from consult.settings import Settings
from consult.wire import codec
from consult.wire.closes import Close
from consult.wire.from_client import (
    FromClient,
    Hello,
    Ping,
    Refresh,
    SendCandidate,
    SendCheckCandidate,
    SendCheckOffer,
    SendCode,
    SendDescription,
    SendRecorderCandidate,
    SendRecorderOffer,
)
from consult.wire.to_client import ServerFrame

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# Orders begun before the first is committed: enough to fill a batch of the writer, few enough to wait for.
ORDERS_AT_ONCE = 16
OTHERS_WAITING = 64
# A close frame needs a reader; who does not read is cut off after this.
GOODBYE_SECONDS = 5.0

KINDS = {
    SendDescription: Kind.DESCRIPTION,
    SendCandidate: Kind.CANDIDATE,
    SendCode: Kind.CANDIDATE,
    SendCheckOffer: Kind.DESCRIPTION,
    SendCheckCandidate: Kind.CANDIDATE,
    SendRecorderOffer: Kind.DESCRIPTION,
    SendRecorderCandidate: Kind.CANDIDATE,
    Refresh: Kind.REFRESH,
    Ping: Kind.PING,
}

_TICKET_CHANGED = b'{"t":"TicketChanged"'


class Attendant(Protocol):
    """What a connection leaves to its process: heartbeats and snapshots."""

    def heard(self, connection: "Connection") -> None:
        """A frame came, whichever."""

    def ping(self, connection: "Connection", n: int) -> None:
        """Answer with a `Pong`, soon."""

    async def welcome_again(self, connection: "Connection", seqs: dict[str, int]) -> None:
        """Send a snapshot with everything after `seqs`, and nothing else before it."""


def connection_id_of(opened_at_ns: int, stream: str) -> str:
    """Sorts by when the connection was opened, in nanoseconds since 1970."""
    return f"{opened_at_ns:020d}-{stream[:8]}"


class Connection:
    __slots__ = (
        "_attendant",
        "_catching_up",
        "_clerk",
        "_closing",
        "_listener",
        "_meter",
        "_orders",
        "_others",
        "_receive",
        "behind",
        "caller",
        "id",
        "outbox",
        "seen_from",
        "sender",
        "seqs",
        "service",
        "session",
        "told",
    )

    def __init__(
        self,
        caller: Caller,
        stream: str,
        session: bytes,
        *,
        receive: Receive,
        send: Send,
        clerk: Clerk,
        attendant: Attendant,
        meter: Meter,
        working: Working,
        settings: Settings,
        id: str,
        seen_from: str = "",
    ) -> None:
        # Sorts by time, so that of two connections every process names the same one as the newer.
        self.id = id
        self.caller = caller
        self.sender = Sender(caller, stream)
        self.session = session
        # Names the network address without telling it; equal for the same page at the same address.
        self.seen_from = seen_from
        # How far the last snapshot reached in each conversation; None before the first.
        self.seqs: dict[str, int] | None = None
        # Frames may have been lost, and no snapshot since then has told what they said.
        self.behind = False
        # The service whose line this person waits in, and what was last told about it.
        self.service: str | None = None
        self.told: object = None
        self.outbox = Outbox(send, settings.outbox_frames, settings.outbox_bytes, self._too_slow)
        self._receive = receive
        self._clerk = clerk
        self._attendant = attendant
        self._meter = meter
        self._orders = Lane(ORDERS_AT_ONCE, working)
        self._others = Lane(OTHERS_WAITING, working)
        self._closing: Close | None = None
        self._listener: asyncio.Task[None] | None = None
        self._catching_up = False

    @property
    def address(self) -> Address:
        return self.caller.address

    @property
    def closing(self) -> Close | None:
        """The code this side closes with, once it does."""
        return self._closing

    def deliver(self, frame: bytes) -> None:
        """Send an encoded frame; never waits."""
        if frame.startswith(_TICKET_CHANGED):
            # The page forgets its place with the stage; the next place is news, even if it is the same.
            self.told = None
        self.outbox.put(frame)

    def tell(self, frame: ServerFrame) -> None:
        self.outbox.put(codec.encode(frame))

    def close(self, code: Close) -> None:
        """Send what is unsent, then close. The first code stays."""
        self._close(code, unread=code is Close.HEARTBEAT_LOST)

    def _too_slow(self) -> None:
        self._close(Close.SLOW_READER, unread=True)

    def _close(self, code: Close, unread: bool) -> None:
        if self._closing is None:
            self._closing = code
            self.outbox.finish(code, unread=unread)
            asyncio.get_running_loop().call_later(GOODBYE_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        # Only ever inside `receive`: nothing else may be cancelled half-way.
        if self._listener is not None:
            self._listener.cancel()

    async def serve(self) -> None:
        """Take frames until either side has closed. Work under way goes on after that."""
        try:
            while (message := await self._listen()) is not None:
                if self._closing is None:
                    await self._take(message)
        finally:
            self._closing = self._closing or Close.GOING_AWAY
            self.outbox.abandon()

    async def refresh(self) -> None:
        """Frames may have been lost: send a snapshot from where the last one ended, until it is sent."""
        self.behind = True
        if self.seqs is not None and self._closing is None and not self._catching_up:
            self._catching_up = True
            await self._others.begin(self._catch_up)

    async def _catch_up(self, before: Before) -> None:
        try:
            await after(before)
            while self.behind and self.seqs is not None and self._closing is None:
                self.behind = False
                reply = await unless_refused("Refresh", self._attendant.welcome_again(self, self.seqs))
                if reply is not None and reply.code == Busy.code:
                    self.behind = True  # a later round tries again
                    return
        finally:
            self._catching_up = False

    async def _listen(self) -> MutableMapping[str, Any] | None:
        """The next message; None when the connection is closed or given up."""
        self._listener = asyncio.current_task()
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if self._closing is None or self._listener is None or self._listener.uncancel() > 0:
                raise
            return None
        finally:
            self._listener = None
        return None if message["type"] == "websocket.disconnect" else message

    async def _take(self, message: MutableMapping[str, Any]) -> None:
        self._attendant.heard(self)
        text = message.get("text")
        if text is None:
            self.close(Close.MALFORMED)
            return
        try:
            frame = codec.decode(text)
        except TooLarge:
            self.close(Close.TOO_LARGE)
        except BadRequest as error:
            await self._malformed(text, error)
        else:
            await self._dispatch(frame, text)

    async def _dispatch(self, frame: FromClient, text: str) -> None:
        retry_ms = self._take_allowance(KINDS.get(type(frame), Kind.FRAME))
        cseq: int | None = getattr(frame, "cseq", None)
        if isinstance(frame, Ping):
            if retry_ms is None:
                self._attendant.ping(self, frame.n)
        elif retry_ms is not None:
            name = None if cseq else type(frame).__name__
            self.tell(refused(RateLimited(retry_ms=retry_ms), cseq, name))
        elif isinstance(frame, Hello):
            await self._malformed(text, BadRequest(reason="second Hello"))
        elif cseq is not None:
            await self._orders.begin(lambda before: self._order(frame, cseq, before))
        else:
            earlier = self._orders.last
            await self._others.begin(lambda before: self._ephemeral(frame, before, earlier))

    def _take_allowance(self, kind: Kind) -> int | None:
        """None when the frame may be carried out; else when to try again. Who floods on is let go."""
        now = time.monotonic()
        retry_ms = self._meter.take(kind, now)
        if retry_ms is not None and self._meter.take(Kind.FLOOD, now) is not None:
            self.close(Close.FLOOD)
        return retry_ms

    async def _malformed(self, text: str, error: ConsultError) -> None:
        if self._meter.take(Kind.MALFORMED, time.monotonic()) is not None:
            self.close(Close.MALFORMED)
            return
        cseq = codec.cseq_of(text)
        if cseq is None:
            self.tell(refused(error))
        else:
            await self._orders.begin(lambda before: self._unreadable(text, cseq, error, before))

    async def _order(self, order: FromClient, cseq: int, before: Before) -> None:
        reply = await self._clerk.order(self.sender, order, cseq, before)
        await after(before)
        failpoints.reach("before_ack")
        self.tell(reply)
        failpoints.reach_soon(asyncio.get_running_loop().call_later, "after_ack")

    async def _unreadable(self, text: str, cseq: int, error: ConsultError, before: Before) -> None:
        reply = await self._clerk.unreadable(self.sender, text, cseq, error, before)
        await after(before)
        self.tell(reply)

    async def _ephemeral(self, frame: FromClient, before: Before, earlier: Before) -> None:
        """One at a time, and not before the orders that came first: an answer follows its accept."""
        await after(earlier)
        await after(before)
        if isinstance(frame, Refresh):
            reply = await unless_refused("Refresh", self._attendant.welcome_again(self, frame.seqs))
        else:
            reply = await self._clerk.ephemeral(self.sender, frame)
        if reply is not None:
            self.tell(reply)
