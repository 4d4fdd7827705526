"""The children of `consult up`: servers on one listening socket, sweep, mirror of checks, recorder."""

import asyncio
from collections.abc import Callable

from consult.running.child import Child

# A server drains, closes what is left and ends the database before this.
GRACE_SECONDS = 20.0


class Crew:
    """Each is started again by itself when it ends; all are ended together."""

    def __init__(
        self,
        workers: int,
        where: tuple[str, int],
        listener: int,
        say: Callable[[str], None],
        records: bool = False,
    ) -> None:
        host, port = where
        serving = ("serve", "--host", host, "--port", str(port), "--fd", str(listener))
        self._servers = [
            Child(f"Server {number + 1}", serving, (listener,), say) for number in range(workers)
        ]
        self._sweep = Child("The sweep", ("sweep",), (), say)
        # People are served without these: they are not waited for.
        self._others = [Child("The device check", ("device-check",), (), say)]
        if records:
            self._others.append(Child("The recorder", ("recorder",), (), say))
        self._children = [*self._servers, self._sweep, *self._others]

    async def open(self) -> None:
        """Return when every server serves. Raises SettingsWrong when one does not."""
        await self._start(self._servers)

    async def complete(self) -> None:
        """After `open`: the sweep, which nobody at the door waits for. Raises SettingsWrong likewise.

        The mirror and the recorder as well, which are not waited for at all.
        """
        for child in self._others:
            child.start()
        await self._start([self._sweep])

    async def stop(self) -> None:
        await asyncio.gather(*(child.stop(GRACE_SECONDS) for child in self._children))

    async def _start(self, children: list[Child]) -> None:
        for child in children:
            child.start()
        await asyncio.gather(*(child.until_ready() for child in children))

    def kill(self) -> None:
        """End them at once; who was asked to end no longer gets its time."""
        for child in self._children:
            child.kill()
