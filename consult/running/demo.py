"""The demo office: what a newcomer finds on the first start, never put into an office that has anything."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from consult.accounts.password import Passwords
from consult.accounts.store import people
from consult.consultations.credential import new_id
from consult.duty import store as duty
from consult.errors import SettingsWrong
from consult.office import store as office
from consult.office.store import Service
from consult.people import Role
from consult.settings import Settings
from consult.storage.database import Database

ACTOR = "office"

# Permits of DPMPTSP DKI Jakarta that people ask about most.
SERVICES = (
    ("A", "Izin Usaha Jasa Konstruksi (IUJK)", "Construction Services Licence (IUJK)"),
    ("B", "Izin Praktik Perawat (SIPP)", "Nurse Practice Licence (SIPP)"),
    ("C", "Izin Praktik Bidan (SIPB)", "Midwife Practice Licence (SIPB)"),
    ("D", "Izin Penyelenggaraan Reklame", "Billboard and Advertising Permit"),
    ("E", "Izin Penelitian", "Research Permit"),
)
STAFF = (
    ("petugas1", "Petugas 1", Role.OFFICER),
    ("petugas2", "Petugas 2", Role.OFFICER),
    ("petugas3", "Petugas 3", Role.OFFICER),
    ("pengawas", "Kepala Pelayanan", Role.SUPERVISOR),
    ("admin", "Administrator", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True)
class Account:
    user_name: str
    name: str
    role: Role
    password: str
    password_hash: str


def passwords_path(settings: Settings) -> Path:
    return settings.data_dir / "demo-passwords.txt"


async def furnish(settings: Settings) -> None:
    """Fill an empty office, if the settings want a demo; an office that has anything stays as it is."""
    if not settings.demo:
        return
    database = Database.from_settings(settings)
    await database.start()
    try:
        if await database.read(_is_empty):
            staff = await _staff()
            # Written first: an account whose password nobody knows would be of no use.
            _write_passwords(passwords_path(settings), staff)
            await database.write(lambda conn: _fill(conn, staff, settings.officer_capacity))
    finally:
        await database.close()


def _is_empty(conn: Connection) -> bool:
    return not office.services(conn) and not people.anybody(conn)


async def _staff() -> list[Account]:
    passwords = Passwords(at_once=2)
    try:
        made = [(*person, secrets.token_urlsafe(12)) for person in STAFF]
        return [Account(*person, await passwords.hash(person[-1])) for person in made]
    finally:
        passwords.close()


def _write_passwords(path: Path, staff: list[Account]) -> None:
    lines = [
        "# Accounts of the demo office: user name, password, role. Delete this file when they are gone.\n"
    ]
    lines += [f"{account.user_name} {account.password} {account.role.value}\n" for account in staff]
    try:
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise SettingsWrong(
            f"The demo office's passwords cannot be written to {path} ({error.strerror}): "
            "mend the directory's rights, or start with CONSULT_DEMO=0."
        ) from None


def _fill(conn: Connection, staff: list[Account], capacity: int) -> None:
    # Asked again inside the transaction: another `up` may share this database.
    if not _is_empty(conn):
        return
    services = [Service(new_id(), *names, always_open=True, week={}) for names in SERVICES]
    for service in services:
        office.add_service(conn, service, ACTOR)
    for account in staff:
        person_id = new_id()
        people.add(
            conn, person_id, account.user_name, account.name, account.role, account.password_hash, ACTOR
        )
        if account.role is Role.OFFICER:
            duty.enrol(conn, person_id, capacity)
            people.set_skills(conn, person_id, [service.id for service in services], ACTOR)
