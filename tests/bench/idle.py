"""Memory of a server process for each connection of somebody who waits: signed in, welcomed, heard of.

Counted is what the process grows by between a first few people and all of them. Each has pinged, as pages
do every ten seconds; the kernel's own buffers are not in it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from tests.bench.figures import Figure, at_most, plain
from tests.bench.machine import rss_kib
from tests.bench.office import Applicant, Officer, open_office
from tests.bench.tab import Tab

AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Size:
    warm: int = 50
    applicants: int = 1_000
    officers: int = 20
    settle_seconds: float = 3.0  # the last places in the line are told once a second


TINY = Size(warm=2, applicants=5, officers=1, settle_seconds=0.2)


async def run(size: Size = Size()) -> list[Figure]:
    async with open_office(servers=1) as office:
        service = await office.people.service("A")
        officers = await office.people.officers(size.officers, service, capacity=3)
        applicants = await office.people.applicants(size.warm + size.applicants, service, "A")
        tabs = await _enter_and_settle(applicants[: size.warm], size.settle_seconds)
        before = rss_kib(office.servers[0])
        tabs += await _enter_and_settle([*applicants[size.warm :], *officers], size.settle_seconds)
        after = rss_kib(office.servers[0])
        for tab in tabs:
            tab.leave()
    each = (after - before) / (size.applicants + size.officers)
    return [
        at_most("idle", f"{size.applicants + size.officers} people connected: each", [each], 32, " KiB"),
        plain("idle", "the process before them", [before / 1024], " MiB"),
    ]


async def _enter_and_settle(people: Iterable[Applicant | Officer], seconds: float) -> list[Tab]:
    limit = asyncio.Semaphore(AT_ONCE)

    async def enter(person: Applicant | Officer) -> Tab:
        async with limit:
            return await Tab.enter(person.page)

    tabs = await asyncio.gather(*map(enter, people))
    for n in (1, 2):
        await asyncio.sleep(seconds / 2)
        await asyncio.gather(*(tab.ping(n) for tab in tabs))
    return tabs
