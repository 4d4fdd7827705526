import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from consult.live.server import EmbeddedValkey
from tests.live.processes import Process, Processes
from tests.support.valkey import running


@pytest.fixture
async def processes(valkey: str) -> AsyncIterator[Processes]:
    """Starts processes of the service, as far as the fan-out goes, over the session's Valkey."""
    async with Processes(valkey) as started:
        yield started


@pytest.fixture
async def two(processes: Processes) -> tuple[Process, Process]:
    return await processes.start("one"), await processes.start("two")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server that the test may hurt."""
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Finds a port of this machine on which nobody listens."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            return port

    return find
