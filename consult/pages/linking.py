"""Several files sent as one: a page's script with every module it imports, a sheet with the sheets it names.

A phone far away asks twice instead of 140 times. The files stay as they are written, work alone as well, and
are joined when the server starts; modules keep their scope and their order (ECMA-262, 16.2.1.5).
"""

import posixpath
import re
from collections.abc import Mapping

_BINDINGS = r"\{(?P<bindings>[^}]*)\} from "
_IMPORT = re.compile(rf'^import (?:{_BINDINGS})?"(?P<path>\.[^"]+)";\n', re.MULTILINE)
_PASSED_ON = re.compile(rf'^export {_BINDINGS}"(?P<path>\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?P<kind>async function|function|class|const) (?P<name>\w+)", re.MULTILINE)
_ONLY_A_MODULE = re.compile(r"^export \{\};\n", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b(?! ?\().*", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:(?!\*/)[\s\S])*\*/[ \t]*)\n", re.MULTILINE)
_SHEET = re.compile(r'^@import "(?P<path>[^"]+)"(?: (?P<media>\([^;]+\)))?;\n', re.MULTILINE)


class NotLinkable(ValueError):
    """A file is written in a way that this does not join; the message names file and line."""


def plain(source: str) -> str:
    """A script without the comments that stand alone. Raises NotLinkable: a text over several lines."""
    without = _COMMENT.sub("", source)
    for line in without.splitlines():
        if line.count("/*") > line.count("*/"):
            raise NotLinkable(f"`{line.strip()}` begins a comment over several lines behind code.")
        # What looks like a comment there would be taken out as well.
        if line.count("`") % 2:
            raise NotLinkable(f"`{line.strip()}` begins or ends a text over several lines.")
    return without


def imported(name: str, source: str) -> list[str]:
    """The names of the modules that this one imports or passes on, in its own order."""
    found = sorted((*_IMPORT.finditer(source), *_PASSED_ON.finditer(source)), key=lambda one: one.start())
    return [_beside(name, one["path"]) for one in found]


def named(name: str, source: str) -> list[str]:
    """The names of the sheets that this one names."""
    return [_beside(name, one["path"]) for one in _SHEET.finditer(source)]


def script(entry: str, files: Mapping[str, str]) -> str:
    """One module that does what `entry` does with all that it imports.

    Each module is evaluated once, after those it imports. `files`: all scripts by their names, as `plain`
    leaves them. Raises NotLinkable: modules in a circle, what changes after it was exported.
    """
    order = _imports_first(entry, files)
    if order == [entry] and "export " not in files[entry]:
        return files[entry]  # alone it needs no `await`, which older browsers lack between functions
    exported = {name: _exported(files[name]) for name in order}
    for name in order:
        _refuse_unknown(name, files[name], exported)
    numbers = {name: number for number, name in enumerate(order)}
    return "".join(_module(name, files[name], numbers, entry) for name in order)


def sheet(name: str, files: Mapping[str, str]) -> str:
    """The sheet with those that it imports in their places. Raises NotLinkable where one names a picture."""

    def put(found: re.Match[str]) -> str:
        inner = sheet(_beside(name, found["path"]), files)
        return f"@media {found['media']} {{\n{inner}}}\n" if found["media"] else inner

    joined = _SHEET.sub(put, files[name])
    for wrong in ("url(", "@import"):
        if wrong in joined:
            raise NotLinkable(f"{name}: `{wrong}` cannot be joined; write @import on lines of their own.")
    return joined


def _imports_first(entry: str, files: Mapping[str, str]) -> list[str]:
    done: dict[str, None] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise NotLinkable(f"{' imports '.join((*above, name))}: modules in a circle cannot be joined.")
        if name not in done:
            for one in imported(name, files[name]):
                visit(one, (*above, name))
            done[name] = None

    visit(entry, ())
    return list(done)


def _exported(source: str) -> set[str]:
    own = {one["name"] for one in _EXPORT.finditer(source)}
    return own | {here for one in _PASSED_ON.finditer(source) for _, here in _names(one["bindings"])}


def _refuse_unknown(name: str, source: str, exported: Mapping[str, set[str]]) -> None:
    """A browser would say so of the modules themselves; joined, the name would have no value."""
    for one in (*_IMPORT.finditer(source), *_PASSED_ON.finditer(source)):
        asked = {there for there, _ in _names(one["bindings"] or "")}
        if missing := asked - exported[_beside(name, one["path"])]:
            raise NotLinkable(f"{name}: {one['path']} does not export {', '.join(sorted(missing))}.")


def _module(name: str, source: str, numbers: Mapping[str, int], entry: str) -> str:
    def module(found: re.Match[str]) -> str:
        return f"module_{numbers[_beside(name, found['path'])]}"

    exported = [one["name"] for one in _EXPORT.finditer(source)]
    for one in _PASSED_ON.finditer(source):
        exported += [f"{here}: {module(one)}.{there}" for there, here in _names(one["bindings"])]

    def bound(found: re.Match[str]) -> str:
        names = ", ".join(f"{there}: {here}" for there, here in _names(found["bindings"] or ""))
        return f"const {{ {names} }} = {module(found)};\n" if names else ""

    body = source
    for written, instead in (
        (_IMPORT, bound),
        (_PASSED_ON, ""),
        (_EXPORT, r"\g<kind> \g<name>"),
        (_ONLY_A_MODULE, ""),
    ):
        body = written.sub(instead, body)
    if left := _LEFT.search(body):
        raise NotLinkable(f"{name}: `{left[0]}` is written in a way that {__name__} does not know.")
    place = posixpath.relpath(name, posixpath.dirname(entry))
    body = body.replace("import.meta.url", f'new URL("{place}", import.meta.url).href')
    return (
        f"// {name}\nconst module_{numbers[name]} = await (async () => {{\n"
        f"{body}return {{ {', '.join(exported)} }};\n}})();\n"
    )


def _names(bindings: str) -> list[tuple[str, str]]:
    """What each is called there, where it comes from, and here."""
    pairs = [one.split(" as ") for one in bindings.split(",") if one.strip()]
    return [(pair[0].strip(), pair[-1].strip()) for pair in pairs]


def _beside(name: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
