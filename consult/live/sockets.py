"""Where the embedded Valkey listens, and a word with it before any client exists."""

import os
import socket
import stat
import tempfile
from hashlib import blake2b
from pathlib import Path

from consult.errors import SettingsWrong

LONGEST_BYTES = 100  # a unix socket's path holds 108 on Linux, 104 on macOS
WAIT_SECONDS = 1.0


def socket_path(data_dir: Path) -> Path:
    """The same path for every command over one data directory; in a short private one when that is too long.

    Raises SettingsWrong when no path is short enough, or the private directory is somebody else's.
    """
    beside = data_dir.resolve() / "valkey.sock"
    if len(os.fsencode(beside)) < LONGEST_BYTES:
        return beside
    name = blake2b(os.fsencode(beside), digest_size=8).hexdigest()
    short = Path(tempfile.gettempdir()).resolve() / f"consult-{os.geteuid()}" / f"{name}.sock"
    if len(os.fsencode(short)) >= LONGEST_BYTES:
        raise SettingsWrong(
            f"CONSULT_DATA_DIR is too long a path for a socket ({beside}); choose a shorter one."
        )
    _private(short.parent)
    return short


def answers(path: Path) -> bool:
    """Whether a server listens there and is ready."""
    return ask(path, b"PING\r\n").startswith(b"+PONG")


def ask(path: Path, command: bytes) -> bytes:
    """The answer to one short command; empty when nobody gives one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(WAIT_SECONDS)
        try:
            link.connect(str(path))
            link.sendall(command)
            return link.recv(65_536)
        except OSError:
            return b""


def _private(directory: Path) -> None:
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise SettingsWrong(
            f"{directory} belongs to somebody else; choose a shorter path as CONSULT_DATA_DIR."
        )
