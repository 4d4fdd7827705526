"""Client frames made from the wire's own structs: a right one of each kind, and every way to be wrong."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import inspect

from consult.wire.from_client import ClientFrame, FromClient

KINDS: tuple[type[FromClient], ...] = ClientFrame.__args__
NOBODYS = "nobodys-ticket-or-call"
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"

# Written as they stand: no JSON writer makes most of these.
_ANY_KIND = {"an array": "[]", "an object": "{}", "deeply nested": "[" * 30_000 + "]" * 30_000}
_NUMBERS = {
    "below zero": "-1",
    "2^53": str(2**53),
    "2^64": str(2**64),
    "endless": "9" * 5_000,
    "a fraction": "1.5",
    "a float": "1.0",
    "1e400": "1e400",
    "NaN": "NaN",
    "Infinity": "-Infinity",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """`text` has exactly one fault. `cseq`: the number that can be read in spite of it."""

    name: str
    text: str
    cseq: int | None


def sample(kind: type[FromClient], **given: Any) -> dict[str, Any]:
    """A frame of this kind that can be read; fields that may be left out are."""
    told = {"t": kind.__name__}
    told |= {field.encode_name: _right(field.type) for field in _fields(kind) if field.required}
    return told | {name: value for name, value in given.items() if name in kind.__struct_fields__}


def is_numbered(kind: type[FromClient]) -> bool:
    return "cseq" in kind.__struct_fields__


def wrong_frames(kind: type[FromClient], cseq: int) -> Iterator[Wrong]:
    """Every field of the kind with every value it must not have, and without those it needs."""
    right = sample(kind, cseq=cseq)
    for field in _fields(kind):
        name = field.encode_name
        if field.required:
            rest = {key: value for key, value in right.items() if key != name}
            yield Wrong(f"{kind.__name__} without {name}", json.dumps(rest), rest.get("cseq"))
        for what, raw in _wrong(field.type):
            text = json.dumps({**right, name: "@"}).replace('"@"', raw)
            yield Wrong(f"{kind.__name__} with {name} {what}", text, _readable(text))


def _fields(kind: type[FromClient]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _options(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type, and whether null stands for it too."""
    if isinstance(kind, inspect.UnionType):
        (only,) = (one for one in kind.types if not isinstance(one, inspect.NoneType))
        return _options(only)[0], True
    return (kind.type, False) if isinstance(kind, inspect.Metadata) else (kind, False)


def _right(kind: inspect.Type) -> Any:
    match _options(kind)[0]:
        case inspect.IntType(ge=least):
            return least or 0
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.BoolType():
            return True
        case inspect.DictType():
            return {}
        case inspect.StrType(max_length=32_768):
            return SDP
        case inspect.StrType(min_length=64):
            return "0" * 64
        case inspect.StrType():
            return NOBODYS
    raise AssertionError(f"no sample for {kind}")


def _wrong(kind: inspect.Type) -> Iterator[tuple[str, str]]:
    plain, may_be_null = _options(kind)
    wrong = dict(_ANY_KIND)
    if not may_be_null:
        wrong["null"] = "null"
    match plain:
        case inspect.IntType():
            wrong |= _NUMBERS | {"a text": '"1"', "true": "true"}
            wrong["below zero"] = str((plain.ge or 0) - 1)
            if plain.ge and plain.ge > 0:
                wrong["0"] = "0"
        case inspect.StrType():
            wrong |= {"a number": "1", "true": "true"} | _wrong_texts(plain)
        case inspect.LiteralType():
            wrong |= {"something else": '"other"', "a number": "17"}
        case inspect.BoolType():
            wrong |= {"0": "0", "a text": '"true"'}
        case inspect.DictType():
            del wrong["an object"]
            wrong |= {f"holding {what}": f'{{"a": {raw}}}' for what, raw in _NUMBERS.items()}
            wrong |= {"with a strange key": '{"../a": 1}', "with an empty key": '{"": 1}', "a text": '"a"'}
    return iter(wrong.items())


def _wrong_texts(kind: inspect.StrType) -> dict[str, str]:
    wrong = {"a lone surrogate": '"\\ud800"', "a raw control character": '"\x01"'}
    if kind.min_length:
        wrong["empty"] = '""'
    if kind.max_length:
        wrong["too long"] = json.dumps("x" * (kind.max_length + 1))
    if kind.pattern:
        strange = {"a path": "../etc/passwd/etc", "two words": "two words, not one", "ü": "ü" * 20}
        strange["a line more"] = "x" * 20 + "\n"
        wrong |= {
            what: json.dumps(text) for what, text in strange.items() if not re.search(kind.pattern, text)
        }
    else:
        wrong |= {"NUL": '"\\u0000"', "NUL within": '"a\\u0000b"'}
    return wrong


def _readable(text: str) -> int | None:
    """The number of a frame whose JSON is right, whatever else is wrong with it."""
    try:
        told = json.loads(text, parse_int=lambda digits: int(digits[:30]), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    cseq = told.get("cseq")
    return cseq if type(cseq) is int and 1 <= cseq < 2**53 and "\\ud800" not in text else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
