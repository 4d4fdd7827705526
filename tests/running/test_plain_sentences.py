"""Whatever is wrong with the settings: one plain sentence, exit code 2, no traceback."""

from pathlib import Path

import pytest

from consult.settings import read
from tests.running.program import consult, free_port

ODD = {
    "a port past the last": {"CONSULT_PORT": "70000"},
    "a host that cannot be a name": {
        "CONSULT_HOST": "a..b",
        "CONSULT_PUBLIC_URL": "https://consult.example",
    },
    "a home of nobody": {"CONSULT_DATA_DIR": "~nobody-here/data"},
    "a database at no port": {"DATABASE_URL": "postgresql://host:many/name"},
    "a database with a foreign option": {"DATABASE_URL": "postgresql://127.0.0.1:1/name?sslmode=require"},
    "a rate of nothing": {"CONSULT_APPLICANT_FRAMES_PER_SECOND": "0"},
    "officers too small for a video consultation": {"CONSULT_OFFICER_CAPACITY": "2"},
    "a proxy by its name": {"CONSULT_TRUSTED_PROXIES": "127.0.0.1, proxy.example"},
    "a STUN server without its scheme": {"CONSULT_STUN_URLS": "stun.example:3478"},
}


@pytest.mark.parametrize("what", ODD)
def test_up_says_what_is_wrong(what: str, tmp_path: Path) -> None:
    given = {"CONSULT_PORT": free_port()} | ODD[what]
    ended = consult(tmp_path / "data", "up", **given)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def test_a_lock_that_is_somebody_elses_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "lock").mkdir(parents=True)
    ended = consult(data, "up", CONSULT_PORT=free_port())
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert "lock" in ended.stderr


@pytest.mark.parametrize("line", ["port = inf", "workers = [1]", 'data_dir = "a\\u0000b"', "demo = 7"])
def test_an_odd_value_in_the_file_is_a_fault_of_its_own(line: str, tmp_path: Path) -> None:
    file = tmp_path / "consult.toml"
    file.write_text(line)
    _, faults = read({"CONSULT_CONFIG": str(file)})
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"CONSULT_{line.partition(' ')[0].upper()} must be")
