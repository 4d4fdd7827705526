"""What a server and the recorder's process say to each other: a JSON document a line, over a unix socket."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from consult.peers.letters import Answered, Candidate, Letter, Offered, letters_path


class Open(Letter):
    """To the recorder, first: a page is about to send its call. It takes the place of a line before."""

    recording: str
    ice_servers: list[dict[str, Any]]


class End(Letter):
    """To the recorder, as the only letter of a line: this recording has ended. `sealed`: throw away what is
    not kept yet.
    """

    recording: str
    sealed: bool


class Opened(Letter):
    """There is a peer; it may be offered to."""


class Failed(Letter):
    """There is no recording by this line, or no longer. `why`: full, unknown, offer, failed."""

    why: str


class Replaced(Letter):
    """Another line of the same recording has come; this one ends, and the recording goes on."""


class Done(Letter):
    """The recording has ended in order; everything that may be kept is kept."""


ToRecorder = Open | Offered | Candidate | End
FromRecorder = Opened | Answered | Failed | Replaced | Done

_to_recorder = msgspec.json.Decoder(ToRecorder)
_from_recorder = msgspec.json.Decoder(FromRecorder)


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
    return letters_path(data_dir, "record")
