"""Seats of this process, and the two things a page without a socket does: fetch facts and send orders."""

import asyncio
import logging
import time
from dataclasses import dataclass

from consult.accounts.doorkeeper import Visit
from consult.errors import BadRequest, Busy, RateLimited, TooLarge
from consult.hub.clerk import TABLES, Clerk, Sender, refused
from consult.hub.connection import KINDS, Connection
from consult.hub.hub import Hub
from consult.hub.limits import Kind
from consult.hub.polling.seat import Seat
from consult.wire import codec
from consult.wire.closes import Close
from consult.wire.from_client import (
    AcceptCall,
    AskIceServers,
    AskRestart,
    FromClient,
    Hello,
    JoinLeg,
    ListenIn,
    Ping,
    Refresh,
    SendCandidate,
    SendCode,
    SendDescription,
    SendMediaState,
)
from consult.wire.to_client import ServerFrame

log = logging.getLogger(__name__)

Key = tuple[bytes, str]
"""Whose seat: the session, and the page's stream."""

HOLD_SECONDS = 20.0
OPEN_SECONDS = 8.0
# How long the end of a seat is remembered for the page that has not heard of it.
REMEMBERED_SECONDS = 30.0
# Media needs both sides within the second; over requests a call could ring but never connect.
NEEDS_SOCKET = frozenset(
    {
        AcceptCall,
        ListenIn,
        JoinLeg,
        SendDescription,
        SendCandidate,
        SendCode,
        SendMediaState,
        AskRestart,
        AskIceServers,
    }
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`connection` names the seat, to be given with the next request, in whichever process that arrives."""

    connection: str
    frames: list[str]
    close: int | None


class Polling:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        tables = {
            role: {order: handler for order, handler in table.items() if order not in NEEDS_SOCKET}
            for role, table in TABLES.items()
        }
        self._clerk = Clerk(hub.services, tables)
        self._seats: dict[tuple[bytes, str], Seat] = {}
        self._serving: set[asyncio.Task[None]] = set()

    async def fetch(
        self, visit: Visit, hello: Hello, connection: str | None, at_once: bool, host: str
    ) -> Fetched:
        """A snapshot with everything after `hello.seqs`, as soon as anything is new.

        Nothing new for a while: no frames. A page that is not known to this process is met as by a socket.
        """
        key = (visit.reference_hash, hello.stream)
        seat = self._seats.get(key)
        # It has heard of no connection: the answer that named one is lost, or somebody asked to go on here.
        begins = connection is None
        if seat is None or seat.is_over(begins):
            if self._hub.draining:
                return Fetched("", [], int(Close.RESTART))
            meter = self._hub.meters.of(visit.caller.address, visit.caller.role)
            if meter.take(Kind.HELLO, time.monotonic()) is not None:
                return Fetched("", [], int(Close.FLOOD))
            seat = self._open(key, visit, hello, connection, host)
            await seat.news(OPEN_SECONDS)
        elif seat.connection is not None and seat.closed is None:
            seat.give_way()
            self._hub.heard(seat.connection)
            if at_once or begins or await seat.news(HOLD_SECONDS):
                await self._snapshot(seat, seat.connection, hello)
        if seat.connection is not None and seat.closed is None:
            self._hub.heard(seat.connection)
        return Fetched(seat.connection.id if seat.connection else "", seat.take(), seat.end_told())

    async def _snapshot(self, seat: Seat, connection: Connection, hello: Hello) -> None:
        if seat.closed is not None:
            return
        seat.forget_what_a_snapshot_holds()
        try:
            await self._hub.welcome_again(connection, hello.seqs, hello.epoch or "")
        except Exception as error:
            told = log.warning if isinstance(error, Busy) else log.exception
            told("a page without a socket could not be told what is new: %r", error)
            seat.end(int(Close.SERVER_ERROR))
            return
        await seat.news(OPEN_SECONDS)

    def _open(self, key: Key, visit: Visit, hello: Hello, connection: str | None, host: str) -> Seat:
        seat = self._seats[key] = Seat()
        serving = asyncio.create_task(self._serve(key, seat, visit, hello, connection, host))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        return seat

    async def _serve(
        self, key: Key, seat: Seat, visit: Visit, hello: Hello, connection: str | None, host: str
    ) -> None:
        with self._hub.crowd.one_more(host) as room:
            try:
                if room:
                    await self._hub.serve(
                        visit, hello, seat.receive, seat.send, connection_id=connection, opened=seat.opened
                    )
                else:
                    seat.end(int(Close.FLOOD))
            except Exception:
                log.exception("a page without a socket could not be served")
        seat.end(int(Close.SERVER_ERROR))
        loop = asyncio.get_running_loop()
        loop.call_later(REMEMBERED_SECONDS if seat.replaced else 0, self._forget, key, seat)

    def _forget(self, key: Key, seat: Seat) -> None:
        if self._seats.get(key) is seat:
            del self._seats[key]

    async def send(
        self, visit: Visit, stream: str, texts: list[bytes]
    ) -> tuple[list[ServerFrame], Close | None]:
        """Carry out these frames in order; the answers to those that have one.

        With a close, as a socket would be closed: the frames after that were not looked at.
        """
        self._hub.heartbeats.noted(visit.caller)  # a page that sends is here, wherever its seat is
        sender = Sender(visit.caller, stream)
        answers: list[ServerFrame] = []
        for text in texts:
            answer = await self._answer(sender, text)
            if isinstance(answer, Close):
                return answers, answer
            if answer is not None:
                answers.append(answer)
        return answers, None

    async def _answer(self, sender: Sender, text: bytes) -> ServerFrame | Close | None:
        meter = self._hub.meters.of(sender.caller.address, sender.caller.role)
        try:
            frame = codec.decode(text)
        except TooLarge:
            return Close.TOO_LARGE
        except BadRequest as error:
            if meter.take(Kind.MALFORMED, time.monotonic()) is not None:
                return Close.MALFORMED
            return await self._unreadable(sender, text, error)
        cseq: int | None = getattr(frame, "cseq", None)
        now = time.monotonic()
        retry_ms = meter.take(KINDS.get(type(frame), Kind.FRAME), now)
        if retry_ms is not None:
            if meter.take(Kind.FLOOD, now) is not None:
                return Close.FLOOD
            name = None if cseq else type(frame).__name__
            return refused(RateLimited(retry_ms=retry_ms), cseq, name)
        return await self._carry_out(sender, frame, cseq)

    async def _carry_out(self, sender: Sender, frame: FromClient, cseq: int | None) -> ServerFrame | None:
        if cseq is not None:
            return await self._clerk.order(sender, frame, cseq, None)
        if isinstance(frame, Hello | Ping | Refresh):
            return None  # said by the requests themselves
        return await self._clerk.ephemeral(sender, frame)

    async def _unreadable(self, sender: Sender, text: bytes, error: BadRequest) -> ServerFrame:
        cseq = codec.cseq_of(text)
        if cseq is None:
            return refused(error)
        return await self._clerk.unreadable(sender, text.decode(errors="replace"), cseq, error, None)
