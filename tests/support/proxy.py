"""A network that can be hurt: a relay to a unix socket which can be slowed, silenced and cut."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path


class Proxy:
    """Listens on a unix socket of its own. `silence` swallows what passes and keeps every link open."""

    def __init__(self, listen: Path, target: Path) -> None:
        self.address = f"unix://{listen}"
        self.target_address = f"unix://{target}"
        self.delay_seconds = 0.0
        self._listen = listen
        self._target = target
        self._silent: set[asyncio.StreamWriter] = set()
        self._links: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None
        self._shut = False  # whoever was let in just before finds nobody

    async def __aenter__(self) -> "Proxy":
        self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def silence(self) -> None:
        """Everything on the links that stand now is lost from here on; new links work."""
        self._silent |= self._links

    def cut(self) -> int:
        """Every link that stands now breaks. Returns how many did."""
        standing = [link for link in self._links if not link.is_closing()]
        for link in standing:
            link.close()
        return len(standing)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody gets through, until the end."""
        self._close()
        self._listen.unlink(missing_ok=True)
        yield
        self._open()

    # Not asyncio.start_unix_server: whoever it lets in just before it is closed stays open for ever.
    def _open(self) -> None:
        self._shut = False
        self._listener = listener = socket.socket(socket.AF_UNIX)
        listener.setblocking(False)
        listener.bind(str(self._listen))
        listener.listen(100)
        asyncio.get_running_loop().add_reader(listener, self._let_in, listener)

    def _close(self) -> None:
        assert self._listener is not None
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        self._shut = True
        self.cut()

    def _let_in(self, listener: socket.socket) -> None:
        with suppress(OSError):  # gone again
            link, _ = listener.accept()
            self._begin(self._accept(link))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, link: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=link)
        self._links.add(writer)
        if self._shut:
            return self._let_go(writer)
        try:
            their_reader, their_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            return self._let_go(writer)
        if self._shut or writer.is_closing():  # cut meanwhile
            self._let_go(writer)
            return self._let_go(their_writer)
        self._links.add(their_writer)
        self._begin(self._relay(reader, their_writer))
        self._begin(self._relay(their_reader, writer))

    async def _relay(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                if sink not in self._silent:
                    sink.write(data)
                    await sink.drain()
        self._let_go(sink)

    def _let_go(self, link: asyncio.StreamWriter) -> None:
        link.close()
        self._links.discard(link)
