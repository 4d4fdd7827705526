"""Many who want a number at the same moment, while others are being served in the same process."""

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2

from tests.faults.conversations import Speaker, under_way
from tests.faults.servers import Servers, running_servers
from tests.support.client import form_token
from tests.support.waiting import until

CONSULTATIONS = 2  # for each officer
FORMS_AT_ONCE = 8
PATIENCE_SECONDS = 120.0
REFUSALS = 100


async def crowd_the_door(
    data_dir: Path, seed: int, joins: int, width: int, database: str = ""
) -> dict[str, Any]:
    """`joins` people send the form at once; the refused send it again, until a hundred times somebody was.

    Returns the figures; raises AssertionError.
    """
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(
            running_servers(data_dir, 1, chance, database=database, CONSULT_JOINS_AT_ONCE=width)
        )
        talks = await stack.enter_async_context(under_way(servers, chance, CONSULTATIONS))
        newcomers = await _newcomers(stack, servers, joins)
        tickets = servers.rows("SELECT count(*) FROM ticket")[0][0]
        answers: Counter[str] = Counter()
        crowd = asyncio.gather(*(_join(http, form, answers) for http, form in newcomers))
        said, returned = await asyncio.gather(
            _talk(talks.citizens, crowd), _return(talks.citizens[-1], crowd)
        )
        await crowd
        new_tickets = servers.rows("SELECT count(*) FROM ticket")[0][0] - tickets
    assert answers["taken"] == new_tickets, "a number was given to somebody who was refused"
    return {
        "joins": joins,
        "answers": dict(answers),
        "messages_while": len(said),
        "message_p50_ms": _ms(sorted(said)[len(said) // 2]),
        "longest_message_ms": _ms(max(said)),
        "returns_while": len(returned),
        "longest_return_ms": _ms(max(returned)),
    }


async def _newcomers(
    stack: AsyncExitStack, servers: Servers, count: int
) -> list[tuple[httpx2.AsyncClient, dict[str, str]]]:
    """So many browsers with the form open, filled in."""
    url = servers.all[0].line.url
    service = servers.rows("SELECT id FROM service ORDER BY letter DESC")[0][0]
    gate = asyncio.Semaphore(FORMS_AT_ONCE)

    async def open_form(number: int) -> tuple[httpx2.AsyncClient, dict[str, str]]:
        # Each form on a connection of its own: one kept open is closed by the server while the crowd gathers.
        alone = httpx2.Limits(max_keepalive_connections=0)
        http = httpx2.AsyncClient(
            base_url=url, trust_env=False, verify=False, timeout=PATIENCE_SECONDS, limits=alone
        )
        await stack.enter_async_context(http)
        async with gate:
            token = await form_token(http, "/")
        form = {"csrf": token, "service": service, "name": f"Baru {number}", "phone": "0812 3456 7890"}
        return http, form | {"application_number": "", "channel": "chat", "notice": "on"}

    return list(await asyncio.gather(*(open_form(number) for number in range(count))))


async def _join(http: httpx2.AsyncClient, form: dict[str, str], answers: Counter[str]) -> None:
    while True:
        answer = await http.post("/tickets", data=form, headers={"Origin": str(http.base_url).rstrip("/")})
        if answer.status_code == 303:
            answers["taken"] += 1
            return
        assert answer.status_code == 503, answer.text
        seconds = answer.headers["Retry-After"]
        assert f"dalam {seconds} detik" in answer.text, "when to try again is not said"
        assert form["name"] in answer.text, "the form has to be filled in again"
        answers["busy"] += 1
        if answers["busy"] >= REFUSALS:
            return


async def _talk(citizens: list[Speaker], crowd: "asyncio.Future[Any]") -> list[float]:
    """How long each message took to be acknowledged, until the crowd was answered."""
    seconds = []
    while not crowd.done():
        began = time.monotonic()
        given = [one.tab.give("PostMessage", ticket=one.tickets[0], text=f"{began}") for one in citizens[:-1]]
        for answer in await asyncio.gather(*given):
            assert answer["t"] == "Acked", answer
        seconds.append(time.monotonic() - began)
    return seconds


async def _return(citizen: Speaker, crowd: "asyncio.Future[Any]") -> list[float]:
    """How long it took to be welcomed again, over and over."""
    tab = citizen.tab
    before = len(tab.absences)
    while not crowd.done():
        connections = tab.connections
        tab.reopen()
        await until(lambda connections=connections: tab.connections > connections and tab.live.is_set(), 60)  # type: ignore[misc]
    return tab.absences[before:]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
