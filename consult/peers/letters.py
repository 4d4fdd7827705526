"""What a server and a process with peers say to each other: one JSON document a line, over a unix socket."""

from pathlib import Path
from typing import dataclass_transform

import msgspec

from consult.live.sockets import socket_path

LINE_BYTES = 131_072


@dataclass_transform(frozen_default=True)
class Letter(msgspec.Struct, frozen=True, tag_field="t", tag=str):
    """`t` is the struct's name."""


class Offered(Letter):
    sdp: str


class Candidate(Letter):
    candidate: str
    mid: str | None = None
    line: int | None = None


class Answered(Letter):
    sdp: str


_encoder = msgspec.json.Encoder()


def line_of(letter: Letter) -> bytes:
    return _encoder.encode(letter) + b"\n"


def letters_path(data_dir: Path, name: str) -> Path:
    """Where the process of this name listens for this data directory. Raises SettingsWrong."""
    valkeys = socket_path(data_dir)
    return valkeys.with_name(f"{name}.sock" if valkeys.stem == "valkey" else f"{valkeys.stem}{name[0]}.sock")
