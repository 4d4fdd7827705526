"""The data directory: made when missing, private, and used by one `consult up` at a time."""

import fcntl
import os
import tempfile
from pathlib import Path

from consult.errors import SettingsWrong


def prepare(directory: Path) -> None:
    """Make `directory`, readable by its owner alone, and see that files can be written in it.

    Raises SettingsWrong with the mend.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise SettingsWrong(
            f"The data directory {directory} cannot be written ({_reason(error)}): "
            "give this user the right to write there, or set CONSULT_DATA_DIR to another directory."
        ) from None


def claim(directory: Path) -> int:
    """A file descriptor that keeps `directory` for this process until it ends, however it ends.

    Raises SettingsWrong while another process has it.
    """
    prepare(directory)
    try:
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsWrong(
            f"{directory / 'lock'} cannot be opened ({_reason(error)}): "
            "give it to this user, or set CONSULT_DATA_DIR to another directory."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise SettingsWrong(
            f"The data directory {directory} is in use by another `consult up` (process {holder}): "
            "stop that one, or set CONSULT_DATA_DIR to another directory."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
