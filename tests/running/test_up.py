"""`consult up` as a whole: what it says, what it keeps alive, and that it leaves nothing behind."""

import os
import re
import signal
import stat
import urllib.request
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from consult.running.notices import welcome
from consult.settings import Settings
from tests.running.program import Program, consult, everything_of, free_port
from tests.support.waiting import until

SERVER, SWEEP, VALKEY = "-m consult serve", "-m consult sweep", "valkey-server"
MIRROR, RECORDER = "-m consult device-check", "-m consult recorder"
PASSWORDS = "demo-passwords.txt"

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def office(home: Path) -> AsyncIterator[Program]:
    with Program(home, "up", CONSULT_PORT=free_port(), CONSULT_RECORDING="server") as program:
        await program.is_open()
        yield program


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    """As `office`, for all tests that let it run on."""
    home = tmp_path_factory.mktemp("running") / "data"
    with Program(home, "up", CONSULT_PORT=free_port(), CONSULT_RECORDING="server") as program:
        await program.is_open()
        yield program


def address_of(program: Program) -> str:
    found = re.search(r"http://localhost:\d+", program.output)
    assert found
    return found.group()


def answers(address: str, query: str = "") -> bool:
    try:
        with urllib.request.urlopen(f"{address}/livez{query}", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


async def test_it_starts_servers_a_sweep_and_valkey_and_answers(running: Program) -> None:
    home = running.data_dir
    assert answers(address_of(running))
    assert len(everything_of(home, SERVER)) >= 2
    assert len(everything_of(home, VALKEY)) == 1
    await until(lambda: len(everything_of(home, SWEEP)) == 1)
    await until(lambda: len(everything_of(home, MIRROR)) == 1)
    await until(lambda: len(everything_of(home, RECORDER)) == 1)


def test_it_says_where_the_passwords_are_and_never_what_they_are(running: Program) -> None:
    passwords = running.data_dir / PASSWORDS
    assert str(passwords) in running.output
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    accounts = [line.split() for line in passwords.read_text().splitlines() if not line.startswith("#")]
    assert sorted(role for _, _, role in accounts) == [
        "administrator",
        "officer",
        "officer",
        "officer",
        "supervisor",
    ]
    assert not any(password in running.output + running.errors for _, password, _ in accounts)


def test_what_it_writes_is_its_owners_alone(running: Program) -> None:
    files = [path for path in running.data_dir.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.stat().st_mode & 0o077] == []


async def test_no_query_string_reaches_the_log(running: Program) -> None:
    address = address_of(running)
    assert answers(address, "?word=hidden")
    with suppress(InvalidStatus):
        async with connect(f"ws{address.removeprefix('http')}/socket?word=hidden"):
            pass
    await running.says('"GET /livez')
    await running.says('"WebSocket /socket')
    assert "hidden" not in running.output + running.errors


async def test_a_second_start_changes_nothing(home: Path) -> None:
    port = free_port()
    with Program(home, "up", CONSULT_PORT=port) as first:
        await first.is_open()
        passwords = (home / PASSWORDS).read_text()
        assert await first.end(signal.SIGTERM) == 0
    with Program(home, "up", CONSULT_PORT=port) as second:
        await second.is_open()
        assert everything_of(home, RECORDER) == [], "nothing is recorded on the server by default"
        assert (home / PASSWORDS).read_text() == passwords
        assert str(home / PASSWORDS) in second.output


@pytest.mark.parametrize("word", [SERVER, SWEEP, VALKEY, MIRROR, RECORDER])
async def test_a_child_that_is_killed_is_started_again(running: Program, word: str) -> None:
    home = running.data_dir
    await until(lambda: all(everything_of(home, each) for each in (SWEEP, MIRROR, RECORDER)))
    before, said = set(everything_of(home, word)), running.errors.count("started again")
    killed = before.pop()
    os.kill(killed, signal.SIGKILL)

    def is_back() -> bool:
        now = set(everything_of(home, word))
        return killed not in now and len(now) == len(before) + 1

    await until(is_back, 30)
    await until(lambda: answers(address_of(running)), 30)
    await until(lambda: running.errors.count("started again") == said + 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_everything(office: Program, home: Path, number: signal.Signals) -> None:
    assert len(everything_of(home)) >= 4
    assert await office.end(number) == 0
    assert everything_of(home) == []
    assert "Traceback" not in office.errors


async def test_a_parent_that_is_killed_leaves_no_orphan(office: Program, home: Path) -> None:
    assert await office.end(signal.SIGKILL) == -signal.SIGKILL
    await until(lambda: everything_of(home) == [], 15)


async def test_it_starts_again_at_once_after_it_was_killed(home: Path) -> None:
    port = free_port()
    with Program(home, "up", CONSULT_PORT=port) as first:
        await first.is_open()
        await first.end(signal.SIGKILL)
        with Program(home, "up", CONSULT_PORT=port) as second:
            await second.is_open()
            await until(lambda: answers(address_of(second)), 30)
            await until(lambda: len(everything_of(home, VALKEY)) == 1, 30)


async def test_an_empty_office_says_how_to_add_the_first_administrator(home: Path) -> None:
    with Program(home, "up", CONSULT_PORT=free_port(), CONSULT_DEMO="0") as program:
        await program.is_open()
        assert "add-person --role administrator" in program.output
        assert not (home / PASSWORDS).exists()
        # A demo over another database has been here: its passwords let nobody in.
        (home / PASSWORDS).write_text("admin lama administrator\n")
        assert "add-person --role administrator" in await welcome(Settings(data_dir=home, demo=False))
        assert PASSWORDS not in await welcome(Settings(data_dir=home, demo=False))
        added = consult(
            home,
            "add-person",
            "--role",
            "administrator",
            "Kepala Kantor",
            "--password-stdin",
            stdin="tujuh belas kuda\n",
        )
        assert added.returncode == 0, added.stderr
        assert "add-person" not in await welcome(Settings(data_dir=home, demo=False))
        await program.end(signal.SIGTERM)
    with Program(home, "up", CONSULT_PORT=free_port(), CONSULT_DEMO="0") as program:
        await program.is_open()
        assert "add-person" not in program.output
