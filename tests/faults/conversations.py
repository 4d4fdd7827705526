"""Consultations under way on several servers: pages that come back by themselves, on both sides."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from consult.running.drill.given import Frame
from consult.running.drill.tab import Manners, Tab
from tests.faults.servers import Servers
from tests.support.client import Page, sign_in, take_number
from tests.support.waiting import until

HASTY = Manners(
    first_seconds=0.05, longest_seconds=0.5, answer_seconds=0.6, ping_seconds=0.5, dead_seconds=2.5
)


@dataclass(eq=False)
class Speaker:
    """One side at its page. An officer's speaks in several consultations."""

    name: str
    tab: Tab
    tickets: Sequence[str]


@dataclass(eq=False)
class Consultations:
    citizens: list[Speaker]
    officers: list[Speaker]

    @property
    def all(self) -> list[Speaker]:
        return [*self.citizens, *self.officers]


def tab_of(page: Page, servers: Servers, chance: random.Random, manners: Manners = HASTY) -> Tab:
    """The page, on another server with each connection."""
    hello = page.hello()
    return Tab(hello, lambda: page.elsewhere(chance.choice(servers.open).line.url).dial(), chance, manners)


async def acked(tab: Tab, kind: str, **fields: object) -> Frame:
    answer = await asyncio.wait_for(tab.give(kind, **fields), 60)
    assert answer["t"] == "Acked", answer
    return answer


async def _serve_next(tab: Tab) -> None:
    """Until one is served: for a moment after a start Redis does not know who is here."""

    async def served() -> bool:
        return bool((await tab.give("ServeNext"))["t"] == "Acked")

    await until(served, 60)


@asynccontextmanager
async def under_way(
    servers: Servers, chance: random.Random, for_each: int, manners: Manners = HASTY
) -> AsyncIterator[Consultations]:
    """Every officer of the demo office serves `for_each` citizens; ended without a goodbye."""
    url = servers.all[0].line.url
    names = sorted(name for name in servers.passwords if name.startswith("petugas"))
    service = servers.rows("SELECT id FROM service ORDER BY letter")[0][0]
    consultations = Consultations([], [])
    try:
        for number in range(for_each * len(names)):
            page = await take_number(url, service, name=f"Warga {number}")
            tab = tab_of(page, servers, chance, manners)
            tab.start()
            await asyncio.wait_for(tab.live.wait(), 30)
            assert page.ticket is not None
            consultations.citizens.append(Speaker(f"citizen{number}", tab, [page.ticket]))
        for name in names:
            tab = tab_of(await sign_in(url, name, servers.passwords[name]), servers, chance, manners)
            tab.start()
            await asyncio.wait_for(tab.live.wait(), 30)
            await acked(tab, "Pause")
            for _ in range(for_each):
                await _serve_next(tab)
            await until(lambda tab=tab: len(tab.held.seqs()) == for_each, 30)  # type: ignore[misc]
            consultations.officers.append(Speaker(name, tab, sorted(tab.held.seqs())))
        yield consultations
    finally:
        await asyncio.gather(*(speaker.tab.stop() for speaker in consultations.all))
