"""What is asked each second, or by everybody who comes, costs the same after years of consultations."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from consult.consultations.stages import Stage
from consult.consultations.store import guests, holds, line, listeners, log, places, ratings, tickets
from consult.duty import store as duty
from consult.people import Caller, Role
from consult.recordings.store import life as recordings
from consult.signalling import store as calls
from consult.signalling.legs import store as legs
from consult.storage.engines import begin_sqlite, sqlite_engine
from consult.supervision import store as board
from tests.support.databases import SqliteTemplate

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
OFFICER = Caller(Role.OFFICER, "o", "Petugas")
GROWING = (
    "ticket|ticket_pass|call|guest|guest_leg|entry|event|answer|stream|session|"
    "recording|recording_slice|rating"
)

ASKED: dict[str, Callable[[Connection], Any]] = {
    "offers that ran out": line.offers_run_out,
    "away too long": lambda conn: line.away_too_long(conn, 900),
    "left over": lambda conn: line.left_over(conn, "2099-01-01"),
    "gone officers": lambda conn: line.gone_officers(conn, 120, 30),
    "silent officers": lambda conn: duty.silent(conn, 30),
    "free officers": duty.free_officers,
    "whose page is expected": line.unparked,
    "the line": line.waiting,
    "the head of a line": lambda conn: line.waiting(conn, "s", 8),
    "how many wait": lambda conn: line.waiting_count(conn, "s"),
    "who waits for one officer": holds.of_everybody,
    "who waited long enough for one": holds.over,
    "passes": lambda conn: line.passed_lately(conn, "o", 300),
    "the pace": lambda conn: line.served_seconds(conn, "s", 50),
    "a place": lambda conn: line.place_of(conn, tickets.find(conn, "t1")),
    "an officer's consultations": lambda conn: tickets.held_by(conn, "o", Stage.SERVING),
    "an officer's offers": lambda conn: tickets.held_by(conn, "o", Stage.OFFERED),
    "an officer's last entries": lambda conn: log.last_seqs(conn, OFFICER),
    "a browser's place": lambda conn: tickets.live_of_visitor(conn, bytes(32)),
    "another place of a browser": lambda conn: places.is_held_elsewhere(conn, "t1"),
    "how it was rated": lambda conn: ratings.score_of(conn, "t1"),
    "a number of today": lambda conn: tickets.by_label(conn, "A-001", "2099-01-01", 3),
    "a live call": lambda conn: calls.live(conn, "t1"),
    "calls that are due": calls.due,
    "a screen that is shared": lambda conn: log.newest(conn, "t1", "call_screen", "officer", LONG_AGO),
    "a live guest": lambda conn: guests.live(conn, "t1"),
    "links that ran out": guests.due,
    "a guest's page": lambda conn: guests.by_reference(conn, "g1", bytes(32)),
    "guests who are here": lambda conn: guests.alive(conn, {bytes(32)}),
    "what a supervisor listens to": lambda conn: listeners.of_person(conn, "s"),
    "listeners who are heard of": lambda conn: listeners.heard_of(conn, [("s", "t"), ("u", "v")]),
    "listeners who fell silent": listeners.due,
    "a guest's legs": lambda conn: legs.of_call(conn, "g1", "c1"),
    "a consultation's last recording": lambda conn: recordings.last(conn, "t1"),
    "recordings that fell silent": recordings.silent,
    "recordings that are late": recordings.late,
    "recordings that were kept long enough": lambda conn: recordings.outlived(conn, 30),
    "the board's services": board.services,
    "the board's officers": board.officers,
    "the board's calls": board.calls,
    "who is being served": board.served,
    "who has a number now": lambda conn: board.numbered(conn, "A-002"),
}


@pytest.fixture(scope="module")
def history(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one service, one officer, and a finished consultation."""
    path = Path(sqlite_template.copy_to(tmp_path_factory.mktemp("history")).removeprefix("sqlite:///"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as conn:
        for statement in _HISTORY:
            conn.execute(text(statement))
    engine.dispose()
    return path


@pytest.mark.parametrize("what", ASKED)
def test_it_is_found_by_an_index(history: Path, what: str) -> None:
    engine = sqlite_engine(history, writes=False)
    said: list[str] = []
    with engine.connect() as conn, conn.begin():
        begin_sqlite(conn, writes=False)
        driver: Any = conn.connection.dbapi_connection
        driver.set_trace_callback(said.append)
        ASKED[what](conn)
        driver.set_trace_callback(None)
        asked = [statement for statement in said if re.match(r"\s*SELECT", statement)]
        assert asked, "nothing was asked"
        plans = [row[3] for one in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {one}")]
    engine.dispose()
    whole = [plan for plan in plans if re.match(rf"SCAN ({GROWING})\b(?!.*\bix_ticket_line\b)", plan)]
    assert not whole, f"{what}: {whole}"


_HISTORY = (
    "INSERT INTO service (id, letter, name_id, name_en) VALUES ('s', 'A', 'a', 'a')",
    "INSERT INTO person (id, user_name, name, role, password_hash, added_at) "
    "VALUES ('o', 'o', 'o', 'officer', '-', 0)",
    "INSERT INTO duty (person_id, state, since_at, capacity, seen_at, idle_since_at) "
    "VALUES ('o', 'available', 0, 3, 0, 0)",
    "INSERT INTO ticket (id, service_id, day, number, label, channel, units, name, phone, language, "
    "notice_version, notice_language, secret_hash, pin_hash, stage, joined_at, order_at, served_at, "
    "ended_at) VALUES ('t1', 's', '2026-01-01', 1, 'A-001', 'chat', 1, 'n', 'p', 'id', 1, 'id', x'00', "
    "'-', 'ended', 0, 0, 0, 0)",
    "INSERT INTO ticket (id, service_id, day, number, label, channel, units, name, phone, language, "
    "notice_version, notice_language, secret_hash, pin_hash, stage, joined_at, order_at) "
    "VALUES ('t2', 's', '2026-01-01', 2, 'A-002', 'chat', 1, 'n', 'p', 'id', 1, 'id', x'00', '-', "
    "'waiting', 0, 0)",
)
