"""The tables of docs/protocol.md: frames, close codes, error codes and limits."""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields

import msgspec

from consult.errors import BY_CODE
from consult.settings import Settings, variable
from consult.wire.closes import MEANING
from consult.wire.describe_frames import (
    EVERYBODY,
    Struct,
    answers,
    from_client,
    is_order,
    meaning,
    senders,
    to_client,
)

# The settings that a page meets as limits.
LIMITS = (
    "hello_seconds",
    "ping_seconds",
    "call_ping_seconds",
    "applicant_dead_seconds",
    "officer_dead_seconds",
    "call_dead_seconds",
    "chat_characters",
    "applicant_frames_per_second",
    "applicant_frames_burst",
    "officer_frames_per_second",
    "officer_frames_burst",
    "signalling_frames_in_10_seconds",
    "outbox_frames",
    "outbox_bytes",
    "connections_per_address",
)
RETURNS = {
    "resume": "comes back, after a random pause",
    "resume_now": "comes back at once",
    "anew": "gets a new session or stream first",
    "reload": "reloads itself once",
    "wait": "stays away for a minute, then comes back once",
    "no": "stays away",
}


def renewed(page: str) -> str:
    """The page with its tables as they are now; they stand between `<!-- name -->` and `<!-- /name -->`."""
    for name, table in TABLES.items():
        page, found = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, table=table: f"{match[1]}\n{table()}\n\n{match[2]}",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
        if found != 1:
            raise ValueError(f"docs/protocol.md needs one place for the table {name!r}, and has {found}")
    return page


def _orders() -> str:
    rows = [
        (_name(frame), _fields(frame), _who(frame), meaning(frame))
        for frame in from_client()
        if is_order(frame)
    ]
    return _table(("order", "fields", "sent by", "meaning"), rows)


def _ephemeral() -> str:
    rows = [
        (_name(frame), _fields(frame), _who(frame), _answers(frame), meaning(frame))
        for frame in from_client()
        if not is_order(frame)
    ]
    return _table(("frame", "fields", "sent by", "answered by", "meaning"), rows)


def _facts() -> str:
    rows = [(_name(frame), _fields(frame), meaning(frame)) for frame in to_client()]
    return _table(("frame", "fields", "meaning"), rows)


def _closes() -> str:
    rows = [(str(int(code)), told.reason, RETURNS[told.returns]) for code, told in MEANING.items()]
    return _table(("code", "meaning", "the page"), rows)


def _errors() -> str:
    rows = [
        (f"`{code}`", "yes" if error.final else "no", meaning(error))
        for code, error in sorted(BY_CODE.items())
    ]
    return _table(("code", "final", "meaning"), rows)


def _limits() -> str:
    about = {item.name: item for item in fields(Settings)}
    rows = [
        (f"`{variable(name)}`", f"{about[name].default:,}", about[name].metadata["about"]) for name in LIMITS
    ]
    return _table(("setting", "unless set", "meaning"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "orders": _orders,
    "ephemeral": _ephemeral,
    "facts": _facts,
    "closes": _closes,
    "errors": _errors,
    "limits": _limits,
}


def _name(frame: Struct) -> str:
    return f"`{frame.__name__}`"


def _fields(frame: Struct) -> str:
    """Names, with a question mark where a field may be left out."""
    names = (
        f"{field.encode_name}{'' if field.required else '?'}"
        for field in msgspec.structs.fields(frame)
        if field.encode_name != "cseq" or not is_order(frame)
    )
    return " ".join(f"`{name}`" for name in names) or "none"


def _who(frame: Struct) -> str:
    roles = senders(frame)
    return "everybody" if roles == EVERYBODY else ", ".join(role.value for role in roles)


def _answers(frame: Struct) -> str:
    names = [answer.__name__ for answer in answers(frame)]
    if names == ["Refused"]:
        return "nothing, or `Refused`"
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
