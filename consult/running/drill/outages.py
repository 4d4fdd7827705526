"""What a drill breaks, one thing at a time, and when that counts as mended."""

import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from consult.consultations.stages import Stage
from consult.live.redis import Live
from consult.live.sockets import answers, ask, socket_path
from consult.running.drill.found import RunningOffice
from consult.running.drill.scene import Scene
from consult.settings import Settings

WHOLE_SECONDS = 60.0
AWAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stricken:
    """What an outage works on."""

    office: RunningOffice
    scene: Scene
    settings: Settings
    live: Live


@dataclass(frozen=True, slots=True)
class Outage:
    """`strike` breaks something and returns False when it did not come back in time by itself."""

    name: str
    about: str
    strike: Callable[[Stricken], Awaitable[bool]]
    needs_our_redis: bool = False


async def _cut_sockets(on: Stricken) -> bool:
    for tab in on.scene.tabs.values():
        tab.lose_line()
    return True


async def _flush_redis(on: Stricken) -> bool:
    return b"OK" in ask(socket_path(on.settings.data_dir), b"FLUSHALL\r\n")


async def _kill_redis(on: Stricken) -> bool:
    before = on.office.valkey()
    if before is None:
        return False
    before.send(signal.SIGKILL)

    def is_back() -> bool:
        now = on.office.valkey()
        return now is not None and now.pid != before.pid and answers(socket_path(on.settings.data_dir))

    return await on.scene.until(is_back, WHOLE_SECONDS)


async def _kill_server(on: Stricken) -> bool:
    chosen = random.choice(on.office.servers())  # noqa: S311 - any will do
    chosen.send(signal.SIGKILL)
    return await _replaced(on, chosen.pid)


async def _restart_servers(on: Stricken) -> bool:
    for server in on.office.servers():
        server.send(signal.SIGTERM)
        if not await _replaced(on, server.pid):
            return False
    return True


async def _replaced(on: Stricken, pid: int) -> bool:
    def is_replaced() -> bool:
        return on.office.whole() and all(server.pid != pid for server in on.office.servers())

    return await on.scene.until(is_replaced, WHOLE_SECONDS)


async def _crash_and_return(on: Stricken) -> bool:
    tab = on.scene.tabs[_second(on)]
    tab.breaks_off()
    away = min(AWAY_SECONDS, on.settings.officer_lost_seconds / 2)
    await on.scene.pause(away)
    tab.start()
    return await on.scene.until(tab.live.is_set, WHOLE_SECONDS)


async def _crash_for_good(on: Stricken) -> bool:
    """Whom the lost officer served goes to the head, and on with the other officer."""
    second = _second(on)
    first = next(one.caller.id for one in on.scene.cast.officers if one.caller.id != second)
    left_alone = [ticket for ticket, officer in on.scene.served_by.items() if officer == second]
    on.scene.silent.update(left_alone)
    await on.scene.all_arrived(WHOLE_SECONDS)
    on.scene.tabs[second].breaks_off()
    patience = on.settings.officer_lost_seconds + on.settings.requeue_seconds + WHOLE_SECONDS

    async def at_the_head() -> bool:
        places = [place for place in await on.scene.cast.places() if place.stage is Stage.WAITING]
        return {place.ticket for place in places[: len(left_alone)]} == set(left_alone)

    if not await on.scene.until(at_the_head, patience):
        return False
    for _ in left_alone:
        if await on.scene.serve_next(first) not in left_alone:
            return False
    on.scene.silent.difference_update(left_alone)
    on.scene.tabs[second].start()
    return await on.scene.until(on.scene.tabs[second].live.is_set, WHOLE_SECONDS)


def _second(on: Stricken) -> str:
    return on.scene.cast.officers[-1].caller.id


OUTAGES = (
    Outage("socket cut", "every page's connection breaks without a goodbye", _cut_sockets),
    Outage("Redis flush", "the embedded Valkey is emptied (FLUSHALL)", _flush_redis, True),
    Outage("Redis kill", "the embedded Valkey is killed (SIGKILL)", _kill_redis, True),
    Outage("server kill", "one server process is killed (SIGKILL)", _kill_server),
    Outage("rolling restart", "the servers are restarted one after the other (SIGTERM)", _restart_servers),
    Outage("officer returns", "an officer's browser crashes and comes back at once", _crash_and_return),
    Outage("officer lost", "an officer's browser crashes and does not come back", _crash_for_good),
)
