"""`consult drill` against a real `consult up`: it breaks the office, counts nothing lost, and tidies up."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.running.program import REPOSITORY, Program, consult, environment, everything_of, free_port

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
    pytest.mark.timeout(600),
]
# An officer is given up sooner here, though not before heartbeats, noted every 5 s, can be a little late.
QUICK = {"CONSULT_OFFICER_LOST_SECONDS": 15, "CONSULT_REQUEUE_SECONDS": 5, "CONSULT_LOG_LEVEL": "error"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def office(home: Path) -> AsyncIterator[Program]:
    with Program(home, "up", CONSULT_PORT=free_port(), **QUICK) as program:
        await program.is_open()
        yield program


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{home / 'consult.sqlite3'}?mode=ro", uri=True)) as opened:
        return opened.execute(query).fetchall()


def drill(home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "consult", "drill", "--yes"],
        cwd=REPOSITORY,
        env=environment(home, **QUICK),
        capture_output=True,
        text=True,
        timeout=500,
    )


async def test_every_outage_costs_nothing_and_nothing_of_the_drill_stays(office: Program, home: Path) -> None:
    before = set(everything_of(home, "-m consult serve"))
    drilled = await asyncio.to_thread(drill, home)
    assert drilled.returncode == 0, drilled.stdout + drilled.stderr
    costs = re.findall(
        r"^([A-Za-z ]+?) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +[\d.]+ s$", drilled.stdout, re.MULTILINE
    )
    assert [cost[0] for cost in costs] == [
        "socket cut",
        "Redis flush",
        "Redis kill",
        "server kill",
        "rolling restart",
        "officer returns",
        "officer lost",
    ]
    for name, sent, acknowledged, lost, places, after, places_lost in costs:
        assert int(sent) == int(acknowledged) >= 16, name
        assert (lost, places, after, places_lost) == ("0", "12", "12", "0"), name
    assert not before & set(everything_of(home, "-m consult serve"))  # each was really replaced
    assert "Valkey ended and is started again" in office.errors
    assert rows(home, "SELECT DISTINCT stage FROM ticket") == [("ended",)]
    assert rows(
        home, "SELECT count(*) FROM person WHERE user_name LIKE 'drill-%' AND disabled_at IS NULL"
    ) == [(0,)]
    assert rows(home, "SELECT count(*) FROM service WHERE retired_at IS NULL") == [(5,)]


def test_it_asks_before_it_breaks_anything(office: Program, home: Path) -> None:
    ended = consult(home, "drill", "socket-cut", **QUICK)
    assert ended.returncode == 2
    assert "give --yes" in ended.stderr
    assert "Do not run it in opening hours" in ended.stdout
    assert rows(home, "SELECT count(*) FROM ticket") == [(0,)]


def test_without_an_office_it_says_so(home: Path) -> None:
    ended = consult(home, "drill", "--yes")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"No `consult up` runs over {home}")


def test_with_other_settings_than_the_office_it_says_so(office: Program, home: Path) -> None:
    ended = consult(home, "drill", "--yes", DATABASE_URL=f"sqlite:///{home}/another.sqlite3", **QUICK)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"The office over {home} runs with another DATABASE_URL")
    assert not (home / "another.sqlite3").exists()


def test_an_outage_that_does_not_exist(office: Program, home: Path) -> None:
    ended = consult(home, "drill", "--yes", "earthquake", **QUICK)
    assert ended.returncode == 2
    assert "There is no outage earthquake; there are socket-cut" in ended.stderr
