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
# An officer's page is told of all it sends: more at once would overflow its own outbox too.
AT_ONCE = OUTBOX_BYTES // (2 * len(LONG))
# Nobody gives up by itself: who is let go was let go by the service.
STEADY = Manners(ping_seconds=2.0, dead_seconds=3_600, answer_seconds=60.0)


async def stall_readers(
    data_dir: Path,
    seed: int,
    readers: int,
    stalled: int,
    messages: int,
    database: str = "",
    most_slower: float | None = None,
) -> dict[str, Any]:
    """`messages` to some while `stalled` others are flooded: first those read, then they do not.

    The flood is the same both times, so what is slower the second time is so because of the stalled.
    Raises AssertionError, also when the 99th percentile grows by more than the part `most_slower`.
    """
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
        calm = await _latencies(consultations, others, chosen, messages, chance)
        connections = [one.tab.connections for one in chosen]
        for one in chosen:
            await until(lambda one=one: _has_all(servers.rows, one), 60)  # type: ignore[misc]
            one.tab.stop_reading()
        hurt = await _latencies(consultations, others, chosen, messages, chance)
        let_go = await _let_go(chosen, connections)
        for one in chosen:
            await until(lambda one=one: _has_all(servers.rows, one), 60)  # type: ignore[misc]
    before, meanwhile = _p99_ms(calm), _p99_ms(hurt)
    if most_slower is not None:
        assert meanwhile <= before * (1 + most_slower), f"others' p99 was {before} ms, then {meanwhile} ms"
    return {
        "readers": len(consultations.citizens),
        "stalled": stalled,
        "let_go": let_go,
        "others_ms": f"p99 {before}, then {meanwhile}; median {_median_ms(calm)}, then {_median_ms(hurt)}",
        "lost": 0,
    }


async def _latencies(
    consultations: Consultations,
    readers: list[Speaker],
    flooded: list[Speaker],
    messages: int,
    chance: random.Random,
) -> list[float]:
    """Seconds from an officer's sending to the citizen's page, one message after the other, in a flood."""
    found = []
    rounds = 0
    flood = asyncio.create_task(_flood(consultations, flooded, 0))
    for number in range(messages):
        due = LONGS * (number + 1) // messages
        if flood.done() and due > rounds:
            await flood
            flood, rounds = asyncio.create_task(_flood(consultations, flooded, due - rounds)), due
        reader = chance.choice(readers)
        ticket = reader.tickets[0]
        shown = reader.tab.held.log[ticket]
        before, began = len(shown), time.monotonic()
        _officer_of(consultations, ticket).give("PostMessage", ticket=ticket, text=f"Pesan {number}")
        await until(lambda shown=shown, before=before: len(shown) > before, 60)  # type: ignore[misc]
        found.append(time.monotonic() - began)
    await flood
    await _flood(consultations, flooded, LONGS - rounds)
    return found


async def _flood(consultations: Consultations, flooded: list[Speaker], rounds: int) -> None:
    for _ in range(rounds):
        for first in range(0, len(flooded), AT_ONCE):
            given = []
            for one in flooded[first : first + AT_ONCE]:
                officer = _officer_of(consultations, one.tickets[0])
                given.append(officer.give("PostMessage", ticket=one.tickets[0], text=LONG))
            for answer in await asyncio.gather(*given):
                assert answer["t"] == "Acked", answer


async def _let_go(chosen: list[Speaker], connections: list[int]) -> int:
    """The service closed their connections; a page that reads again notices and comes back."""
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


def _median_ms(latencies: list[float]) -> int:
    return round(sorted(latencies)[len(latencies) // 2] * 1000)


def _p99_ms(latencies: list[float]) -> int:
    return round(sorted(latencies)[int(len(latencies) * 0.99) - 1] * 1000)
