"""The children of `consult up`: the servers on one listening socket, and the sweep."""

import asyncio
from collections.abc import Callable

from consult.running.child import Child

# A server drains, closes what is left and ends the database before this.
GRACE_SECONDS = 20.0


class Crew:
    """Started together, each started again by itself when it ends, and ended together."""

    def __init__(
        self, workers: int, where: tuple[str, int], listener: int, say: Callable[[str], None]
    ) -> None:
        host, port = where
        serving = ("serve", "--host", host, "--port", str(port), "--fd", str(listener))
        self._children = [
            Child(f"Server {number + 1}", serving, (listener,), say) for number in range(workers)
        ]
        self._children.append(Child("The sweep", ("sweep",), (), say))

    async def start(self) -> None:
        """Return when every one of them serves. Raises SettingsWrong when one refused its settings."""
        for child in self._children:
            child.start()
        await asyncio.gather(*(child.until_ready() for child in self._children))

    async def stop(self) -> None:
        await asyncio.gather(*(child.stop(GRACE_SECONDS) for child in self._children))

    def kill(self) -> None:
        """End them at once; who was asked to end no longer gets its time."""
        for child in self._children:
            child.kill()
