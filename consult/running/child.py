"""One process of the service, started again whenever it ends."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from itertools import count

from consult.errors import SettingsWrong

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0  # who lived this long begins again with the short pause
TRIES_TO_START = 5
REFUSED = 2  # exit code of a process that has said on stderr which setting is wrong


class Child:
    """`python -m consult <arguments>`, kept alive from `start` to `stop`.

    The process is told its parent, and holds on to it; it writes one byte to `--ready-fd` when it serves.
    It has a session of its own, so that Ctrl-C reaches the parent alone, which ends everything in order.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], shared: Sequence[int], say: Callable[[str], None]
    ) -> None:
        self.name = name
        self.ready = asyncio.Event()
        self._arguments = arguments
        self._shared = shared
        self._say = say
        self._process: Process | None = None
        self._keeping: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._keeping = {asyncio.create_task(self._keep(), name=self.name)}

    async def until_ready(self) -> None:
        """Return when the process serves. Raises SettingsWrong when it refused to or never came so far."""
        ready = asyncio.create_task(self.ready.wait())
        await asyncio.wait({ready, *self._keeping}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        for refused in self._keeping:
            if refused.done():
                refused.result()

    async def stop(self, grace_seconds: float) -> None:
        """End the process: asked first, killed after `grace_seconds`."""
        for keeping in self._keeping:
            keeping.cancel()
            await asyncio.wait({keeping})
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), grace_seconds)
        except TimeoutError:
            self._say(f"{self.name} did not end within {grace_seconds:g} s and was killed.")
            self.kill()
            await process.wait()

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _keep(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        clock = asyncio.get_running_loop().time
        for tries in count(1):
            started = clock()
            code = await self._run_once()
            if code == REFUSED and not self.ready.is_set():
                raise SettingsWrong("")  # the process has said it
            if tries == TRIES_TO_START and not self.ready.is_set():
                raise SettingsWrong(
                    f"{self.name} ended {tries} times before it served; its messages stand above."
                )
            if clock() - started > STEADY_SECONDS:
                pause_seconds = FIRST_PAUSE_SECONDS
            self._say(f"{self.name} ended ({_ending(code)}) and is started again.")
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def _run_once(self) -> int:
        reading, writing = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "consult", *self._arguments),
                *("--parent", str(os.getpid()), "--ready-fd", str(writing)),
                stdin=subprocess.DEVNULL,
                pass_fds=(*self._shared, writing),
                start_new_session=True,
            )
        finally:
            os.close(writing)
        asyncio.get_running_loop().add_reader(reading, self._heard, reading)
        return await self._process.wait()

    def _heard(self, reading: int) -> None:
        if os.read(reading, 1):
            self.ready.set()
        asyncio.get_running_loop().remove_reader(reading)
        os.close(reading)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
