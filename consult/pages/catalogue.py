"""Every text for people, from `web/text/<language>/<group>.po`, for templates and as modules for scripts."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

LANGUAGES = ("id", "en")  # the first is the default
SHARED_GROUPS = ("common", "errors", "record")
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class TextModule:
    """A script module: `export default {key: text}`."""

    url: str
    content: bytes


class Catalogue:
    def __init__(self, web_root: Path) -> None:
        groups = {language: _groups(web_root / "text" / language) for language in LANGUAGES}
        self._texts: dict[str, dict[str, str]] = {
            language: {key: text for group in by_name.values() for key, text in group.items()}
            for language, by_name in groups.items()
        }
        self._modules = {
            (language, group): _module(language, group, by_name)
            for language, by_name in groups.items()
            for group in by_name
        }

    def has(self, language: str, key: str) -> bool:
        return key in self._texts[language]

    def say(self, language: str, key: str, **values: Any) -> str:
        """The text with its `{holes}` filled; an unknown key comes back as itself.

        With n=1 or count=1 the text `<key>.one` is taken where there is one. Markup stays markup.
        """
        texts = self._texts[language]
        if 1 in (values.get("n"), values.get("count")):
            key = f"{key}.one" if f"{key}.one" in texts else key
        text = texts.get(key, key)
        if any(hasattr(value, "__html__") for value in values.values()):
            # Escaping leaves the holes as they are, and fills them with markup or escaped text.
            return Markup(_fill(str(escape(text)), {k: str(escape(v)) for k, v in values.items()}))  # noqa: S704
        return _fill(text, values)

    def module(self, language: str, group: str) -> TextModule:
        """Shared texts and those of the group. Raises KeyError."""
        return self._modules[language, group]

    def modules(self) -> list[TextModule]:
        return list(self._modules.values())


def _fill(text: str, values: dict[str, Any]) -> str:
    return _HOLE.sub(lambda hole: str(values.get(hole[1], hole[0])), text)


def _groups(folder: Path) -> dict[str, dict[str, str]]:
    return {path.stem: _read(path) for path in sorted(folder.glob("*.po"))}


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def _module(language: str, group: str, by_name: dict[str, dict[str, str]]) -> TextModule:
    texts: dict[str, str] = {}
    for name in dict.fromkeys((*SHARED_GROUPS, group)):
        texts |= by_name.get(name, {})
    content = f"export default {json.dumps(texts, ensure_ascii=False, sort_keys=True)};\n".encode()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return TextModule(f"/text/{language}/{group}.{digest}.js", content)
