"""The wire as JSDoc types for the browser's scripts: the content of web/static/scripts/wire.js.

`python -m consult.wire.describe_types` prints it.
"""

import inspect
import json
import sys
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import inspect as shapes

from consult.wire import from_client, to_client
from consult.wire.closes import MEANING, Return

Choices = dict[frozenset[Any], str]

HEAD = """// @ts-check
// Generated from consult/wire by `python -m consult.wire.describe_types`; a test keeps it current.
"""


def render() -> str:
    """Every struct and named choice of the wire as a typedef, and the table of close codes."""
    parts = [HEAD]
    choices: Choices = {}
    for module in (from_client, to_client):
        for name, values in _choices(module).items():
            choices[frozenset(values)] = name
            parts.append(_typedef(_union(values), name))
    for module in (from_client, to_client):
        parts += [_struct(struct, choices) for struct in _structs(module)]
    parts.append(_frames("ClientFrame", from_client.ClientFrame))
    parts.append(_frames("ServerFrame", to_client.ServerFrame))
    parts.append(_closes())
    return "\n".join(parts)


def _choices(module: ModuleType) -> dict[str, tuple[Any, ...]]:
    return {
        name: get_args(value)
        for name, value in vars(module).items()
        if get_origin(value) is Literal and not name.startswith("_")
    }


def _structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, msgspec.Struct) and _own(value, module)
    ]


def _own(value: type, module: ModuleType) -> bool:
    return value.__module__ == module.__name__ and bool(getattr(value, "__struct_fields__", ()))


def _struct(struct: type[msgspec.Struct], choices: Choices) -> str:
    tag = struct.__struct_config__.tag
    fields = [f't: "{tag}"'] if tag is not None else []
    for field in _fields(struct):
        mark = "" if field.required else "?"
        fields.append(f"{field.encode_name}{mark}: {_type(field.type, choices)}")
    return _typedef("{ " + ", ".join(fields) + " }", struct.__name__)


def _fields(struct: type[msgspec.Struct]) -> tuple[shapes.Field, ...]:
    shape = shapes.type_info(struct)
    if not isinstance(shape, shapes.StructType):
        raise TypeError(f"{struct} is not a struct")
    return shape.fields


def _type(shape: shapes.Type, choices: Choices) -> str:
    match shape:
        case shapes.StrType():
            return "string"
        case shapes.IntType() | shapes.FloatType():
            return "number"
        case shapes.BoolType():
            return "boolean"
        case shapes.NoneType():
            return "null"
        case shapes.LiteralType(values=values):
            return choices.get(frozenset(values)) or _union(tuple(values))
        case shapes.ListType(item_type=item):
            return f"Array<{_type(item, choices)}>"
        case shapes.DictType(value_type=value):
            return f"Record<string, {_type(value, choices)}>"
        case shapes.StructType(cls=cls):
            return cls.__name__
        case shapes.UnionType(types=types):
            return " | ".join(_type(item, choices) for item in types)
    raise TypeError(f"no JavaScript type for {shape}")


def _union(values: tuple[Any, ...]) -> str:
    return " | ".join(json.dumps(value) for value in values)


def _frames(name: str, union: Any) -> str:
    return _typedef(" | ".join(frame.__name__ for frame in get_args(union)), name)


def _typedef(shape: str, name: str) -> str:
    return f"/** @typedef {{{shape}}} {name} */"


def _closes() -> str:
    rows = [
        f"  {int(code)}: {{ name: {json.dumps(code.name)}, reason: {json.dumps(meaning.reason)}, "
        f"returns: {json.dumps(meaning.returns)} }},"
        for code, meaning in MEANING.items()
    ]
    return "\n".join(
        [
            "",
            _typedef(_union(get_args(Return)), "Return"),
            "/** What a close code means and whether to come back.",
            " * @type {Readonly<Record<number, { name: string, reason: string, returns: Return }>>} */",
            "export const CLOSES = Object.freeze({",
            *rows,
            "});",
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(render())
