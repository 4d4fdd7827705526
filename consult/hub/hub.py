"""The sockets' side of one process: everybody who is connected here, and what every connection shares."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from random import uniform

from consult.accounts.addresses import seen_from
from consult.accounts.doorkeeper import Visit
from consult.errors import Busy, ConsultError, NotFound
from consult.hub.clerk import Clerk
from consult.hub.connection import Connection, Receive, connection_id_of
from consult.hub.crowd import Crowd
from consult.hub.disruption import Disruption
from consult.hub.door import Door
from consult.hub.greeter import Greeter, calls_of
from consult.hub.heartbeats import ROUND_SECONDS, Heartbeats
from consult.hub.lane import Working
from consult.hub.limits import Meters
from consult.hub.lookout import Lookout
from consult.hub.office_clock import OfficeClock
from consult.hub.outbox import Send
from consult.hub.roster import Roster
from consult.hub.services import Services
from consult.hub.sessions import Sessions
from consult.hub.tellers import Tellers
from consult.live.announcer import CHANGED_LINE, MOVED, REPLACED, SIGNED_OUT, VANISHED
from consult.live.fanout import ANNOUNCED, REGAINED
from consult.people import Address, Caller
from consult.wire.closes import Close
from consult.wire.from_client import Hello
from consult.wire.to_client import CallShown, ReconnectAsked

log = logging.getLogger(__name__)

# Pages come back over this long after a shutdown began, so that they do not all come at once. Less than
# `running.server` waits for: whoever is still here then is closed with everybody else.
SPREAD_SECONDS = 4.0
FINISH_SECONDS = 5.0
LOOK_AFTER_EVERY = 60  # rounds
STAFF_EVERY = 4  # rounds: somebody who is disabled is gone from every process within 5 s


class Hub:
    """Built around a roster that the fan-out already delivers to; `start` before the first socket."""

    def __init__(self, services: Services, roster: Roster) -> None:
        self.services = services
        self.roster = roster
        self.clock = OfficeClock(services.database)
        self.meters = Meters(services.settings)
        self.crowd = Crowd(services.settings.connections_per_address)
        self.heartbeats = Heartbeats(services, self.clock)
        self.greeter = Greeter(services)
        self.door = Door(services, roster, self.heartbeats)
        self.draining = False
        self._clerk = Clerk(services)
        self._sessions = Sessions(services, roster)
        self._tellers = Tellers(services, roster)
        self._lookout = Lookout(services, roster, self._tellers, self._sessions, self.door)
        self._disruption = Disruption(services.database.outage, roster, self._tellers)
        self._working = Working()
        self._rounds: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        fanout = self.services.fanout
        fanout.on_signal(MOVED, self._tellers.moved)
        fanout.on_signal(REPLACED, self._replaced)
        fanout.on_signal(SIGNED_OUT, self._signed_out)
        fanout.on_signal(VANISHED, self._vanished)
        fanout.on_signal(CHANGED_LINE, self._changed_line)
        fanout.on_signal(REGAINED, self._regained)
        fanout.on_signal(ANNOUNCED, self._announced)
        await self.clock.measure()
        self._rounds = asyncio.create_task(self._run_rounds(), name="rounds")

    async def stop(self) -> None:
        """Finish what is under way. Everybody has been let go before, by `drain`."""
        self._stopping.set()
        if self._rounds is not None:
            await self._rounds
        await self._working.finished(FINISH_SECONDS)
        await self.heartbeats.finish()
        await self._tellers.stop()

    async def drain(self, spread_seconds: float = SPREAD_SECONDS) -> None:
        """Send everybody to another process, spread over some seconds; orders under way are finished."""
        self.draining = True
        loop = asyncio.get_running_loop()
        for connection in self.roster:
            after_seconds = uniform(0, spread_seconds)  # noqa: S311 - spreading, not secrecy
            connection.tell(ReconnectAsked(round(after_seconds * 1000), "deploy"))
            loop.call_later(after_seconds, connection.close, Close.RESTART)
        await self.roster.emptied(spread_seconds + FINISH_SECONDS)
        await self._working.finished(FINISH_SECONDS)

    async def serve(
        self,
        visit: Visit,
        hello: Hello,
        receive: Receive,
        send: Send,
        *,
        connection_id: str | None = None,
        host: str = "",
        opened: Callable[[Connection], None] = lambda _: None,
    ) -> None:
        """Serve a socket whose sender is known, until it is closed.

        `connection_id`: when it was opened, or the name of the connection that it goes on for, so that it
        is no newer than that was.
        """
        connection = Connection(
            visit.caller,
            hello.stream,
            visit.reference_hash,
            receive=receive,
            send=send,
            clerk=self._clerk,
            attendant=self,
            meter=self.meters.of(visit.caller.address, visit.caller.role),
            working=self._working,
            settings=self.services.settings,
            id=connection_id or connection_id_of(self.clock.now_ns(), hello.stream),
            seen_from=seen_from(hello.stream, host),
        )
        opened(connection)
        async with self.door.inside(connection):
            await self._welcome(connection, hello)
            await connection.serve()

    async def _welcome(self, connection: Connection, hello: Hello) -> None:
        try:
            now = await self.greeter.standing(connection.sender)
        except NotFound:
            connection.close(Close.RESUME_REFUSED)
            return
        except Exception as error:
            self._cannot_greet(connection, error)
            return
        known = hello.seqs if hello.epoch == now.epoch else {}
        try:
            welcome = await self.greeter.greet(connection, now, known)
        except Exception as error:
            self._cannot_greet(connection, error)
            return
        self._disruption.welcomed(connection)
        for call in calls_of(welcome):
            if call.stage == "ringing":
                self._begin(self._ring_here(connection.caller, call))

    async def _ring_here(self, caller: Caller, call: CallShown) -> None:
        with suppress(ConsultError):  # answered meanwhile, or nothing can be written now
            await self.services.switchboard.ring_here(caller, call.ticket, call.id)

    def _cannot_greet(self, connection: Connection, error: Exception) -> None:
        if isinstance(error, Busy):
            log.warning("a connection could not be greeted: %s", error.code)
        else:
            log.error("a connection could not be greeted", exc_info=error)
        connection.close(Close.SERVER_ERROR)

    def heard(self, connection: Connection) -> None:
        self.heartbeats.heard(connection)

    def ping(self, connection: Connection, n: int) -> None:
        self.heartbeats.ping(connection, n)

    async def welcome_again(
        self, connection: Connection, seqs: dict[str, int], epoch: str | None = None
    ) -> None:
        await self.greeter.greet_again(connection, seqs, epoch)

    def _replaced(self, values: tuple[str, ...]) -> None:
        address, newest = values
        self.roster.replace(Address(address), newest)
        newer = max((one.id for one in self.roster.at(Address(address))), default=newest)
        if newer > newest:
            # An older device's request reached a process that did not know better.
            self.services.announcer.replaced(Address(address), newer)

    def _signed_out(self, values: tuple[str, ...]) -> None:
        self._begin(self._sessions.check(values[0]))

    def _vanished(self, values: tuple[str, ...]) -> None:
        if self.roster.at(Address(values[0])):
            self._begin(self.door.still_here(Address(values[0])))

    def _announced(self, _: tuple[str, ...]) -> None:
        self._begin(self.door.tell_again())

    def _changed_line(self, values: tuple[str, ...]) -> None:
        for connection in self.roster.at(Address(values[0])):
            self._begin(connection.refresh())

    def _regained(self, _: tuple[str, ...]) -> None:
        self._begin(self._refresh_everybody())

    async def _refresh_everybody(self) -> None:
        for connection in self.roster:
            await connection.refresh()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._working.add(asyncio.create_task(work))

    async def _run_rounds(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            try:
                await self._round(number)
            except Exception:
                log.exception("a round failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), ROUND_SECONDS)

    async def _round(self, number: int) -> None:
        self._disruption.round()
        await self.heartbeats.round()
        await self.door.note_again()
        await self._lookout.round()
        for connection in [one for one in self.roster if one.behind]:
            await connection.refresh()
        if number % STAFF_EVERY == 0:
            self._begin(self._sessions.check_staff())
        if number % LOOK_AFTER_EVERY == 0:
            await self.clock.measure()
            await self._sessions.check_all()
            self.meters.forget(lambda address: bool(self.roster.at(address)), time.monotonic())
