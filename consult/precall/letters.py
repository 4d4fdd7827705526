"""What a server and the mirror say to each other: one JSON document a line, over a unix socket."""

from pathlib import Path
from typing import Any

import msgspec

from consult.peers.letters import Answered, Candidate, Letter, Offered, letters_path


class Open(Letter):
    """To the mirror, first: keep a peer for a check."""

    ice_servers: list[dict[str, Any]]


class Count(Letter):
    """Say what came, and end."""


class Opened(Letter):
    seconds: float


class Full(Letter):
    """As many checks as may be are under way; there is room again after `retry_ms`."""

    retry_ms: int


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

to_mirror = msgspec.json.Decoder(ToMirror)
from_mirror = msgspec.json.Decoder(FromMirror)


def mirror_path(data_dir: Path) -> Path:
    """Where the mirror of this data directory listens. Raises SettingsWrong."""
    return letters_path(data_dir, "check")
