"""Slices as files of one directory, readable by this service's user alone."""

import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

# A file that is older and belongs to no slice was written by a process that died before its row was.
STRAY_SECONDS = 3_600


class SliceFiles:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, name: str, content: bytes) -> None:
        """Keep the bytes on the disk under this name, wholly or not at all. Raises OSError."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._directory / f"{name}.{secrets.token_hex(8)}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._directory / name)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def read(self, names: Iterable[str]) -> Iterator[bytes]:
        """The files one after the other. Raises OSError when one is missing."""
        for name in names:
            yield (self._directory / name).read_bytes()

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                (self._directory / name).unlink()

    def old(self) -> list[str]:
        """Names of the files that are no longer just being written."""
        before = time.time() - STRAY_SECONDS
        try:
            with os.scandir(self._directory) as entries:
                return [one.name for one in entries if one.is_file() and one.stat().st_mtime < before]
        except FileNotFoundError:
            return []
