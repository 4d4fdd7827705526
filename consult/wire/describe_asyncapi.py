"""The wire as an AsyncAPI 3.0 document, seen from the service: it receives orders and sends facts."""

from typing import Any

import msgspec

from consult.wire.describe_frames import PATH, Struct, answers, from_client, meaning, to_client

Document = dict[str, Any]

CHANNEL = {"$ref": "#/channels/socket"}
DESCRIPTION = (
    "One WebSocket for each page. Text frames of JSON; `t` names the frame. docs/protocol.md tells how "
    "orders, numbers, answers and reconnections work together."
)


def document() -> Document:
    """The whole document."""
    frames = (*from_client(), *to_client())
    _, schemas = msgspec.json.schema_components(frames, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Consult",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": "{host}",
                "protocol": "wss",
                "description": "The address people type; `ws` on loopback http.",
                "variables": {"host": {"default": "localhost", "description": "Host and port."}},
            }
        },
        "channels": {"socket": _channel(frames)},
        "operations": {frame.__name__: _operation(frame) for frame in frames if not _is_answer(frame)},
        "components": {"messages": {frame.__name__: _message(frame) for frame in frames}, "schemas": schemas},
    }


def _channel(frames: tuple[Struct, ...]) -> Document:
    names = [frame.__name__ for frame in frames]
    return {
        "address": PATH,
        "description": "Opened with the session's cookie from this service's own Origin; first comes Hello.",
        "servers": [{"$ref": "#/servers/here"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _message(frame: Struct) -> Document:
    name = frame.__name__
    return {
        "name": name,
        "title": name,
        "summary": meaning(frame),
        "contentType": "application/json",
        "payload": {"$ref": f"#/components/schemas/{name}"},
    }


def _operation(frame: Struct) -> Document:
    ours = frame in to_client()
    operation: Document = {
        "action": "send" if ours else "receive",
        "channel": CHANNEL,
        "summary": meaning(frame),
        "messages": [_in_channel(frame)],
    }
    if not ours:
        operation["reply"] = {
            "channel": CHANNEL,
            "messages": [_in_channel(answer) for answer in answers(frame)],
        }
    return operation


def _in_channel(frame: Struct) -> Document:
    return {"$ref": f"#/channels/socket/messages/{frame.__name__}"}


def _is_answer(frame: Struct) -> bool:
    """Sent only in reply to something; a welcome too, though several operations lead to one."""
    return any(frame in answers(asked) for asked in from_client())
