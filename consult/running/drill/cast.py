"""The drill's own service, officers and applicants: offered to nobody else, and closed afterwards."""

import secrets
import string
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from consult.accounts.cookies import new_random
from consult.accounts.doorkeeper import Doorkeeper, lifetimes
from consult.accounts.store import people, sessions
from consult.accounts.visitor import token_of
from consult.consultations.credential import hash_of, new_id
from consult.consultations.stages import Stage
from consult.consultations.store import line, log
from consult.duty import store as duty
from consult.errors import ConsultError
from consult.live.redis import Live
from consult.office import notice
from consult.office import store as office
from consult.office.store import Service
from consult.pages.services import PageServices
from consult.people import Caller, Role
from consult.queue.ticket_machine import TicketForm
from consult.running.drill.given import Frame
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt

SERVICE = ("Latihan gangguan (drill)", "Outage drill")
OFFICERS = 2
UNITS = 12  # one officer could take everybody
ACTOR = "drill"


class Services(Protocol):
    """What a drill needs of the composed service; `consult.app.App` is the one that answers."""

    settings: Settings
    database: Database
    live: Live
    doorkeeper: Doorkeeper
    pages: PageServices

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody of the drill, with an open session."""

    caller: Caller
    cookie: str
    hello: Frame


@dataclass(frozen=True, slots=True)
class Place:
    ticket: str
    stage: Stage
    officer: str | None


class Cast:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._lives = lifetimes(services.settings)
        self.service = ""
        self.letter = ""
        self.officers: list[Player] = []
        self.applicants: list[Player] = []

    async def appear(self, applicants: int) -> None:
        """Make the service, its officers and so many applicants, in this order in its line."""
        names = [f"{SERVICE[0]} {number + 1}" for number in range(OFFICERS)]
        people_ids = await self._services.database.write(lambda conn: self._employ(conn, names))
        for person_id, name in zip(people_ids, names, strict=True):
            self.officers.append(await self._player(Caller(Role.OFFICER, person_id, name)))
        for number in range(applicants):
            self.applicants.append(await self._applicant(number))

    def _employ(self, conn: Connection, names: list[str]) -> list[str]:
        """A service that is retired from its first moment: no page offers it."""
        taken = set(conn.execute(office.letters).scalars())
        letters = (a + b for a in reversed(string.ascii_uppercase) for b in reversed(string.ascii_uppercase))
        self.letter = next(letter for letter in letters if letter not in taken)
        self.service = new_id()
        office.add_service(conn, Service(self.service, self.letter, *SERVICE, True, {}), ACTOR)
        hired = []
        for name in names:
            person_id = new_id()
            # No password has this hash: only the drill comes in under these names.
            people.add(conn, person_id, f"drill-{secrets.token_hex(4)}", name, Role.OFFICER, "-", ACTOR)
            duty.enrol(conn, person_id, UNITS)
            people.set_skills(conn, person_id, [self.service], ACTOR)
            hired.append(person_id)
        office.retire_service(conn, self.service, ACTOR)
        return hired

    async def _applicant(self, number: int) -> Player:
        name = f"{SERVICE[0]} {number + 1}"
        form = TicketForm(
            self.service, self.letter, name, "+6281200000000", "", "chat", "id", notice.VERSION, "id"
        )
        now = await self._services.database.read(moments.now)
        today = now.astimezone(self._services.settings.zone).date()
        taken = await self._services.pages.ticket_machine.take(form, secrets.token_bytes(32), today)
        return await self._player(Caller(Role.APPLICANT, taken.ticket_id, name))

    async def _player(self, caller: Caller) -> Player:
        reference = new_random()
        start = sessions.start_applicant if caller.role is Role.APPLICANT else sessions.start_staff
        await self._services.database.write(
            lambda conn: start(conn, hash_of(reference), caller.id, self._lives)
        )
        names = self._services.doorkeeper.cookie_names
        name = names.ticket(caller.id) if caller.role is Role.APPLICANT else names.name("staff")
        hello = {"t": "Hello", "v": 1, "stream": secrets.token_hex(12), "csrf": token_of(reference)}
        if caller.role is Role.APPLICANT:
            hello["ticket"] = caller.id
        return Player(caller, f"{name}={reference}", hello)

    async def places(self) -> list[Place]:
        """Everybody of the drill who has a place, served or waiting; the line in its order."""

        def query(conn: Connection) -> list[Place]:
            mine = [row for row in line.unparked(conn) if row.service_id == self.service]
            order = {row.id: number for number, row in enumerate(line.waiting(conn, self.service))}
            mine.sort(key=lambda row: (order.get(row.id, -1), row.id))
            return [Place(row.id, row.stage, row.officer_id) for row in mine]

        return await self._services.database.read(query)

    async def kept(self, ticket: str) -> list[Frame]:
        """A conversation as the database has it: seq, kind and text of each entry."""
        entries = await self._services.database.read(lambda conn: log.after(conn, ticket, 0))
        return [{"seq": entry.seq, "kind": entry.kind, "text": entry.text} for entry in entries]

    async def go_home(self) -> None:
        """Close every place and disable the officers; what was said stays, marked as the drill's."""
        reception = self._services.pages.reception
        for place in await self.places():
            caller = Caller(Role.APPLICANT, place.ticket, SERVICE[0])
            receipt = Receipt(secrets.token_hex(12), caller.subject, 1, b"drill")
            try:
                if place.stage is Stage.SERVING:
                    await reception.end(caller, place.ticket, None, receipt)
                else:
                    await reception.leave(caller, place.ticket, receipt)
            except ConsultError as error:
                if error.code != "ended":
                    raise
        office = Caller(Role.ADMINISTRATOR, ACTOR, ACTOR)
        for officer in self.officers:
            await self._services.doorkeeper.disable(officer.caller.id, office)
