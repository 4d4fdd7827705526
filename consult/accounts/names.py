"""Names as people type them: of persons, services and accounts. Pure."""

import re
import unicodedata

from consult.errors import BadRequest

NAME_CHARACTERS = 120
APPLICATION_NUMBER_CHARACTERS = 64
_USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
# Control and format characters could reorder or hide what stands beside a name.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_line(typed: str) -> str:
    """One line of text: composed, without invisible characters, single spaces, trimmed."""
    text = unicodedata.normalize("NFC", typed.encode("utf-8", "replace").decode())
    seen = (" " if unicodedata.category(c) in {"Zl", "Zp"} or c in "\t\r\n" else c for c in text)
    kept = "".join(c for c in seen if unicodedata.category(c) not in _INVISIBLE)
    return " ".join(kept.split())


def clean_name(typed: str, field: str = "name", longest: int = NAME_CHARACTERS) -> str:
    """Raises BadRequest with the reason: `missing`, `too_long` or `no_letter`."""
    name = clean_line(typed)
    if not name:
        raise BadRequest(field=field, reason="missing")
    if len(name) > longest:
        raise BadRequest(field=field, reason="too_long", limit=longest)
    if not any(character.isalpha() for character in name):
        raise BadRequest(field=field, reason="no_letter")
    return name


def clean_application_number(typed: str) -> str:
    """May be empty. Raises BadRequest with the reason `too_long`."""
    number = clean_line(typed)
    if len(number) > APPLICATION_NUMBER_CHARACTERS:
        raise BadRequest(field="application_number", reason="too_long", limit=APPLICATION_NUMBER_CHARACTERS)
    return number


def user_name_of(typed: str) -> str:
    """The account a person means: case and width do not matter."""
    return unicodedata.normalize("NFKC", typed.strip()).casefold()


def clean_user_name(typed: str) -> str:
    """For a new account. Raises BadRequest with the reason `missing` or `characters`."""
    name = user_name_of(typed)
    if not name:
        raise BadRequest(field="user_name", reason="missing")
    if _USER_NAME.fullmatch(name) is None:
        raise BadRequest(field="user_name", reason="characters")
    return name
