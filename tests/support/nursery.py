"""Real `consult` processes, started in milliseconds: forked from one that has imported everything.

A run that kills thousands of servers, or opens an office for each story, would otherwise spend its time
importing. Everything else is as `python -m consult ARGUMENTS`: own process, session and environment, ended by
SIGKILL like any other.
"""

import asyncio
import json
import os
import select
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Nursery:
    """The asking side. `fds` stay open for the commands, which name them in their arguments."""

    def __init__(self, errors: Path, fds: tuple[int, ...] = ()) -> None:
        self._errors = errors
        self._fds = fds
        self._born: dict[int, asyncio.Future[int]] = {}
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._number = 0

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.nursery"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=self._fds,
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"ready\n"
        self._listening = asyncio.create_task(self._listen(self._process.stdout))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Whatever still runs is killed."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._listening

    async def begin(self, *arguments: str, errors: Path | None = None, **settings: object) -> "Born":
        """Start the command with these settings and no others. `errors`: where it writes, if elsewhere."""
        self._number += 1
        born = self._born[self._number] = asyncio.get_running_loop().create_future()
        environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environ |= {name: str(value) for name, value in settings.items()}
        asked = {
            "number": self._number,
            "arguments": arguments,
            "environ": environ,
            "errors": str(errors or self._errors),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        pid = await born
        return Born(pid, self._end_of(pid))

    def _end_of(self, pid: int) -> "asyncio.Future[int]":
        return self._ended.setdefault(pid, asyncio.get_running_loop().create_future())

    async def _listen(self, told: asyncio.StreamReader) -> None:
        async for line in told:
            news = json.loads(line)
            if "code" in news:
                ended = self._end_of(news["pid"])
                if not ended.done():  # whoever waited for it may have been called off
                    ended.set_result(news["code"])
            else:
                # A process id may be used again.
                self._ended.pop(news["pid"], None)
                self._born.pop(news["number"]).set_result(news["pid"])


class Born:
    """One process; `ended` is its exit code, negative for a signal."""

    def __init__(self, pid: int, ended: "asyncio.Future[int]") -> None:
        self.pid = pid
        self.ended = ended

    def send(self, number: signal.Signals) -> bool:
        """False when it has ended already."""
        if self.ended.done():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


def _serve() -> None:
    _import_everything()
    waking, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    print("ready", flush=True)
    unread = b""
    while True:
        readable, _, _ = select.select([0, waking], [], [])
        if waking in readable:
            os.read(waking, 4096)
            _tell_ended()
        if 0 in readable:
            piece = os.read(0, 65_536)
            if not piece:
                return
            *lines, unread = (unread + piece).split(b"\n")
            for line in lines:
                _fork(json.loads(line))


def _import_everything() -> None:
    from importlib import import_module

    for name in (
        "uvloop",
        "uvicorn.protocols.http.httptools_impl",
        "uvicorn.protocols.websockets.websockets_sansio_impl",
        "consult.app",
        "consult.running.server",
        "consult.running.surroundings",
        "consult.running.sweep",
    ):
        import_module(name)


def _fork(asked: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        _become(asked)
    print(json.dumps({"number": asked["number"], "pid": pid}), flush=True)


def _become(asked: dict[str, Any]) -> None:
    code = 1
    try:
        parent = os.getppid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        written = os.open(asked["errors"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for descriptor, source in ((0, nothing), (1, written), (2, written)):
            os.dup2(source, descriptor)
        os.environ.clear()
        os.environ.update(asked["environ"])
        from consult.cli import main

        code = main([*asked["arguments"], "--parent", str(parent)])
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _tell_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        print(json.dumps({"pid": pid, "code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    _serve()
