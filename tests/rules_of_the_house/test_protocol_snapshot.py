"""docs/protocol.json, docs/asyncapi.json and docs/protocol.md say what the code does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from consult.errors import BY_CODE
from consult.hub.clerk import TABLES
from consult.people import Role
from consult.wire import describe, describe_asyncapi, describe_tables
from consult.wire.closes import MEANING
from consult.wire.describe_frames import EVERYBODY, senders
from consult.wire.from_client import ClientFrame, Hello, Ping, Refresh
from consult.wire.to_client import ServerFrame

DOCS = Path(__file__).parents[2] / "docs"
RENEW = "run: consult describe-protocol"
FRAMES = {frame.__name__ for union in (ClientFrame, ServerFrame) for frame in get_args(union)}


@pytest.mark.parametrize(
    ("name", "document"),
    [("protocol.json", describe.protocol), ("asyncapi.json", describe_asyncapi.document)],
)
def test_the_documents_for_programs_are_current(name: str, document: Any) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == describe.written(document()), RENEW


def test_the_tables_for_people_are_current() -> None:
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    assert page == describe_tables.renewed(page), RENEW
    for name in FRAMES:
        assert f"| `{name}` |" in page
    for code in BY_CODE:
        assert f"| `{code}` |" in page
    for code in MEANING:
        assert f"| {int(code)} |" in page


def test_the_command_writes_what_the_tests_read(tmp_path: Path) -> None:
    (tmp_path / "protocol.md").write_text((DOCS / "protocol.md").read_text(encoding="utf-8"))
    describe.write_to(tmp_path)
    for written in sorted(tmp_path.iterdir()):
        assert written.read_bytes() == (DOCS / written.name).read_bytes()


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="orders"):
        describe_tables.renewed("# The protocol\n")


def test_every_frame_has_a_meaning() -> None:
    messages = describe_asyncapi.document()["components"]["messages"]
    assert [name for name, message in messages.items() if not message["summary"]] == []


def test_the_senders_in_the_documents_are_the_roles_tables() -> None:
    for frame in get_args(ClientFrame):
        if frame in (Hello, Ping, Refresh):
            assert senders(frame) == EVERYBODY
        else:
            assert set(senders(frame)) == {role for role, table in TABLES.items() if frame in table}
    assert Role.ADMINISTRATOR not in TABLES


def test_the_asyncapi_document_is_whole() -> None:
    """The structure that AsyncAPI 3.0.0 asks for, and no reference that leads nowhere."""
    document = json.loads((DOCS / "asyncapi.json").read_text(encoding="utf-8"))
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    assert set(document) <= {
        "asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components",
    }  # fmt: skip
    for server in document["servers"].values():
        assert {"host", "protocol"} <= server.keys()
    assert set(document["channels"]["socket"]["messages"]) == FRAMES
    for reference in _references(document):
        _followed(document, reference)


def test_every_operation_of_the_asyncapi_document_belongs_to_the_socket() -> None:
    document = json.loads((DOCS / "asyncapi.json").read_text(encoding="utf-8"))
    ours = document["channels"]["socket"]["messages"]
    told = set()
    for name, operation in document["operations"].items():
        assert operation["action"] in {"send", "receive"}
        assert operation["channel"] == {"$ref": "#/channels/socket"}
        spoken = [*operation["messages"], *operation.get("reply", {}).get("messages", [])]
        assert (operation["action"] == "receive") == ("reply" in operation), name
        for message in spoken:
            # AsyncAPI: an operation names messages of its channel, not of the components.
            assert message["$ref"].startswith("#/channels/socket/messages/")
            told.add(message["$ref"].rpartition("/")[2])
    assert told == set(ours)


def test_the_schemas_agree_with_the_decoder_on_what_is_required() -> None:
    schemas = json.loads((DOCS / "asyncapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
    for frame in get_args(ClientFrame):
        schema = schemas[frame.__name__]
        assert schema["properties"]["t"]["enum"] == [frame.__name__]
        assert schema["required"][0] == "t"
        assert set(schema["properties"]) == {"t", *frame.__struct_encode_fields__}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _followed(document: Any, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    found = document
    for part in reference[2:].split("/"):
        assert part in found, reference
        found = found[part]
    return found
