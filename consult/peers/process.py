"""A process with peers: listens for servers' letters until it is told to end."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from consult.peers.letters import LINE_BYTES

Received = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def serve(path: Path, received: Received, ready_fd: int | None = None) -> None:
    """Call `received` for each line until SIGTERM or SIGINT; says on `ready_fd` that it listens."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    _clear(path)
    server = await asyncio.start_unix_server(received, path, limit=LINE_BYTES)
    try:
        if ready_fd is not None:
            os.write(ready_fd, b"1")
            os.close(ready_fd)
        await ending.wait()
    finally:
        server.close()
        _clear(path)


def _clear(path: Path) -> None:
    path.unlink(missing_ok=True)
