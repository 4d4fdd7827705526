"""The `consult` command as a person starts it: a real process, and everything it starts in turn."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.waiting import until

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, **settings: object) -> dict[str, str]:
    """Only what is said here, so that nothing of this machine's own settings counts."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **plain,
        "CONSULT_DATA_DIR": str(data_dir),
        **{name: str(value) for name, value in settings.items()},
    }


def consult(
    data_dir: Path, *arguments: str, stdin: str = "", **settings: object
) -> "subprocess.CompletedProcess[str]":
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "consult", *arguments],
        cwd=REPOSITORY,
        env=environment(data_dir, **settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )


class Program:
    """A command that runs until it is told to end; whatever it left behind is killed at the end."""

    def __init__(self, data_dir: Path, *arguments: str, **settings: object) -> None:
        self.data_dir = data_dir
        self._files = tempfile.TemporaryDirectory(prefix="consult-program-")
        self._output = Path(self._files.name) / "output"
        self._errors = Path(self._files.name) / "errors"
        with self._output.open("w") as output, self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "consult", *arguments],
                cwd=REPOSITORY,
                env=environment(data_dir, **settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pid in everything_of(self.data_dir):
            os.kill(pid, signal.SIGKILL)
        self._files.cleanup()

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def errors(self) -> str:
        return self._errors.read_text()

    async def says(self, words: str) -> None:
        """Wait until it has written `words`."""
        await until(lambda: words in self.output + self.errors or self._ended(), START_SECONDS)
        assert words in self.output + self.errors, self.errors

    async def is_open(self) -> None:
        await self.says("is open.")

    async def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit code."""
        self.process.send_signal(number)
        await until(self._ended, START_SECONDS)
        return self.process.wait()

    def _ended(self) -> bool:
        return self.process.poll() is not None


def everything_of(data_dir: Path, word: str = "") -> list[int]:
    """The processes that belong to this data directory and have `word` in their command."""
    return [pid for pid in _processes() if _belongs(pid, data_dir) and word in _command(pid)]


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _belongs(pid: int, data_dir: Path) -> bool:
    process = Path("/proc", str(pid))
    setting = f"CONSULT_DATA_DIR={data_dir}".encode()
    try:
        # Valkey writes over its environment to show a title, but works inside the directory.
        return (
            setting in (process / "environ").read_bytes().split(b"\0")
            or data_dir in (process / "cwd").readlink().parents
        )
    except OSError:
        return False  # ended while we looked, or somebody else's


def _command(pid: int) -> str:
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
