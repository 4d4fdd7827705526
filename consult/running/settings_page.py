"""`docs/settings.md`, written from the settings themselves so that it cannot fall behind."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from consult.settings import Settings, variable

HEAD = """# Settings

Every setting is an environment variable, or a line of the TOML file that `CONSULT_CONFIG` names. The
environment wins. In the file the names have no `CONSULT_` and are in lower case:

```toml
port = 8080
public_url = "https://consult.example.go.id"
database_url = "postgresql://consult@127.0.0.1/consult"
```

`consult check` names every wrong setting and how to mend it. A name that is no setting is a fault, so
that a slip of the pen is found at once. Durations end in the unit they are counted in.

| variable | default | what it is |
|---|---|---|
| `CONSULT_CONFIG` | | The TOML file with settings; environment only. |
"""

TAIL = "| `CONSULT_CHROMIUM` | | The browser of the tests, which `scripts/test` finds; environment only. |\n"


def settings_page() -> str:
    """The whole page, ready to be written."""
    rows = (
        f"| `{variable(item.name)}` | {_default(item.default)} | {item.metadata['about']} |\n"
        for item in fields(Settings)
    )
    return HEAD + "".join(rows) + TAIL


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{int(value)}`"
    if isinstance(value, Path) and value.is_absolute():
        return "beside the package"
    return f"`{value}`" if value != "" else ""
