"""The office that runs here: the `up` that holds the data directory, and the processes it keeps alive."""

import fcntl
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from consult.errors import SettingsWrong
from consult.settings import Settings, read, variable

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Child:
    """A process of `up`."""

    pid: int
    command: tuple[str, ...]

    def option(self, name: str) -> str:
        """What stands behind `name` in its command."""
        return self.command[self.command.index(name) + 1]

    def serves(self) -> bool:
        """Whether it said that it is ready: then it has closed the pipe it was to say it through."""
        try:
            pipe = PROC / str(self.pid) / "fd" / self.option("--ready-fd")
            return not os.readlink(pipe).startswith("pipe:")
        except FileNotFoundError:
            return (PROC / str(self.pid)).exists()
        except (OSError, ValueError):
            return False

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


class RunningOffice:
    """Raises SettingsWrong when no office runs over the data directory of these settings."""

    def __init__(self, settings: Settings) -> None:
        if sys.platform != "linux":
            raise SettingsWrong("A drill needs Linux: it finds the office's processes in /proc.")
        self.up = _holder(settings.data_dir)
        _check_that_it_has_the_same(settings, self.up)
        self.embedded_redis = not settings.redis_url
        servers = self.servers()
        if not servers:
            raise SettingsWrong(
                f"The `consult up` over {settings.data_dir} has no servers yet: try again when it is open."
            )
        self.host, self.port = servers[0].option("--host"), int(servers[0].option("--port"))
        self.workers = len(servers)

    def servers(self) -> list[Child]:
        return [child for child in self._children() if _is(child, "serve")]

    def whole(self) -> bool:
        """Every process that was there at the start is there, and serves."""
        children = self._children()
        serving = [child for child in children if _is(child, "serve") and child.serves()]
        return len(serving) >= self.workers and (not self.embedded_redis or _valkey(children) is not None)

    def valkey(self) -> Child | None:
        """The embedded Valkey, while it runs."""
        return _valkey(self._children())

    def _children(self) -> list[Child]:
        found = [_child(int(entry.name), self.up) for entry in PROC.iterdir() if entry.name.isdigit()]
        return sorted((child for child in found if child is not None), key=lambda child: child.pid)


def _holder(data_dir: Path) -> int:
    """The process that holds the directory's lock."""
    nobody = SettingsWrong(
        f"No `consult up` runs over {data_dir.resolve()}: "
        "start the office first, or set CONSULT_DATA_DIR to its directory."
    )
    try:
        lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        raise nobody from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return int(os.pread(lock, 20, 0).split()[0])
    finally:
        os.close(lock)
    raise nobody


def _check_that_it_has_the_same(settings: Settings, up: int) -> None:
    """Over another database the drill's people would be nobody's. Raises SettingsWrong."""
    given = (PROC / str(up) / "environ").read_bytes().decode(errors="replace").split("\0")
    values, faults = read(dict(line.split("=", 1) for line in given if "=" in line))
    for name in () if faults else ("database_url", "redis_url"):
        if values.get(name, "") != getattr(settings, name):
            raise SettingsWrong(
                f"The office over {settings.data_dir.resolve()} runs with another {variable(name)}: "
                "give the drill the same settings."
            )


def _child(pid: int, parent: int) -> Child | None:
    try:
        status = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        if int(status[1]) != parent or status[0] == "Z":
            return None
        command = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return None
    return Child(pid, tuple(command.rstrip("\0").split("\0")))


def _is(child: Child, command: str) -> bool:
    return child.command[1:4] == ("-m", "consult", command) and "--ready-fd" in child.command


def _valkey(children: list[Child]) -> Child | None:
    return next((child for child in children if "valkey-server" in child.command[0]), None)
