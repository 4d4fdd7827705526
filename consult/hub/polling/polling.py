"""Seats of this process, and the two things a page without a socket does: fetch facts and send orders."""

import asyncio
import logging
import time
from dataclasses import dataclass

from consult.accounts.doorkeeper import Visit
from consult.errors import BadRequest, ConsultError, RateLimited
from consult.hub.clerk import TABLES, Clerk, Sender, refused
from consult.hub.connection import KINDS, Connection
from consult.hub.hub import Hub
from consult.hub.limits import Kind
from consult.hub.polling.seat import Seat
from consult.people import Role
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

    async def fetch(self, visit: Visit, hello: Hello, connection: str | None, at_once: bool) -> Fetched:
        """A snapshot with everything after `hello.seqs`, as soon as anything is new.

        Nothing new for a while: no frames. A page that is not known to this process is met as by a socket.
        """
        key = (visit.reference_hash, hello.stream)
        seat = self._seats.get(key)
        if seat is None or (seat.closed is not None and not seat.replaced):
            if self._hub.draining:
                return Fetched("", [], int(Close.RESTART))
            seat = self._open(key, visit, hello, connection)
            await seat.news(OPEN_SECONDS)
        elif seat.connection is not None and seat.closed is None:
            seat.give_way()
            self._hub.heard(seat.connection)
            if at_once or await seat.news(HOLD_SECONDS):
                await self._snapshot(seat, seat.connection, hello)
        if seat.connection is not None and seat.closed is None:
            self._hub.heard(seat.connection)
        return Fetched(seat.connection.id if seat.connection else "", seat.take(), seat.closed)

    async def _snapshot(self, seat: Seat, connection: Connection, hello: Hello) -> None:
        if seat.closed is not None:
            return
        seat.forget_what_a_snapshot_holds()
        try:
            await self._hub.welcome_again(connection, hello.seqs if hello.epoch else {})
        except Exception:
            log.exception("a page without a socket could not be told what is new")
            seat.end(int(Close.SERVER_ERROR))
            return
        await seat.news(OPEN_SECONDS)

    def _open(self, key: tuple[bytes, str], visit: Visit, hello: Hello, connection: str | None) -> Seat:
        seat = self._seats[key] = Seat()
        serving = asyncio.create_task(self._serve(key, seat, visit, hello, connection))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        return seat

    async def _serve(
        self, key: tuple[bytes, str], seat: Seat, visit: Visit, hello: Hello, connection: str | None
    ) -> None:
        try:
            await self._hub.serve(
                visit, hello, seat.receive, seat.send, connection_id=connection, opened=seat.opened
            )
        except Exception:
            log.exception("a page without a socket could not be served")
        seat.end(int(Close.SERVER_ERROR))
        loop = asyncio.get_running_loop()
        loop.call_later(REMEMBERED_SECONDS if seat.replaced else 0, self._forget, key, seat)

    def _forget(self, key: tuple[bytes, str], seat: Seat) -> None:
        if self._seats.get(key) is seat:
            del self._seats[key]

    async def send(self, visit: Visit, stream: str, texts: list[bytes]) -> list[ServerFrame]:
        """Carry out these frames in order; the answers to those that have one."""
        sender = Sender(visit.caller, stream)
        answers = [await self._answer(sender, text) for text in texts]
        await self._seen(visit)
        return [answer for answer in answers if answer is not None]

    async def _answer(self, sender: Sender, text: bytes) -> ServerFrame | None:
        now = time.monotonic()
        meter = self._hub.meters.of(sender.caller.address, sender.caller.role)
        try:
            frame = codec.decode(text)
        except BadRequest as error:
            return await self._unreadable(sender, text, error)
        except ConsultError as error:
            return refused(error)
        cseq: int | None = getattr(frame, "cseq", None)
        retry_ms = meter.take(KINDS.get(type(frame), Kind.FRAME), now)
        if retry_ms is not None:
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

    async def _seen(self, visit: Visit) -> None:
        """A page that sends is here, whichever process its seat is in."""
        try:
            if visit.caller.role is Role.APPLICANT:
                await self._hub.services.presence.seen(visit.caller.id)
            elif visit.caller.role is Role.OFFICER:
                await self._hub.services.desk.seen([visit.caller.id])
        except ConsultError as error:
            log.warning("a page without a socket could not be noted: %s", error.code)
