"""`consult drill`: breaks a running office on purpose, and counts what that cost."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from consult.errors import SettingsWrong
from consult.running.drill.cast import Cast, Place, Services
from consult.running.drill.found import RunningOffice
from consult.running.drill.given import Broken
from consult.running.drill.outages import OUTAGES, WHOLE_SECONDS, Outage, Stricken
from consult.running.drill.scene import Scene
from consult.settings import Settings

APPLICANTS = 12
SERVED_BY_EACH = 2
WARM_SECONDS = 2.0
LOST = 1

WARNING = """\
This drill breaks the office that runs here, on purpose:
{outages}
Everybody who is connected feels it for some seconds, and the server processes and Valkey are really killed.
Do not run it in opening hours. It makes a service, two officers and {applicants} applicants of its own, which
no page offers; they are closed at the end, and what they wrote stays in the database, marked as a drill."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one outage cost."""

    sent: int
    acknowledged: int
    lost: int
    places_before: int
    places_after: int
    places_lost: int
    whole_seconds: float | None

    @property
    def nothing(self) -> bool:
        return self.lost == 0 and self.places_lost == 0 and self.whole_seconds is not None


def drill(services: Services, arguments: Namespace) -> int:
    """Run the outages and print what each cost; 0 when nothing was lost. Raises SettingsWrong."""
    office = RunningOffice(services.settings)
    outages = _chosen(arguments.outages, services.settings)
    print(WARNING.format(outages=_listed(outages), applicants=APPLICANTS))
    if not arguments.yes and not _agreed():
        print("Nothing was done.")
        return LOST
    return asyncio.run(_run(services, office, outages))


def _chosen(names: Sequence[str], settings: Settings) -> list[Outage]:
    known = {outage.name.replace(" ", "-").lower(): outage for outage in OUTAGES}
    for name in names:
        if name not in known:
            raise SettingsWrong(f"There is no outage {name}; there are {', '.join(known)}.")
    chosen = [known[name] for name in names] or list(OUTAGES)
    if settings.redis_url:
        for outage in chosen:
            if outage.needs_our_redis:
                print(f"Left out: {outage.name}; the Redis of REDIS_URL may be others' as well.")
        chosen = [outage for outage in chosen if not outage.needs_our_redis]
    return chosen


def _listed(outages: Sequence[Outage]) -> str:
    return "\n".join(f"  {outage.name:<16} {outage.about}" for outage in outages)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise SettingsWrong("There is no terminal to ask on: give --yes to run the drill.")
    return input("Type yes to begin: ").strip().lower() == "yes"


async def _run(services: Services, office: RunningOffice, outages: Sequence[Outage]) -> int:
    await services.start()
    cast = Cast(services)
    scene = Scene(office, cast, services.settings)
    costs = []
    try:
        await cast.appear(APPLICANTS)
        await scene.open()
        for officer in cast.officers:
            for _ in range(SERVED_BY_EACH):
                await scene.serve_next(officer.caller.id)
        stricken = Stricken(office, scene, services.settings, services.live)
        print(_row("outage", "sent", "acked", "lost", "places", "after", "lost", "whole after"), flush=True)
        for outage in outages:
            costs.append(cost := await _measure(outage, stricken))
            print(_shown(outage, cost), flush=True)
        await scene.close()
    except Broken as broken:
        print(f"A promise was broken: {broken}")
        return LOST
    finally:
        scene.leave()
        try:
            await cast.go_home()
        finally:
            await services.stop()
    lost = not all(cost.nothing for cost in costs)
    print("Something was lost; see above." if lost else "Nothing was lost.")
    return LOST if lost else 0


async def _measure(outage: Outage, on: Stricken) -> Cost:
    """Both sides of every consultation write before, during and after the outage."""
    scene, clock = on.scene, asyncio.get_running_loop().time
    scene.speeches.clear()
    before = await scene.cast.places()
    scene.speak()
    await scene.pause(WARM_SECONDS)
    struck = clock()
    mended = await outage.strike(on)
    proof = [scene.say(ticket, side) for ticket in scene.served_by for side in ("applicant", "officer")]
    whole = await scene.until(
        lambda: (
            on.office.whole()
            and all(tab.live.is_set() for tab in scene.tabs.values())
            and all(speech.arrived() for speech in proof)
        ),
        WHOLE_SECONDS,
    )
    seconds = clock() - struck
    scene.fall_silent()
    await scene.all_arrived(WHOLE_SECONDS)
    after = await scene.cast.places()
    speeches = scene.speeches
    return Cost(
        len(speeches),
        sum(speech.acknowledged for speech in speeches),
        await scene.lost(),
        len(before),
        len(after),
        _places_lost(before, after),
        seconds if mended and whole else None,
    )


def _places_lost(before: Sequence[Place], after: Sequence[Place]) -> int:
    """Who had a place and has none, and who waits behind somebody who was behind."""
    there = {place.ticket: place for place in after}
    gone = [place for place in before if place.ticket not in there]
    waited = [place.ticket for place in before if place.officer is None and place.ticket in there]
    waits = [place.ticket for place in after if place.officer is None and place.ticket in set(waited)]
    still = [ticket for ticket in waited if ticket in set(waits)]
    return len(gone) + sum(one != other for one, other in zip(still, waits, strict=True))


def _shown(outage: Outage, cost: Cost) -> str:
    whole = f"not in {WHOLE_SECONDS:g} s" if cost.whole_seconds is None else f"{cost.whole_seconds:.1f} s"
    counts = (
        cost.sent,
        cost.acknowledged,
        cost.lost,
        cost.places_before,
        cost.places_after,
        cost.places_lost,
    )
    return _row(outage.name, *map(str, counts), whole)


def _row(name: str, *columns: str) -> str:
    return f"{name:<16}" + "".join(f"{column:>8}" for column in columns[:-1]) + f"{columns[-1]:>14}"
