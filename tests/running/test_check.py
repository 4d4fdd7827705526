"""`consult check` names everything at once."""

from pathlib import Path

import pytest

from tests.running.program import Program, consult, free_port


def test_what_is_right_is_said_to_be_right(tmp_path: Path) -> None:
    ended = consult(tmp_path / "data", "check", CONSULT_PORT=free_port())
    assert ended.returncode == 0, ended.stdout
    assert "Everything is in order." in ended.stdout


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ({}, "no TURN here"),
        ({"CONSULT_TURN_URLS": "turn:turn.example"}, "the officer's media only through TURN"),
        ({"CONSULT_TURN_URLS": "turn:turn.example", "CONSULT_RELAY_ONLY": "off"}, "by any path"),
        ({"CONSULT_TURN_URLS": "turn:turn.example", "CONSULT_RELAY_ONLY": "both"}, "all media only through"),
    ],
)
def test_it_says_whose_address_a_call_hides(tmp_path: Path, said: dict[str, str], whose: str) -> None:
    given = {"CONSULT_PORT": free_port(), "CONSULT_TURN_SECRET": "s"} | said
    ended = consult(tmp_path / "data", "check", **given)
    assert ended.returncode == 0, ended.stdout
    assert f"calls: {whose}" in ended.stdout


def test_every_fault_is_named_in_one_go(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")
    wrong = {
        "CONSULT_PORT": "many",
        "CONSULT_WORKERS": "0",
        "CONSULT_LOG_LEVEL": "loud",
        "CONSULT_TIME_ZONE": "Asia/Atlantis",
        "CONSULT_PUBLIC_URL": "http://consult.example",
        "CONSULT_TURN_URLS": "turn:turn.example",
        "CONSULT_TLS_CERTIFICATE": "certificate.pem",
        "CONSULT_NONSENSE": "1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": "mysql://127.0.0.1/consult",
    }
    ended = consult(home, "check", **wrong)
    assert ended.returncode == 2
    named = [line for line in ended.stdout.splitlines() if line.startswith("wrong")]
    for name in (*wrong, "CONSULT_DATA_DIR"):
        assert any(name in line for line in named), name
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis+sentinel://127.0.0.1:1,127.0.0.1:2/kantor", "no Sentinel answers"),
        ("redis+cluster://127.0.0.1:1", "no Cluster answers"),
        ("redis+sentinel://127.0.0.1:1", "redis+sentinel://host:26379,host:26379/service"),
    ],
)
def test_sentinels_and_clusters_are_looked_for(tmp_path: Path, address: str, said: str) -> None:
    ended = consult(tmp_path / "data", "check", CONSULT_PORT=free_port(), REDIS_URL=address)
    assert ended.returncode == 2
    (named,) = [line for line in ended.stdout.splitlines() if line.startswith("wrong")]
    assert "REDIS_URL" in named and said in named
    assert ended.stderr == ""


def test_the_file_of_settings_is_checked_too(tmp_path: Path) -> None:
    config = tmp_path / "consult.toml"
    config.write_text('prot = 8000\ndemo = "perhaps"\n')
    ended = consult(tmp_path / "data", "check", CONSULT_CONFIG=config, CONSULT_PORT=free_port())
    assert ended.returncode == 2
    assert "'prot'" in ended.stdout
    assert "CONSULT_DEMO must be 1 or 0" in ended.stdout


async def test_it_may_be_asked_while_everything_runs(tmp_path: Path) -> None:
    port = free_port()
    with Program(tmp_path / "data", "up", CONSULT_PORT=port) as program:
        await program.is_open()
        ended = consult(tmp_path / "data", "check", CONSULT_PORT=port)
        assert ended.returncode == 0, ended.stdout
