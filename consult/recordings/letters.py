"""What a server and the recorder's process say to each other: a JSON document a line, over a unix socket."""

import asyncio
from pathlib import Path
from typing import Any, dataclass_transform

import msgspec

from consult.live.sockets import socket_path

LINE_BYTES = 131_072


@dataclass_transform(frozen_default=True)
class Letter(msgspec.Struct, frozen=True, tag_field="t", tag=str):
    """`t` is the struct's name."""


class Open(Letter):
    """To the recorder, first: a page is about to send its call. It takes the place of a line before."""

    recording: str
    ice_servers: list[dict[str, Any]]


class Offered(Letter):
    sdp: str


class Candidate(Letter):
    candidate: str
    mid: str | None = None
    line: int | None = None


class End(Letter):
    """To the recorder, as the only letter of a line: this recording has ended. `sealed`: throw away what is
    not kept yet.
    """

    recording: str
    sealed: bool


class Opened(Letter):
    """There is a peer; it may be offered to."""


class Answered(Letter):
    sdp: str


class Failed(Letter):
    """There is no recording by this line, or no longer. `why`: full, unknown, offer, failed."""

    why: str


class Replaced(Letter):
    """Another line of the same recording has come; this one ends, and the recording goes on."""


class Done(Letter):
    """The recording has ended in order; everything that may be kept is kept."""


ToRecorder = Open | Offered | Candidate | End
FromRecorder = Opened | Answered | Failed | Replaced | Done

_encoder = msgspec.json.Encoder()
_to_recorder = msgspec.json.Decoder(ToRecorder)
_from_recorder = msgspec.json.Decoder(FromRecorder)


def line_of(letter: Letter) -> bytes:
    return _encoder.encode(letter) + b"\n"


async def read_to_recorder(reader: asyncio.StreamReader) -> ToRecorder | None:
    """The next letter, None at the end. Raises OSError, ValueError (msgspec's refusals are that, too)."""
    line = await reader.readline()
    return _to_recorder.decode(line) if line else None


async def read_from_recorder(reader: asyncio.StreamReader) -> FromRecorder | None:
    """The next letter, None at the end. Raises OSError, ValueError (msgspec's refusals are that, too)."""
    line = await reader.readline()
    return _from_recorder.decode(line) if line else None


def recorder_path(data_dir: Path) -> Path:
    """Where the recorder of this data directory listens. Raises SettingsWrong."""
    valkeys = socket_path(data_dir)
    return valkeys.with_name("record.sock" if valkeys.stem == "valkey" else f"{valkeys.stem}r.sock")
