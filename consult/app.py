"""The composition root: settings in, the whole service out. The only place that knows every room."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property

from starlette.applications import Starlette
from starlette.types import ASGIApp

from consult.accounts.admission import Admission
from consult.accounts.attempts import Attempts
from consult.accounts.doorkeeper import Doorkeeper
from consult.accounts.guest_door import GuestDoor
from consult.accounts.origins import Origins
from consult.accounts.password import Passwords
from consult.accounts.staff import Staff
from consult.chat.suggestion_box import SuggestionBox
from consult.chat.transcript import Transcript
from consult.hub.endpoint import Endpoint
from consult.hub.hub import Hub
from consult.hub.polling.routes import poll_routes
from consult.hub.roster import Roster
from consult.hub.services import Services
from consult.live import address
from consult.live.announcer import Announcer
from consult.live.fanout import Fanout
from consult.live.limits import Allowance
from consult.live.line_index import LineIndex
from consult.live.presence import Presence
from consult.live.redis import Live
from consult.office.office import Office
from consult.pages.services import PageServices
from consult.pages.site import build_asgi
from consult.papers.tray import Tray
from consult.precall.checks import DeviceChecks
from consult.queue.bringing_forward import BringingForward
from consult.queue.changes import Changes
from consult.queue.desk import Desk
from consult.queue.going_home import GoingHome
from consult.queue.handover import Handover
from consult.queue.line import Line
from consult.queue.matching import Matching
from consult.queue.reception import Reception
from consult.queue.reopening import Reopening
from consult.queue.stepping_in import SteppingIn
from consult.queue.sweeping import Sweeping
from consult.queue.ticket_machine import TicketMachine
from consult.queue.usher import Usher
from consult.recordings.recordings import Recordings
from consult.recordings.slices import Slices
from consult.recordings.studio import Studio
from consult.settings import Settings
from consult.signalling.legs.listening import Listening
from consult.signalling.legs.relay import LegRelay
from consult.signalling.legs.third_chair import ThirdChair
from consult.signalling.relay import Relay
from consult.signalling.switchboard import Switchboard
from consult.storage.database import Database
from consult.storage.forgetting import forget_answers
from consult.supervision.board import Board

RECONCILE_EVERY = 10  # rounds of the sweep, one a second
PRUNE_EVERY = 600
# Longer than any page keeps an order it could not send.
ANSWERS_KEPT = timedelta(days=2)


class App:
    """One process of the service. Built cheaply; `start` opens the database and Redis."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database.from_settings(settings)
        self.live = Live.connect(address.address(settings))
        roster = Roster()
        self.fanout = Fanout(self.live, secrets.token_hex(8), roster.deliver)
        announcer = Announcer(self.fanout)
        presence = Presence(self.live, settings.offerable_seconds)
        index = LineIndex(self.live)
        usher = Usher(announcer, index)
        self.line = Line(self.database, index, settings)
        self.matching = Matching(self.database, index, self.line, usher, settings)
        self.recordings = Recordings(self.database, announcer, settings)
        self.slices = Slices(self.database, settings)
        self.studio = Studio(self.database, announcer, self.recordings, settings)
        self.switchboard = Switchboard(self.database, announcer, settings, self.recordings)
        self.third_chair = ThirdChair(self.database, announcer, settings, self.recordings)
        self.listening = Listening(self.database, announcer, settings, self.recordings)
        self.passwords = Passwords(settings.password_hashes_at_once)
        allowance = Allowance(self.live)
        attempts = Attempts(allowance)
        self.doorkeeper = Doorkeeper(self.database, self.passwords, attempts, announcer, settings)
        reception = Reception(
            self.database,
            usher,
            self.matching,
            presence,
            self.switchboard,
            settings,
        )
        self.sweeping = Sweeping(
            self.database, reception, self.line, self.matching, usher, presence, self.switchboard, settings
        )
        self.device_checks = DeviceChecks(self.database, announcer, settings)
        self.tray = Tray(self.database, announcer, allowance, settings)
        desk = Desk(self.database, usher, self.matching, reception)
        services = Services(
            settings=settings,
            database=self.database,
            live=self.live,
            fanout=self.fanout,
            announcer=announcer,
            presence=presence,
            doorkeeper=self.doorkeeper,
            reception=reception,
            desk=desk,
            handover=Handover(self.database, reception, announcer, self.switchboard, settings),
            reopening=Reopening(self.database, usher, self.matching, presence, announcer, settings),
            bringing_forward=BringingForward(self.database, usher, self.matching),
            stepping_in=SteppingIn(self.database, reception, self.switchboard),
            line=self.line,
            changes=Changes(self.database),
            transcript=Transcript(self.database, announcer, settings),
            suggestion_box=SuggestionBox(self.database, settings),
            switchboard=self.switchboard,
            relay=Relay(self.database, announcer, settings, self.switchboard),
            third_chair=self.third_chair,
            leg_relay=LegRelay(self.database, announcer, settings, self.recordings),
            listening=self.listening,
            device_checks=self.device_checks,
            recordings=self.recordings,
            studio=self.studio,
            board=Board(self.database, self.live.outage),
        )
        self.hub = Hub(services, roster)
        self.pages = PageServices(
            settings=settings,
            database=self.database,
            live=self.live,
            allowance=allowance,
            office=Office(self.database, settings, moved=announcer.moved),
            staff=Staff(self.database, self.passwords, settings, moved=announcer.moved),
            doorkeeper=self.doorkeeper,
            admission=Admission(self.database, self.passwords, attempts, settings),
            guest_door=GuestDoor(self.database, attempts, announcer, settings),
            reception=reception,
            desk=desk,
            going_home=GoingHome(usher, self.matching, reception, self.switchboard),
            ticket_machine=TicketMachine(self.database, usher, self.passwords.hash_pin, settings),
            line=self.line,
            slices=self.slices,
            tray=self.tray,
        )
        self._round = 0

    @cached_property
    def asgi(self) -> ASGIApp:
        """Pages and the socket; its lifespan starts and stops everything below."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            await self.start()
            await self.hub.start()
            try:
                yield
            finally:
                await self.hub.stop()
                await self.stop()

        socket = Endpoint(self.hub, Origins(self.settings))
        return build_asgi(self.pages, poll_routes(self.hub), {"/socket": socket}, lifespan)

    async def start(self) -> None:
        """Open the database and Redis. Raises SettingsWrong when one cannot be used."""
        await self.database.start()
        await self.fanout.start()

    async def stop(self) -> None:
        """Finish what was accepted and close."""
        await self.matching.stop()
        await self.device_checks.stop()
        await self.studio.stop()
        await self.fanout.close()
        await self.database.close()
        await self.live.close()
        self.passwords.close()
        self.tray.close()

    async def drain(self) -> None:
        """Send everybody who is connected to another process, spread over some seconds."""
        await self.hub.drain()

    async def sweep_once(self) -> None:
        """Carry out what is due; each second, from any process, several at once do no harm.

        What fails holds up nothing else: calls end on time though the line cannot be put in order.
        """
        due: list[Callable[[], Awaitable[object]]] = [
            self.sweeping.once,
            self.switchboard.expire,
            self.third_chair.expire,
            self.listening.expire,
            self.recordings.lapse_silent,
        ]
        if self._round % RECONCILE_EVERY == 0:
            due += [self.sweeping.reconcile, self.slices.finish_late]
        if self._round % PRUNE_EVERY == 0:
            due += [lambda: forget_answers(self.database, ANSWERS_KEPT), self.doorkeeper.prune]
            due += [self.slices.remove_old, self.tray.erase_old]
        self._round += 1
        failed = [error for work in due if (error := await _failure(work)) is not None]
        if failed:
            raise failed[0]

    async def rebuild_line(self) -> int:
        """Build the index of the line anew from the database. Returns how many people wait."""
        return await self.line.rebuild()


async def _failure(work: Callable[[], Awaitable[object]]) -> Exception | None:
    try:
        await work()
    except Exception as error:
        return error
    return None


def build(settings: Settings) -> App:
    """The service for these settings, not yet started."""
    return App(settings)
