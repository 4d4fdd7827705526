"""Servers restarted one after the other under load: nothing lost, and nearly everybody is soon back."""

import asyncio
import random
import signal
import time
from pathlib import Path
from typing import Any

from consult.running.drill.tab import Manners, Tab
from tests.faults.audit import audit, converge
from tests.faults.conversations import tab_of, under_way
from tests.faults.kills import Run, speak, until_answered
from tests.faults.servers import Server, Servers, running_servers
from tests.support.client import take_number
from tests.support.waiting import until

SERVERS = 2
FOR_EACH_OFFICER = 3
BACK_SECONDS, BACK_SHARE = 12.0, 0.95
MESSAGES_BETWEEN = 100
# A browser's, but for pings and repeats, which only serve to find lost frames sooner.
PATIENT = Manners(ping_seconds=2.0, dead_seconds=25.0, answer_seconds=5.0)
_PLACES = "SELECT id FROM ticket WHERE stage = 'waiting' ORDER BY returned DESC, order_at, id"


async def restart_rolling(
    data_dir: Path, seed: int, sessions: int, restarts: int, database: str = ""
) -> dict[str, Any]:
    """Restart every server `restarts` times while `sessions` pages wait and write.

    Raises AssertionError: something was lost, or fewer than 95 % of those who returned were back in 12 s.
    """
    began = time.monotonic()
    ends = restarts * SERVERS
    run = Run(seed, MESSAGES_BETWEEN * (ends + 1), ends, random.Random(seed))
    async with running_servers(
        data_dir,
        SERVERS,
        run.chance,
        died=run.died,
        officer_capacity=FOR_EACH_OFFICER,
        database=database,
    ) as servers:
        async with under_way(servers, run.chance, FOR_EACH_OFFICER, PATIENT) as consultations:
            waiting = await _line_up(servers, run.chance, sessions - len(consultations.all))
            before = servers.rows(_PLACES)
            async with asyncio.TaskGroup() as group:
                for speaker in consultations.all:
                    group.create_task(speak(run, speaker))
                for _ in range(restarts):
                    for server in servers.all:
                        await _restart(server)
                await until_answered(run, run.messages)
            await converge(servers, consultations)
            tabs = [*waiting, *(speaker.tab for speaker in consultations.all)]
            await until(lambda: all(tab.live.is_set() for tab in tabs), 60)
            assert servers.rows(_PLACES) == before, "the line changed"
            assert [sum(server.deaths.values()) for server in servers.all] == [restarts] * SERVERS
            assert all(set(server.deaths) == {"exit 0"} for server in servers.all), servers.errors
            absences = [seconds for tab in tabs for seconds in tab.absences]
            await asyncio.gather(*(tab.stop() for tab in waiting))
        audit(run.messages, run.answers, servers, consultations)
    back = sum(seconds <= BACK_SECONDS for seconds in absences)
    assert back >= BACK_SHARE * len(absences), f"{back} of {len(absences)} back in {BACK_SECONDS:g} s"
    return {
        "rolling_restarts": restarts,
        "sessions": sessions,
        "messages": run.answered,
        "reconnects": len(absences),
        "back_in_12_s": back,
        "longest_absence_ms": round(max(absences) * 1000),
        "seconds": round(time.monotonic() - began, 1),
        "lost_messages": 0,
        "lost_places": 0,
    }


async def _line_up(servers: Servers, chance: random.Random, count: int) -> list[Tab]:
    """So many pages that wait for a service nobody is ready for."""
    service = servers.rows("SELECT id FROM service ORDER BY letter DESC")[0][0]
    tabs = []
    for number in range(count):
        page = await take_number(servers.all[0].line.url, service, name=f"Antre {number}")
        tab = tab_of(page, servers, chance, PATIENT)
        tab.start()
        tabs.append(tab)
    await until(lambda: all(tab.live.is_set() for tab in tabs), 60)
    return tabs


async def _restart(server: Server) -> None:
    """As a deploy does: out of the balancer, SIGTERM, back when it serves again."""
    deaths = sum(server.deaths.values())
    server.closed = True
    server.send(signal.SIGTERM)
    await until(lambda: sum(server.deaths.values()) > deaths, 60)
    await server.answers()
    server.closed = False
