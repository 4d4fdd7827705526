"""Taking a number: one live place for each browser, whoever asks at the same moment."""

import asyncio
import secrets
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from consult.audit.store import record
from consult.errors import Busy
from consult.queue.ticket_machine import TicketForm
from consult.storage.tables import ticket
from consult.storage.waiting import NEWCOMERS_BEHIND, NEWCOMERS_RETRY_MS
from tests.support.line import TODAY, Line
from tests.support.offices import open_door

TAPS = 10
FLOOD = 4 * NEWCOMERS_BEHIND  # enough for each of the lanes of a PostgreSQL writer


async def test_two_servers_asked_at_once_give_one_place(
    line: Line, tmp_path: Path, database_url: str, valkey: str
) -> None:
    form = TicketForm(line.service, "A", "Ana", "+62812", "", "chat", "id", 1, "id")
    async with open_door(tmp_path, database_url, valkey) as door:
        other = Line(door, line.service)
        for _ in range(TAPS):
            visitor = secrets.token_bytes(32)
            taps = [one.ticket_machine.take(form, visitor, TODAY) for one in (line, other, line, other)]
            taken = await asyncio.gather(*taps)
            assert len({one.ticket_id for one in taken}) == 1
            assert sum(one.fresh for one in taken) == 1
    assert len(await line.app.line.order(line.service)) == TAPS
    numbers = await line.app.database.read(_numbers)
    assert numbers == list(range(1, TAPS + 1)), "no number is skipped"


def _numbers(conn: Connection) -> list[int]:
    return list(conn.execute(select(ticket.c.number).order_by(ticket.c.number)).scalars())


async def test_numbers_keep_their_sequence_when_the_clock_is_set_back(line: Line) -> None:
    came = [(await line.citizen()).id, (await line.citizen()).id]
    await line.pass_time(-300)
    came += [(await line.citizen()).id, (await line.citizen()).id]
    assert await line.app.line.order(line.service) == came


async def test_when_flooded_new_numbers_wait_and_who_is_here_is_served(line: Line) -> None:
    """Refused with a time; in the same flood an officer accepts somebody who was here before."""
    officer, here = await line.officer(), await line.citizen()
    attempt = await line.offer(officer, here)
    database = line.app.database

    def note(conn: Connection) -> None:
        record(conn, "flood", "flood", "nobody", {})

    flood = [asyncio.create_task(database.write(note)) for _ in range(FLOOD)]
    await asyncio.sleep(0)
    accepting = asyncio.create_task(line.reception.accept(officer, here.id, attempt, line.receipt(officer)))
    with pytest.raises(Busy) as refusal:
        await line.citizen()
    assert refusal.value.retry_ms == NEWCOMERS_RETRY_MS
    await accepting
    assert (await line.ticket(here)).stage == "serving"
    await asyncio.gather(*flood, return_exceptions=True)  # the last of them may have waited for too long
    await line.citizen()
