"""A real Valkey for the tests: one for the session, emptied before each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from consult.live.redis import Live
from consult.live.server import EmbeddedValkey


@contextmanager
def running(data_dir: Path) -> Iterator[EmbeddedValkey]:
    """The embedded server over `data_dir`, stopped afterwards."""
    server = EmbeddedValkey(data_dir)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def session_server() -> Iterator[str]:
    """The address of one server for all tests."""
    with TemporaryDirectory(prefix="consult-test-") as directory, running(Path(directory)) as server:
        yield server.address


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Live]:
    """Clients of `address`, closed afterwards."""
    live = Live.connect(address)
    try:
        yield live
    finally:
        await live.close()
