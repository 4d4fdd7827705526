"""Tell people in the line, officers and supervisors what moved: on change, and at most once a second each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from consult.errors import ConsultError
from consult.hub.connection import Connection
from consult.hub.roster import Roster
from consult.hub.services import Services
from consult.people import Role
from consult.wire import codec
from consult.wire.to_client import LineShown, PositionTold

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class Paced:
    """Runs `work` at once when asked, and not again within a second: asked meanwhile, it runs once more."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._asked = False
        self._running: asyncio.Task[None] | None = None
        self._resting: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        self._asked = True
        if self._running is None and self._resting is None:
            self._begin()

    async def stop(self) -> None:
        if self._running is not None:
            await asyncio.wait({self._running})
        if self._resting is not None:
            self._resting.cancel()

    def _begin(self) -> None:
        self._asked = False
        self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._work()
        except ConsultError as error:
            log.debug("not told: %s", error.code)
        except Exception:
            log.exception("what moved could not be told")
        self._running = None
        self._resting = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._asked:
            self._begin()


class Tellers:
    def __init__(self, services: Services, roster: Roster) -> None:
        self._services = services
        self._roster = roster
        self._lines: dict[str, Paced] = {}
        self._desks = Paced(self._tell_desks)
        self._board = Paced(self._tell_board)

    def moved(self, services: tuple[str, ...]) -> None:
        """The lines or the staffing of these services changed; of none, what desks and the board show."""
        for service in services:
            line = self._lines.get(service)
            if line is None:
                line = self._lines[service] = Paced(partial(self._tell_line, service))
            line.ask()
        self._desks.ask()
        self._board.ask()

    def everything(self) -> None:
        """Anything may have changed: the lines of whoever is here, the desks and the board."""
        self.moved(tuple({one.service for one in self._roster if one.service is not None}))

    async def stop(self) -> None:
        for paced in (*self._lines.values(), self._desks, self._board):
            await paced.stop()

    async def _tell_line(self, service: str) -> None:
        """The order is read once; everybody's place in it is counted here."""
        here = {one.caller.id: one for one in self._roster if one.service == service}
        if not here:
            return
        order = await self._services.line.order(service)
        pace = await self._services.line.pace(service)
        for position, ticket in enumerate(order, start=1):
            connection = here.get(ticket)
            if connection is not None:
                _tell_if_new(connection, pace.told(ticket, position, len(order)))

    async def _tell_desks(self) -> None:
        officers = self._roster.of(Role.OFFICER)
        if not officers:
            return
        lines = await self._services.line.waiting_for_each({one.caller.id for one in officers})
        for connection in officers:
            line, total = lines[connection.caller.id]
            _tell_if_new(connection, LineShown(line, total))

    async def _tell_board(self) -> None:
        supervisors = self._roster.of(Role.SUPERVISOR)
        if not supervisors:
            return
        board = await self._services.board.shown()
        content, frame = msgspec.structs.replace(board, at=0), codec.encode(board)
        for connection in supervisors:
            if connection.told != content:
                connection.told = content
                connection.deliver(frame)


def _tell_if_new(connection: Connection, frame: PositionTold | LineShown) -> None:
    content = msgspec.structs.replace(frame, at=0) if isinstance(frame, PositionTold) else frame
    if connection.told != content:
        connection.told = content
        connection.tell(frame)
