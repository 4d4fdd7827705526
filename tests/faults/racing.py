"""The processes of a race: in each, matchers, a sweep, and officers who accept, pass, miss and end at once.

Run as `python -m tests.faults.racing ORDERS`, JSON of `Orders`. Each process writes what it won beside the
database when nobody is left.
"""

import asyncio
import json
import os
import random
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, exists, select

from consult.app import App, build
from consult.consultations.stages import Stage
from consult.errors import ConsultError
from consult.people import Caller, Role
from consult.running.lifeline import hold_on_to
from consult.settings import Settings
from consult.storage import tables
from consult.storage.receipts import Receipt

OFFER_SECONDS = 0.5
LOOK_SECONDS = 0.03
SWEEP_SECONDS = 0.3
# All matchers of all processes begin at the same moment, which is when they get in each other's way.
MATCH_SECONDS = 0.4
# What somebody does with an offer, and how often in a hundred.
MANNERS = {"accept": 55, "accept_or_leave": 10, "accept_or_pass": 10, "late": 10, "pass": 10, "miss": 5}


@dataclass(frozen=True)
class Orders:
    data_dir: str
    database: str
    service: str
    matchers: list[int]
    """How many in each process."""
    seed: int


def settings_of(data_dir: Path, database: str = "") -> Settings:
    """Offers run out soon; nobody is lost or parked meanwhile."""
    return Settings(
        data_dir=data_dir,
        database_url=database,
        offer_seconds=OFFER_SECONDS,
        pass_holds_seconds=0.2,
        offerable_seconds=36_000,
        officer_lost_seconds=36_000,
        hold_seconds=36_000,
        log_level="error",
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """The office at one moment."""

    offered: list[tuple[str, int, str]]  # ticket, attempt, officer
    serving: list[tuple[str, int, str]]  # ticket, epoch, officer
    paused: list[str]
    live: bool


class Racer:
    def __init__(self, app: App, orders: Orders, process: int) -> None:
        self._app = app
        self._orders = orders
        self._matchers = orders.matchers[process]
        self._chance = random.Random(orders.seed + process)
        self._reception = app.pages.reception
        self._over = False
        self._met: set[tuple[str, int]] = set()
        self._acting: set[asyncio.Task[None]] = set()
        self.won: list[tuple[str, int, str]] = []
        self.raced = 0
        self.refusals: Counter[str] = Counter()

    async def run(self) -> None:
        matchers = [asyncio.create_task(self._match()) for _ in range(self._matchers)]
        sweep = asyncio.create_task(self._sweep())
        while not self._over:
            seen = await self._app.database.read(self._look)
            self._over = not seen.live
            self._attend(seen)
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.gather(*matchers, sweep, *self._acting)

    async def _match(self) -> None:
        while not self._over:
            await self._tried(self._app.matching.run())
            await asyncio.sleep(MATCH_SECONDS - time.time() % MATCH_SECONDS)

    async def _sweep(self) -> None:
        while not self._over:
            await self._tried(self._app.sweeping.once())
            await asyncio.sleep(SWEEP_SECONDS)

    def _look(self, conn: Connection) -> Seen:
        ticket, duty = tables.ticket.c, tables.duty.c
        mine = ticket.service_id == self._orders.service
        offered = select(ticket.id, ticket.attempt, ticket.officer_id).where(mine, ticket.stage == "offered")
        serving = select(ticket.id, ticket.assignment_epoch, ticket.officer_id).where(
            mine, ticket.stage == "serving"
        )
        return Seen(
            [tuple(row) for row in conn.execute(offered)],
            [tuple(row) for row in conn.execute(serving)],
            list(conn.execute(select(duty.person_id).where(duty.state == "paused")).scalars()),
            conn.execute(select(exists().where(mine, ticket.stage != Stage.ENDED))).scalar_one(),
        )

    def _attend(self, seen: Seen) -> None:
        for ticket, attempt, officer in seen.offered:
            if (ticket, attempt) not in self._met:
                self._met.add((ticket, attempt))
                self._begin(self._answer(ticket, attempt, _officer(officer)))
        for ticket, epoch, officer in seen.serving:
            if self._chance.random() < 0.5:
                caller = _officer(officer)
                self._begin(self._tried(self._reception.end(caller, ticket, epoch, _receipt(caller))))
        for officer in seen.paused:
            caller = _officer(officer)
            services = self._app.hub.services
            self._begin(self._tried(services.desk.be_ready(caller, _receipt(caller))))

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _answer(self, ticket: str, attempt: int, officer: Caller) -> None:
        manner = self._chance.choices(list(MANNERS), list(MANNERS.values()))[0]
        if manner == "miss":
            return
        if manner == "pass":
            await self._tried(self._reception.pass_on(officer, ticket, attempt, _receipt(officer)))
            return
        if manner == "late":
            await asyncio.sleep(OFFER_SECONDS + self._chance.uniform(-0.06, 0.06))
        rivals: list[Coroutine[Any, Any, Any]] = [self._accept(ticket, attempt, officer)]
        citizen = Caller(Role.APPLICANT, ticket, "Warga")
        if manner == "accept_or_leave":
            rivals.append(self._tried(self._reception.leave(citizen, ticket, _receipt(citizen))))
        elif manner == "accept_or_pass":
            rivals.append(self._tried(self._reception.pass_on(officer, ticket, attempt, _receipt(officer))))
        else:
            rivals.append(self._accept(ticket, attempt, officer))
        self.raced += 1
        self._chance.shuffle(rivals)
        await asyncio.gather(*rivals)

    async def _accept(self, ticket: str, attempt: int, officer: Caller) -> None:
        accept = self._reception.accept(officer, ticket, attempt, _receipt(officer))
        if await self._tried(accept) is not None:
            self.won.append((ticket, attempt, officer.id))

    async def _tried(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except ConsultError as error:
            self.refusals[error.code] += 1
            return None


def _officer(person: str) -> Caller:
    return Caller(Role.OFFICER, person, "Petugas")


def _receipt(caller: Caller) -> Receipt:
    """A tab of its own for each order: every one is a different person's click."""
    return Receipt(secrets.token_hex(12), caller.subject, 1, b"race")


async def race(orders: Orders, process: int) -> None:
    app = build(settings_of(Path(orders.data_dir), orders.database))
    await app.start()
    racer = Racer(app, orders, process)
    try:
        await racer.run()
    finally:
        await app.stop()
    told = {"won": racer.won, "raced": racer.raced, "refusals": racer.refusals}
    result_of(Path(orders.data_dir), process).write_text(json.dumps(told))


def result_of(data_dir: Path, process: int) -> Path:
    return data_dir / f"race-{process}.json"


def command(orders: Orders) -> list[str]:
    return [sys.executable, "-m", "tests.faults.racing", json.dumps(asdict(orders))]


def _run_one(orders: Orders, process: int, parent: int) -> NoReturn:
    code = 1
    try:
        hold_on_to(parent)
        asyncio.run(race(orders, process))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _run_all(orders: Orders) -> int:
    """Each in a process of its own, forked when everything is imported; 0 when all went well."""
    parent, children = os.getpid(), []
    for process in range(len(orders.matchers)):
        child = os.fork()
        if child == 0:
            _run_one(orders, process, parent)
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)


if __name__ == "__main__":
    sys.exit(_run_all(Orders(**json.loads(sys.argv[1]))))
