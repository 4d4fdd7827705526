"""How long an officer waits for "accept" while two processes post messages as fast as they can.

The messages are those of the relay, full: a closed loop in which each conversation has one message under
way. Beside it officers at both processes accept an offer, end the consultation and are offered the next.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from tests.bench.figures import Figure, at_most, percentile, plain
from tests.bench.machine import starved_seconds
from tests.bench.office import BenchOffice, Officer, open_office
from tests.bench.relay import Relay
from tests.bench.tab import Tab
from tests.support.client import Frame


@dataclass(frozen=True, slots=True)
class Size:
    conversations: int = 100
    officers: int = 4
    waiting: int = 300
    rounds: int = 5
    seconds: float = 3.0


TINY = Size(conversations=4, officers=2, waiting=20, rounds=1, seconds=1.5)


class Desk:
    """An officer who accepts every offer and ends at once."""

    def __init__(self, officer: Officer) -> None:
        self._officer = officer
        self._offers: asyncio.Queue[Frame] = asyncio.Queue()
        self.waits_seconds: list[float] = []

    async def open(self) -> None:
        self._tab = await Tab.enter(self._officer.page, self._hears)

    def _hears(self, frame: Frame) -> None:
        if frame["t"] == "OfferMade":
            self._offers.put_nowait(frame["offer"])

    async def work(self, seconds: float) -> None:
        """Take one after the other for so long, or until nobody waits any more."""
        self.waits_seconds.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    offer = await self._offers.get()
                    await asyncio.shield(asyncio.ensure_future(self._take(offer)))

    async def _take(self, offer: Frame) -> None:
        begun = time.perf_counter()
        await self._tab.ordered("AcceptOffer", ticket=offer["ticket"], attempt=offer["attempt"])
        self.waits_seconds.append(time.perf_counter() - begun)
        await self._tab.ordered("EndConsultation", ticket=offer["ticket"])


class Counter:
    """The desks of one service and its line."""

    def __init__(self, office: BenchOffice) -> None:
        self._office = office
        self._taken = 0
        self._open = 0
        self.desks: list[Desk] = []

    async def open(self, officers: int) -> None:
        people = self._office.people
        self._service = await people.service("B")
        at = len(self._office.urls)
        found = await people.officers(officers, self._service, 1, lambda number: number % at, ready=True)
        self.desks = [Desk(officer) for officer in found]
        for desk in self.desks:
            await desk.open()

    async def fill(self, waiting: int) -> None:
        """As many people as that wait, with their pages open."""
        at = len(self._office.urls)
        missing = waiting - (self._open - self._taken)
        came = await self._office.people.applicants(missing, self._service, "B", lambda number: number % at)
        for applicant in came:
            await Tab.enter(applicant.page)
        self._open += missing

    async def work(self, seconds: float) -> list[float]:
        """The waits for each accept, in seconds; longer than asked for when there was none by then."""
        if self._open == self._taken:
            raise RuntimeError("nobody waits")
        waits: list[float] = []
        while not waits:
            await asyncio.gather(*(desk.work(seconds) for desk in self.desks))
            waits = [wait for desk in self.desks for wait in desk.waits_seconds]
        self._taken += len(waits)
        return waits


async def run(size: Size = Size()) -> list[Figure]:
    full, calm, posted, starved = [], [], [], []
    async with open_office() as office:
        relay, counter = Relay(office), Counter(office)
        await relay.open(size.conversations)
        await counter.open(size.officers)
        await relay.full(size.seconds / 3)
        for _ in range(size.rounds):
            await counter.fill(size.waiting)
            calm.append(percentile(await counter.work(size.seconds / 2), 90) * 1e3)
            await counter.fill(size.waiting)
            used = office.cpu()[0]
            lacked = starved_seconds(*office.servers)
            _, waits = await asyncio.gather(relay.full(size.seconds), counter.work(size.seconds))
            full.append(percentile(waits, 90) * 1e3)
            posted.append(len(relay.round.heard_seconds) / size.seconds)
            used = office.cpu()[0] - used
            lacked = starved_seconds(*office.servers) - lacked
            starved.append(100 * lacked / (used + lacked))
    return [
        at_most("accept", "p90 while both processes post", full, 50, " ms"),
        plain("accept", "p90 while nobody posts", calm, " ms"),
        plain("accept", "messages a second meanwhile", posted, ""),
        plain("accept", "time the servers were ready without a processor", starved, " %"),
    ]
