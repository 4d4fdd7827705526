"""`consult add-person`: the way in for the first administrator, and for others when pages are away."""

import asyncio
import getpass
import sys
import unicodedata
from argparse import Namespace

from consult.accounts.names import clean_name, clean_user_name
from consult.accounts.password import Passwords, check_new_password
from consult.accounts.staff import Staff
from consult.errors import BadRequest, Conflict, SettingsWrong
from consult.office import store as office
from consult.office.store import Service
from consult.people import Role
from consult.running import tables_ready
from consult.settings import Settings
from consult.storage.database import Database

MENDS = {
    "missing": "{field} is missing.",
    "too_long": "{field} has more than {limit} characters.",
    "too_short": "{field} must have at least {least} characters.",
    "too_plain": "{field} is too easy to guess: use more different characters, and not the user name.",
    "no_letter": "{field} has no letter.",
    "characters": "{field} may have small letters, digits, dots, dashes and underscores, 2 to 64 of them.",
}
FIELDS = {"name": "The name", "user_name": "The user name", "password": "The password"}


def add_person(settings: Settings, arguments: Namespace) -> int:
    """Add one person and say so. Raises SettingsWrong when something given is wrong."""
    role = Role(arguments.role)
    letters = [letter.strip().upper() for letter in arguments.services.split(",") if letter.strip()]
    if letters and role is not Role.OFFICER:
        raise SettingsWrong("Only an officer has services: leave --services out.")
    try:
        name = clean_name(arguments.name)
        user_name = clean_user_name(arguments.user_name or _made_from(name))
        password = _password(arguments.password_stdin)
        check_new_password(password, user_name)
        asyncio.run(_add(settings, user_name, name, role, password, letters))
    except BadRequest as refused:
        raise SettingsWrong(_worded(refused)) from None
    except Conflict:
        raise SettingsWrong(
            f"The user name {user_name} is taken: give another one with --user-name."
        ) from None
    print(f"{name} was added as {role.value}; the user name is {user_name}.")
    return 0


def _made_from(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise SettingsWrong("There is no terminal to ask for the password: give it with --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise SettingsWrong("The two passwords differ; nothing was added.")
    return password


async def _add(
    settings: Settings, user_name: str, name: str, role: Role, password: str, letters: list[str]
) -> None:
    await tables_ready.prepare(settings)
    passwords = Passwords(at_once=1)
    database = Database.from_settings(settings)
    await database.start()
    try:
        known = await database.read(office.services)
        services = _chosen(known, letters) if role is Role.OFFICER else []
        await Staff(database, passwords, settings).add(user_name, name, role, password, services)
    finally:
        await database.close()
        passwords.close()


def _chosen(known: list[Service], letters: list[str]) -> list[str]:
    """The ids of these services; of all when none is named."""
    ids = {service.letter: service.id for service in known}
    for letter in letters:
        if letter not in ids:
            there = f"the letters are {', '.join(ids)}" if ids else "none was added yet"
            raise SettingsWrong(f"There is no service {letter}; {there}.")
    return [ids[letter] for letter in letters or ids]


def _worded(refused: BadRequest) -> str:
    values = {**refused.values, "field": FIELDS.get(str(refused.values.get("field")), "A value")}
    return MENDS.get(str(refused.values.get("reason")), "{field} is not right.").format(**values)
