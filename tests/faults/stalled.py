"""Readers that stop reading among readers that do: who reads is as quick, and who stalled comes back."""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from consult.running.drill.tab import Manners, Tab
from tests.faults.conversations import Consultations, Speaker, under_way
from tests.faults.servers import running_servers
from tests.support.waiting import until

LONG = "x" * 3_900
OUTBOX_BYTES = 65_536
LONGS = 250  # more than kernel, line and outbox hold for one reader
BUFFER_BYTES = 16_384
# Nobody gives up by itself: who is let go was let go by the service.
STEADY = Manners(ping_seconds=2.0, dead_seconds=3_600, answer_seconds=60.0)


async def stall_readers(
    data_dir: Path, seed: int, readers: int, stalled: int, messages: int, database: str = ""
) -> dict[str, Any]:
    """`messages` to those who read, before and while `stalled` others do not. Raises AssertionError."""
    chance = random.Random(seed)
    each = readers // 3
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(
            running_servers(
                data_dir,
                1,
                chance,
                officer_capacity=each,
                database=database,
                CONSULT_OUTBOX_BYTES=OUTBOX_BYTES,
            )
        )
        servers.all[0].line.buffer_bytes = BUFFER_BYTES
        consultations = await stack.enter_async_context(under_way(servers, chance, each, STEADY))
        # The last officer's citizens: the others' messages wait behind none of theirs.
        theirs = consultations.officers[-1].tickets
        chosen = [one for one in consultations.citizens if one.tickets[0] in theirs][:stalled]
        others = [one for one in consultations.citizens if one.tickets[0] not in theirs]
        calm = await _latencies(consultations, others, messages, chance)
        for one in chosen:
            one.tab.stop_reading()
        flood = asyncio.create_task(_flood(consultations, chosen))
        hurt = await _latencies(consultations, others, messages, chance)
        await flood
        let_go = await _let_go(chosen)
        for one in chosen:
            await until(lambda one=one: _has_all(servers.rows, one), 60)  # type: ignore[misc]
    return {
        "readers": len(consultations.citizens),
        "stalled": stalled,
        "let_go": let_go,
        "others_p99_ms_before": _p99_ms(calm),
        "others_p99_ms_while": _p99_ms(hurt),
        "lost": 0,
    }


async def _latencies(
    consultations: Consultations, readers: list[Speaker], messages: int, chance: random.Random
) -> list[float]:
    """Seconds from an officer's sending to the citizen's page, one message after the other."""
    found = []
    for number in range(messages):
        reader = chance.choice(readers)
        ticket = reader.tickets[0]
        shown = reader.tab.held.log[ticket]
        before, began = len(shown), time.monotonic()
        _officer_of(consultations, ticket).give("PostMessage", ticket=ticket, text=f"Pesan {number}")
        await until(lambda shown=shown, before=before: len(shown) > before, 60)  # type: ignore[misc]
        found.append(time.monotonic() - began)
    return found


async def _flood(consultations: Consultations, chosen: list[Speaker]) -> None:
    for _ in range(LONGS):
        given = []
        for one in chosen:
            officer = _officer_of(consultations, one.tickets[0])
            given.append(officer.give("PostMessage", ticket=one.tickets[0], text=LONG))
        for answer in await asyncio.gather(*given):
            assert answer["t"] == "Acked", answer


async def _let_go(chosen: list[Speaker]) -> int:
    """The service closed their connections; a page that reads again notices and comes back."""
    connections = [one.tab.connections for one in chosen]
    for one in chosen:
        one.tab.read_on()
    await until(
        lambda: all(one.tab.connections > before for one, before in zip(chosen, connections, strict=True)), 60
    )
    return len(chosen)


def _officer_of(consultations: Consultations, ticket: str) -> Tab:
    return next(officer.tab for officer in consultations.officers if ticket in officer.tickets)


def _has_all(rows: Any, one: Speaker) -> bool:
    last: int = rows("SELECT last_seq FROM ticket WHERE id = ?", one.tickets[0])[0][0]
    return len(one.tab.held.log[one.tickets[0]]) == last


def _p99_ms(latencies: list[float]) -> int:
    return round(sorted(latencies)[int(len(latencies) * 0.99) - 1] * 1000)
