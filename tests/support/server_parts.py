"""What one server process holds between a page and the rows: it can be stopped in the middle, and crash."""

import asyncio
import secrets
from pathlib import Path

from consult.accounts.attempts import Attempts
from consult.accounts.doorkeeper import Doorkeeper, Visit
from consult.accounts.guest_door import GuestDoor
from consult.accounts.password import Passwords
from consult.chat.suggestion_box import SuggestionBox
from consult.chat.transcript import Transcript
from consult.live.announcer import Announcer
from consult.live.fanout import Fanout
from consult.live.limits import Allowance
from consult.live.line_index import LineIndex
from consult.live.presence import Presence
from consult.live.redis import Live
from consult.office.office import Office
from consult.papers.tray import Tray
from consult.people import Address
from consult.queue.bringing_forward import BringingForward
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
from consult.settings import Settings
from consult.signalling.legs.listening import Listening
from consult.signalling.legs.third_chair import ThirdChair
from consult.signalling.switchboard import Switchboard
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.engines import begin_sqlite
from consult.storage.orders import Order, T
from consult.storage.readers import SqliteReader
from consult.storage.receipts import Receipt

PHOTOS_PER_TICKET = 3
UNLIMITED = 10**6


class StepwiseMatching(Matching):
    """Matches when the test says so, not by itself: the model has to know when an offer is made."""

    def soon(self) -> None:
        return None


class ReaderHere(SqliteReader):
    """Reads a file where it is asked: the way to a thread and back would cost more than most queries."""

    async def start(self) -> None:
        self._connection = self._engine.connect()
        await super().start()

    async def read(self, query: Order[T]) -> T:
        with self._connection.begin():
            begin_sqlite(self._connection, writes=False)
            moments.forget(self._connection)
            return query(self._connection)

    async def close(self) -> None:
        self._connection.close()
        await super().close()


class StoppableDatabase(Database):
    """As if its process were stopped between what it has read and what it is about to write."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if self._file is not None:
            self._reader = ReaderHere(self._file)
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.stopped = asyncio.Event()

    async def write(
        self,
        order: Order[T],
        receipt: Receipt | None = None,
        *,
        ahead: bool = False,
        newcomer: bool = False,
    ) -> T:
        if not self.goes_on.is_set():
            self.stopped.set()
            await self.goes_on.wait()
        return await super().write(order, receipt, ahead=ahead, newcomer=newcomer)


class ServerParts:
    """The services as `App` puts them together, without the hub and without what runs by itself."""

    def __init__(self, url: str, redis_address: str, directory: Path) -> None:
        self._url = url
        self._redis = redis_address
        # Redis has a clock of its own: here a page is heard of until it says goodbye, and nobody tries too
        # often.
        self._settings = Settings(
            offerable_seconds=UNLIMITED,
            pin_tries_per_ticket_in_10_minutes=UNLIMITED,
            sign_ins_per_address_in_10_minutes=UNLIMITED,
            photos_per_ticket=PHOTOS_PER_TICKET,
            recording="browser",
            recordings_dir=str(directory / "recordings"),
        )
        self.frames: list[tuple[Address, bytes]] = []
        """What pages that this process holds were sent."""
        self._pages: set[Address] = set()
        self._passwords = Passwords(at_once=1)

    async def open(self) -> None:
        settings = self._settings
        self.database = StoppableDatabase(self._url)
        self.live = Live.connect(self._redis)
        self.fanout = Fanout(self.live, secrets.token_hex(4), lambda *sent: self.frames.append(sent))
        await self.database.start()
        before = asyncio.all_tasks()
        await self.fanout.start()
        self._tasks = asyncio.all_tasks() - before
        announcer, index = Announcer(self.fanout), LineIndex(self.live, gathering_seconds=0)
        self.presence = Presence(self.live, settings.offerable_seconds)
        usher = Usher(announcer, index)
        self.line = Line(self.database, index, settings)
        self.matching = StepwiseMatching(self.database, index, self.line, usher, settings)
        self.recordings = Recordings(self.database, announcer, settings)
        self.switchboard = Switchboard(self.database, announcer, settings, self.recordings)
        self.reception = Reception(
            self.database, usher, self.matching, self.presence, self.switchboard, settings
        )
        self.handover = Handover(self.database, self.reception, announcer, self.switchboard, settings)
        self.ticket_machine = TicketMachine(self.database, usher, _as_it_is, settings)
        self.desk = Desk(self.database, usher, self.matching, self.reception)
        self.stepping_in = SteppingIn(self.database, self.reception, self.switchboard)
        self.bringing_forward = BringingForward(self.database, usher, self.matching)
        self.reopening = Reopening(self.database, usher, self.matching, self.presence, announcer, settings)
        self.office = Office(self.database, settings, moved=announcer.moved)
        allowance = Allowance(self.live)
        attempts = Attempts(allowance)
        self._open_beside_the_line(announcer, allowance, attempts)
        self.doorkeeper = Doorkeeper(self.database, self._passwords, attempts, announcer, settings)
        self.going_home = GoingHome(usher, self.matching, self.reception, self.switchboard)
        self.transcript = Transcript(self.database, announcer, settings)
        self.sweeping = Sweeping(
            self.database,
            self.reception,
            self.line,
            self.matching,
            usher,
            self.presence,
            self.switchboard,
            settings,
        )

    def _open_beside_the_line(self, announcer: Announcer, allowance: Allowance, attempts: Attempts) -> None:
        """Guests, listeners, photos, slices and ratings."""
        settings = self._settings
        self.third_chair = ThirdChair(self.database, announcer, settings, self.recordings)
        self.listening = Listening(self.database, announcer, settings, self.recordings)
        self.guest_door = GuestDoor(self.database, attempts, announcer, settings)
        self.slices = Slices(self.database, settings)
        self.tray = Tray(self.database, announcer, allowance, settings)
        self.suggestion_box = SuggestionBox(self.database, settings)

    async def arrive(self, address: Address) -> None:
        """A page of this person's opens here."""
        self._pages.add(address)
        self.fanout.hold(address)

    async def connect(self, address: Address, ticket: str) -> None:
        """A citizen's page opens here."""
        await self.arrive(address)
        await self.reception.appeared(ticket)

    async def disconnect(self, address: Address) -> None:
        self._pages.discard(address)
        self.fanout.let_go(address)

    def everybody_goes(self) -> None:
        """All pages close; what they were sent is forgotten."""
        for address in self._pages:
            self.fanout.let_go(address)
        self._pages.clear()
        self.frames.clear()

    async def sign_out(self, visit: Visit, agreed: bool) -> None:
        """As the page that is asked for does it."""
        left = await self.doorkeeper.sign_out(
            visit, lambda conn: self.going_home.leave(conn, visit.caller, agreed)
        )
        if left is not None:
            await self.going_home.tell(left)

    async def sweep(self) -> None:
        await self.sweeping.once()
        await self.switchboard.expire()
        await self.third_chair.expire()
        await self.listening.expire()
        await self.recordings.lapse_silent()

    async def close(self) -> None:
        self.database.goes_on.set()
        await self.fanout.close()
        await self.live.close()
        await self.database.close()
        self.tray.close()

    async def crash(self) -> None:
        """Gone without a word to Redis or anybody; started again, it knows nothing of before."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self.close()  # of sockets and files, as the kernel does; who would say goodbye is dead already
        await self.open()


async def _as_it_is(pin: str) -> str:
    return pin
