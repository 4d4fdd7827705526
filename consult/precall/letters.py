"""What a server and the mirror say to each other: one JSON document a line, over a unix socket."""

from pathlib import Path
from typing import Any, dataclass_transform

import msgspec

from consult.live.sockets import socket_path

LINE_BYTES = 131_072


@dataclass_transform(frozen_default=True)
class Letter(msgspec.Struct, frozen=True, tag_field="t", tag=str):
    """`t` is the struct's name."""


class Open(Letter):
    """To the mirror, first: keep a peer for a check."""

    ice_servers: list[dict[str, Any]]


class Offered(Letter):
    sdp: str


class Candidate(Letter):
    candidate: str
    mid: str | None = None
    line: int | None = None


class Count(Letter):
    """Say what came, and end."""


class Opened(Letter):
    seconds: float


class Full(Letter):
    """As many checks as may be are under way; there is room again after `retry_ms`."""

    retry_ms: int


class Answered(Letter):
    sdp: str


class Counted(Letter):
    packets: int
    lost: int
    kbps: int
    jitter_ms: int


class Failed(Letter):
    """`why`: time, failed."""

    why: str


ToMirror = Open | Offered | Candidate | Count
FromMirror = Opened | Full | Answered | Counted | Failed

_encoder = msgspec.json.Encoder()
to_mirror = msgspec.json.Decoder(ToMirror)
from_mirror = msgspec.json.Decoder(FromMirror)


def line_of(letter: Letter) -> bytes:
    return _encoder.encode(letter) + b"\n"


def mirror_path(data_dir: Path) -> Path:
    """Where the mirror of this data directory listens. Raises SettingsWrong."""
    valkeys = socket_path(data_dir)
    return valkeys.with_name("check.sock" if valkeys.stem == "valkey" else f"{valkeys.stem}c.sock")
