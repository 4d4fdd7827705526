"""A network that can be hurt: a relay to a unix socket which can be slowed, silenced and cut."""

import asyncio
from collections.abc import AsyncIterator
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
        self._relays: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._shut = False  # whoever was let in just before finds nobody

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_unix_server(self._accept, self._listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._shut = True
        self.cut()
        if self._relays:
            await asyncio.wait(self._relays)

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
        assert self._server is not None
        self._server.close()
        self._listen.unlink(missing_ok=True)
        self._shut = True
        self.cut()
        yield
        self._shut = False
        self._server = await asyncio.start_unix_server(self._accept, self._listen)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            return self._let_go(writer)
        self._links.add(writer)
        try:
            their_reader, their_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            return self._let_go(writer)
        if self._shut or writer.is_closing():  # cut meanwhile
            self._let_go(writer)
            return self._let_go(their_writer)
        self._links.add(their_writer)
        for source, sink in ((reader, their_writer), (their_reader, writer)):
            relay = asyncio.create_task(self._relay(source, sink))
            self._relays.add(relay)
            relay.add_done_callback(self._relays.discard)

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
