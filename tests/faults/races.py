"""Many matchers and officers in several processes on one database: nobody has two officers, none too many."""

import asyncio
import json
import secrets
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, update

from consult.accounts.store import people
from consult.app import build
from consult.consultations.stages import NEXT_STAGE, Stage, Step
from consult.consultations.store import tickets
from consult.duty import store as duty
from consult.duty.rules import DutyStep
from consult.live.server import EmbeddedValkey
from consult.office import store as office
from consult.office.store import Service
from consult.people import Role
from consult.settings import Settings
from consult.storage import tables
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.faults.racing import Orders, command, result_of, settings_of
from tests.support.rows import rows

PROCESSES = 4
CAPACITY = 3
AT_ONCE = 500
LOOK_SECONDS = 0.1

_LOADS = """
SELECT person_id, load, capacity, (
    SELECT coalesce(sum(units), 0) FROM ticket
    WHERE officer_id = person_id AND stage IN ('offered', 'serving')
) FROM duty
"""
_STEPS = """
SELECT subject, content FROM event WHERE kind = 'stage' AND subject LIKE 'ticket:%' ORDER BY subject, number
"""


async def race_for_everybody(
    data_dir: Path, seed: int, applicants: int, matchers: int, officers: int, database: str = ""
) -> dict[str, Any]:
    """Serve `applicants` by `matchers` in four processes. Returns the figures; raises AssertionError."""
    began = time.monotonic()
    await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
    valkey = EmbeddedValkey(data_dir)
    valkey.start()
    try:
        settings = settings_of(data_dir, database)
        service = await _furnish(settings, applicants, officers)
        looks, told = await _race(settings, service, matchers, seed)
    finally:
        valkey.stop()
    accepted = _follow_every_step(database_url(settings))
    won = [tuple(win) for one in told for win in one["won"]]
    assert len(set(won)) == len(won), "an offer was accepted twice"
    assert set(won) == accepted, "what officers were told differs from what is written"
    return {
        "applicants": applicants,
        "accept_races": sum(one["raced"] for one in told),
        "accepted": len(won),
        "looks_at_load": looks,
        "refusals": dict(sum((Counter(one["refusals"]) for one in told), Counter())),
        "two_officers": 0,
        "over_capacity": 0,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _race(
    settings: Settings, service: str, matchers: int, seed: int
) -> tuple[int, list[dict[str, Any]]]:
    """How often everybody's load was looked at, and what each process won."""
    shares = [matchers // PROCESSES + (number < matchers % PROCESSES) for number in range(PROCESSES)]
    orders = Orders(str(settings.data_dir), settings.database_url, service, shares, seed)
    racing = await asyncio.create_subprocess_exec(*command(orders))
    looks = 0
    try:
        while racing.returncode is None:
            await asyncio.to_thread(_look, database_url(settings))
            looks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(racing.wait(), LOOK_SECONDS)
    finally:
        if racing.returncode is None:
            racing.kill()
            await racing.wait()
    assert racing.returncode == 0
    results = [result_of(settings.data_dir, number) for number in range(PROCESSES)]
    return looks, [json.loads(result.read_text()) for result in results]


def _look(url: str) -> None:
    """Every officer's load is what they hold, and no more than they can."""
    for person, load, capacity, held in rows(url, _LOADS):
        assert load == held <= capacity, f"{person}: load {load}, holds {held} of {capacity}"


def _follow_every_step(url: str) -> set[tuple[str, int, str]]:
    """Each ticket's steps are steps of the table, one officer at a time; returns the accepted offers."""
    stages: dict[str, Stage] = {}
    offers: dict[str, tuple[int, str]] = {}
    accepted = set()
    for subject, content in rows(url, _STEPS):
        ticket, step = subject.removeprefix("ticket:"), json.loads(content)
        before = stages.get(ticket, Stage.WAITING)
        assert step["from"] == before, f"{ticket}: {step} while {before}"
        stages[ticket] = NEXT_STAGE[before, Step(step["step"])]
        if step["step"] == Step.OFFER:
            offers[ticket] = (step["attempt"], step["officer"])
        elif step["step"] == Step.ACCEPT:
            attempt, officer = offers[ticket]
            assert step["officer"] == officer, f"{ticket}: offered to {officer}, accepted by {step}"
            accepted.add((ticket, attempt, officer))
    assert set(stages.values()) == {Stage.ENDED}
    return accepted


async def _furnish(settings: Settings, applicants: int, officers: int) -> str:
    """A service with officers who are ready and a line of people who are here; its id."""
    await asyncio.to_thread(migrate, database_url(settings))
    app = build(settings)
    await app.start()
    service = Service(secrets.token_hex(6), "A", "Layanan", "Service", True, {})
    try:
        await app.database.write(lambda conn: _employ(conn, service, officers))
        waiting: list[str] = []
        for first in range(0, applicants, AT_ONCE):
            numbers = range(first, min(applicants, first + AT_ONCE))
            waiting += await app.database.write(
                lambda conn, numbers=numbers: _queue_up(conn, service, numbers)
            )
        await app.rebuild_line()
        for first in range(0, applicants, AT_ONCE):
            await app.hub.services.presence.seen(*waiting[first : first + AT_ONCE])
    finally:
        await app.stop()
    return service.id


def _employ(conn: Connection, service: Service, officers: int) -> None:
    office.add_service(conn, service, "office")
    for number in range(officers):
        person = f"officer-{number}"
        people.add(conn, person, person, f"Petugas {number}", Role.OFFICER, "-", "office")
        duty.enrol(conn, person, CAPACITY)
        people.set_skills(conn, person, [service.id], "office")
        duty.change(conn, person, DutyStep.BE_READY, "office")


def _queue_up(conn: Connection, service: Service, numbers: range) -> list[str]:
    made = []
    for number in numbers:
        values = {
            "id": f"ticket-{number}",
            "service_id": service.id,
            "day": "2026-01-05",
            "number": number + 1,
            "label": f"A-{number + 1:03d}",
            "channel": "chat",
            "units": 1 + number % 2,
            "name": "Warga",
            "phone": "+6281200000000",
            "application_number": "",
            "language": "id",
            "notice_version": 1,
            "notice_language": "id",
            "secret_hash": secrets.token_bytes(32),
            "pin_hash": "-",
            "visitor_hash": secrets.token_bytes(32),
        }
        made.append(tickets.open_ticket(conn, values).id)
    conn.execute(update(tables.ticket).values(away_since_at=None))
    return made
