"""The wire described for others: docs/protocol.json, docs/asyncapi.json and the tables of docs/protocol.md.

`consult describe-protocol` writes them; a test keeps them current.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from consult.errors import BY_CODE
from consult.settings import Settings
from consult.wire import describe_asyncapi, describe_tables
from consult.wire.closes import MEANING
from consult.wire.codec import FRAME_BYTES
from consult.wire.describe_frames import PATH, VERSION, from_client, is_order, meaning
from consult.wire.from_client import ClientFrame
from consult.wire.to_client import ServerFrame


def write_to(directory: str | Path) -> None:
    """Write the documents; where there is a protocol.md, renew its tables."""
    where = Path(directory)
    page = where / "protocol.md"
    if page.exists():
        page.write_text(describe_tables.renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    for name, document in (("protocol.json", protocol()), ("asyncapi.json", describe_asyncapi.document())):
        (where / name).write_text(written(document), encoding="utf-8")


def written(document: dict[str, Any]) -> str:
    """The document as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def protocol() -> dict[str, Any]:
    """Frames as JSON Schema (2020-12), close codes, error codes and limits."""
    roots, definitions = msgspec.json.schema_components(
        (ClientFrame, ServerFrame), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Consult over one WebSocket",
        "version": VERSION,
        "path": PATH,
        "from_client": roots[0],
        "to_client": roots[1],
        "orders": [frame.__name__ for frame in from_client() if is_order(frame)],
        "closes": [
            {"code": int(code), "name": code.name, "reason": told.reason, "returns": told.returns}
            for code, told in MEANING.items()
        ],
        "errors": [
            {"code": code, "final": error.final, "meaning": meaning(error)} for code, error in BY_CODE.items()
        ],
        "limits": {"frame_bytes": FRAME_BYTES, **_default_limits()},
        "$defs": definitions,
    }


def _default_limits() -> dict[str, float]:
    """As they are unless the settings say otherwise."""
    settings = Settings()
    return {name: getattr(settings, name) for name in describe_tables.LIMITS}
