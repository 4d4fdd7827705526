"""Whatever keeps `up` from starting is one plain sentence and exit code 2."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running.program import Program, consult, everything_of, free_port


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def refusal(home: Path, *arguments: str, **settings: object) -> str:
    """What was said; fails unless it was one sentence with exit code 2 and nothing was left running."""
    ended = consult(home, *(arguments or ("up",)), **{"CONSULT_PORT": free_port(), **settings})
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert everything_of(home) == []
    return ended.stderr.strip()


def test_a_port_that_is_taken(home: Path, taken_port: int) -> None:
    said = refusal(home, CONSULT_PORT=taken_port)
    assert said.startswith(f"Port {taken_port} on 127.0.0.1 is taken")
    assert "CONSULT_PORT" in said


async def test_a_data_directory_that_is_in_use(home: Path) -> None:
    with Program(home, "up", CONSULT_PORT=free_port()) as program:
        await program.is_open()
        ended = consult(home, "up", CONSULT_PORT=free_port())
        assert ended.returncode == 2
        assert f"is in use by another `consult up` (process {program.process.pid})" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


def test_a_data_directory_that_is_a_file(home: Path) -> None:
    home.write_text("")
    said = refusal(home)
    assert said.startswith(f"The data directory {home} cannot be written")
    assert "CONSULT_DATA_DIR" in said


def test_a_data_directory_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written (Not a directory)" in refusal(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:1/0", "http://127.0.0.1:6379", "redis://name:hidden-word@127.0.0.1:1/0", "nonsense"],
)
def test_a_redis_that_is_not_there(home: Path, url: str) -> None:
    said = refusal(home, REDIS_URL=url)
    assert "REDIS_URL" in said
    assert "hidden-word" not in said


def test_a_redis_address_where_something_else_answers(home: Path, taken_port: int) -> None:
    assert "REDIS_URL" in refusal(home, REDIS_URL=f"redis://127.0.0.1:{taken_port}/0")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://name:hidden-word@127.0.0.1:1/consult",
        "postgresql://name:hidden-word@no-such-host.invalid/consult",
        "mysql://127.0.0.1/consult",
        "nonsense",
    ],
)
def test_a_database_that_is_not_there(home: Path, url: str) -> None:
    said = refusal(home, DATABASE_URL=url)
    assert "DATABASE_URL" in said
    assert "hidden-word" not in said


def test_a_database_that_does_not_exist_on_its_server(home: Path, postgres_url: str) -> None:
    missing = postgres_url.replace("/t", "/no_such_", 1)
    assert "does not exist" in refusal(home, DATABASE_URL=missing)


def test_a_database_file_that_is_none(home: Path) -> None:
    home.mkdir()
    (home / "consult.sqlite3").write_text("this is not a database, however long it is " * 50)
    assert "file is not a database" in refusal(home)


def test_a_wrong_setting(home: Path) -> None:
    assert refusal(home, CONSULT_WORKERS="many") == "CONSULT_WORKERS must be a whole number, not 'many'."


def test_a_setting_that_does_not_exist(home: Path) -> None:
    assert "CONSULT_WORKER is not a setting" in refusal(home, CONSULT_WORKER="2")


def test_an_open_address_without_a_public_one(home: Path) -> None:
    assert "CONSULT_PUBLIC_URL" in refusal(home, CONSULT_HOST="0.0.0.0")  # noqa: S104


def test_an_address_of_another_machine(home: Path) -> None:
    said = refusal(home, CONSULT_HOST="192.0.2.1", CONSULT_PUBLIC_URL="https://consult.example")
    assert said.startswith("192.0.2.1 is not an address of this machine")


def test_a_certificate_that_is_none(home: Path) -> None:
    said = refusal(home, CONSULT_TLS_CERTIFICATE="/dev/null", CONSULT_TLS_KEY="/dev/null")
    assert "CONSULT_TLS_CERTIFICATE" in said


@pytest.mark.parametrize("command", ["serve", "sweep", "rebuild-line"])
def test_a_part_alone_without_any_redis(home: Path, command: str) -> None:
    said = refusal(home, command)
    assert "start `consult up` over it first, or set REDIS_URL" in said
