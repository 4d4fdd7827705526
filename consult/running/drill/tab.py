"""A page without a browser that comes back by itself, as the browser's does.

It says what it holds in `Hello`, heals gaps by `Refresh`, notices silence by its own pings, and sends its
orders again until each is answered. Quicker than a browser by its `Manners` only.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from consult.running.drill.given import Broken, Frame, Given
from consult.running.drill.held import Held
from consult.wire.closes import MEANING, Close

DOUBT_SECONDS = 0.5
APART_SECONDS = 2.5  # the service allows one refresh in two seconds
CONNECT_SECONDS = 8.0
AWAY = (OSError, TimeoutError, EOFError, WebSocketException)


@dataclass(frozen=True, slots=True)
class Manners:
    """The browser's own, unless told otherwise."""

    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    answer_seconds: float = 15.0
    ping_seconds: float = 10.0
    dead_seconds: float = 25.0


class Tab:
    """`dial` opens a socket, to whichever server. `heard` is told every frame of the service."""

    def __init__(
        self,
        hello: Frame,
        dial: Callable[[], Awaitable[ClientConnection]],
        chance: random.Random,
        manners: Manners,
        heard: Callable[[Frame], None] | None = None,
    ) -> None:
        self.held = Held()
        self.given = Given(self._send, self.reopen, manners.answer_seconds)
        self.live = asyncio.Event()
        self.welcome: Frame = {}
        self.connections = 0
        self.absences: list[float] = []  # seconds from the end of a connection to the next welcome
        self.fault: Exception | None = None
        self._hello = hello
        self._dial = dial
        self._chance = chance
        self._manners = manners
        self._heard = heard
        self._outgoing: asyncio.Queue[Frame] = asyncio.Queue()
        self._socket: ClientConnection | None = None
        self._ping_alarm: asyncio.TimerHandle | None = None
        self._doubt: asyncio.TimerHandle | None = None
        self._expected: dict[str, int] = {}
        self._refreshed_at = 0.0
        self._heard_at = 0.0
        self._gone_at: float | None = None
        self._attempt = 0
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, and come back until stopped."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave without waiting for answers. Raises Broken if a promise was broken in front of this page."""
        self.breaks_off()
        if self._running is not None:
            await asyncio.wait({self._running})
        if self.fault is not None:
            raise self.fault

    def breaks_off(self) -> None:
        """The browser is gone: no goodbye. It may be started again."""
        self.lose_line()
        if self._running is not None:
            self._running.cancel()

    def lose_line(self) -> None:
        """The network breaks: no goodbye, and the page comes back as after any break."""
        if self._socket is not None:
            self._socket.transport.abort()

    def stop_reading(self) -> None:
        """Leave everything that comes in the kernel, as a page does that hangs."""
        if self._socket is not None:
            self._socket.transport.pause_reading()

    def read_on(self) -> None:
        if self._socket is not None:
            self._socket.transport.resume_reading()

    def reopen(self) -> None:
        """Break this connection; the next one follows at once."""
        self._attempt = 0
        self.lose_line()

    def give(self, kind: str, **fields: Any) -> "asyncio.Future[Frame]":
        """An order; its answer comes once, whatever happens in between."""
        return self.given.add({"t": kind, **fields})

    async def _run(self) -> None:
        while self.fault is None:
            returns = "resume"
            try:
                returns = await self._connect()
            except AWAY:
                pass
            except Exception as fault:
                self.fault = fault
            finally:
                self._cut()
            if returns not in {"resume", "resume_now"}:
                self.fault = self.fault or Broken(f"let go for good: {returns}")
            ceiling = min(self._manners.longest_seconds, self._manners.first_seconds * 2**self._attempt)
            self._attempt += 1
            await asyncio.sleep(self._chance.uniform(0, ceiling))

    async def _connect(self) -> str:
        """One connection, until it ends; returns what its close code asks of the page."""
        async with asyncio.timeout(CONNECT_SECONDS):
            socket = self._socket = await self._dial()
        self.connections += 1
        self._outgoing = asyncio.Queue()
        writing = asyncio.create_task(self._write(socket, self._outgoing))
        self._heard_at = asyncio.get_running_loop().time()
        known = {"epoch": self.welcome["epoch"], "seqs": self.held.seqs()} if self.welcome else {}
        try:
            self._send({**self._hello, **known})
            self._ping(socket, 0)
            with suppress(WebSocketException):
                async for text in socket:
                    self._heard_at = asyncio.get_running_loop().time()
                    self._receive(json.loads(text))
        finally:
            writing.cancel()
            await asyncio.wait({writing})
            socket.transport.abort()
        return _returns(socket.close_code)

    async def _write(self, socket: ClientConnection, outgoing: "asyncio.Queue[Frame]") -> None:
        with suppress(WebSocketException):
            while True:
                await socket.send(json.dumps(await outgoing.get()))

    def _send(self, frame: Frame) -> None:
        self._outgoing.put_nowait(frame)

    def _ping(self, socket: ClientConnection, n: int) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._heard_at > self._manners.dead_seconds:
            socket.transport.abort()
            return
        if n:
            self._send({"t": "Ping", "n": n})
        self._ping_alarm = loop.call_later(self._manners.ping_seconds, self._ping, socket, n + 1)

    def _cut(self) -> None:
        if self.live.is_set():
            self._gone_at = asyncio.get_running_loop().time()
        self.live.clear()
        self._socket = None
        self.given.cut()
        for alarm in (self._ping_alarm, self._doubt):
            if alarm is not None:
                alarm.cancel()
        self._ping_alarm = self._doubt = None

    def _receive(self, frame: Frame) -> None:
        kind = frame["t"]
        if "last_cseq" in frame:
            self._welcomed(frame)
        elif kind in {"Acked", "Refused"} and frame.get("cseq"):
            self.given.answer(frame)
        elif kind == "EntryAdded":
            self.held.add(frame["ticket"], [frame["entry"]])
            self._suspect({})
        elif kind == "ConversationOpened":
            self.held.opened(frame["conversation"])
        elif kind == "Pong":
            self._suspect(frame["seqs"])
        elif kind == "ReconnectAsked":
            asyncio.get_running_loop().call_later(frame["after_ms"] / 1000, self._move, self._socket)
        if self._heard is not None:
            self._heard(frame)

    def _move(self, asked_by: ClientConnection | None) -> None:
        if asked_by is self._socket:
            self.reopen()

    def _welcomed(self, welcome: Frame) -> None:
        if self.welcome and welcome["epoch"] != self.welcome["epoch"]:
            raise Broken("the epoch changed, and no history was lost")
        self.welcome = welcome
        self.held.welcomed(welcome)
        if not self.live.is_set():
            self._attempt = 0
            if self._gone_at is not None:
                self.absences.append(asyncio.get_running_loop().time() - self._gone_at)
            self.live.set()
            self.given.welcomed(welcome["last_cseq"])

    def _suspect(self, seqs: dict[str, int]) -> None:
        """What is missing may be right behind; if it is not, a fresh snapshot is asked for."""
        if self._doubt is None and self.live.is_set() and self.held.missing(seqs):
            self._expected = seqs
            self._doubt = asyncio.get_running_loop().call_later(DOUBT_SECONDS, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._doubt = None
        if not self.held.missing(self._expected):
            return
        if loop.time() - self._refreshed_at < APART_SECONDS:
            self._suspect(self._expected)
            return
        self._refreshed_at = loop.time()
        self._send({"t": "Refresh", "seqs": self.held.seqs()})


def _returns(code: int | None) -> str:
    try:
        return MEANING[Close(code)].returns if code else "resume"
    except ValueError:
        return "resume"
