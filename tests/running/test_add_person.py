"""`consult add-person`, over a database that nothing else has touched."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from consult.accounts.password import Passwords
from consult.accounts.store import people
from consult.duty import store as duty
from consult.people import Role
from consult.running.demo import furnish
from consult.settings import Settings
from consult.storage.migrations import migrate
from tests.running.program import REPOSITORY, consult, environment
from tests.support.databases import opened

PASSWORD = "tujuh belas kuda"


def add(home: Path, *arguments: str, password: str = PASSWORD) -> "subprocess.CompletedProcess[str]":
    return consult(home, "add-person", *arguments, "--password-stdin", stdin=f"{password}\n")


async def test_a_person_who_was_added_can_sign_in(tmp_path: Path) -> None:
    ended = add(tmp_path, "--role", "administrator", "Kepala Kantor")
    assert ended.returncode == 0, ended.stderr
    assert "the user name is kepala.kantor" in ended.stdout
    async with opened(f"sqlite:///{tmp_path / 'consult.sqlite3'}") as database:
        account = await database.read(lambda conn: people.account(conn, "kepala.kantor"))
    assert account is not None and account.role is Role.ADMINISTRATOR
    passwords = Passwords(at_once=1)
    assert await passwords.fits(account.password_hash, PASSWORD)
    passwords.close()


async def test_an_officer_knows_the_services_that_are_named_and_has_a_desk(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    migrate(f"sqlite:///{settings.sqlite_path}")
    await furnish(settings)
    ended = add(tmp_path, "--role", "officer", "Petugas Baru", "--user-name", "baru", "--services", "b, C")
    assert ended.returncode == 0, ended.stderr
    async with opened(f"sqlite:///{settings.sqlite_path}") as database:
        everybody = await database.read(people.everybody)
        officer = next(person for person in everybody if person.user_name == "baru")
        assert len(officer.service_ids) == 2
        assert (
            await database.read(lambda conn: duty.find(conn, officer.id))
        ).capacity == settings.officer_capacity


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (["Kepala"], "short", "The password must have at least 12 characters."),
        (["Kepala"], "aaaaaaaaaaaaaaaa", "The password is too easy to guess"),
        (["Kepala"], "", "The password is missing."),
        (["Kepala", "--user-name", "Ibu Kepala"], PASSWORD, "The user name may have small letters"),
        (["123"], PASSWORD, "The name has no letter."),
        (["Kepala", "--services", "A"], PASSWORD, "Only an officer has services"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    tmp_path: Path, arguments: list[str], password: str, said: str
) -> None:
    ended = add(tmp_path, "--role", "supervisor", *arguments, password=password)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_service_that_does_not_exist_is_named(tmp_path: Path) -> None:
    ended = add(tmp_path, "--role", "officer", "Petugas", "--services", "Z")
    assert ended.returncode == 2
    assert "There is no service Z" in ended.stderr


def test_a_user_name_that_is_taken_stays_who_it_was(tmp_path: Path) -> None:
    assert add(tmp_path, "--role", "supervisor", "Pengawas").returncode == 0
    ended = add(tmp_path, "--role", "administrator", "Pengawas")
    assert ended.returncode == 2
    assert "The user name pengawas is taken" in ended.stderr


def test_without_a_terminal_the_way_around_is_named(tmp_path: Path) -> None:
    ended = consult(tmp_path, "add-person", "--role", "supervisor", "Pengawas")
    assert ended.returncode == 2
    assert "--password-stdin" in ended.stderr


@pytest.mark.parametrize(("again", "code"), [(PASSWORD, 0), ("something else", 2)])
def test_a_terminal_is_asked_twice_and_shows_nothing(tmp_path: Path, again: str, code: int) -> None:
    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-m", "consult", "add-person", "--role", "supervisor", "Pengawas"],
        cwd=REPOSITORY,
        env=environment(tmp_path),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    for question, answer in ((b"Password: ", PASSWORD), (b"The same again: ", again)):
        while question not in shown:
            shown += os.read(ours, 1024)
        os.write(ours, f"{answer}\n".encode())
    assert asking.wait(60) == code
    os.close(ours)
    assert PASSWORD.encode() not in shown
