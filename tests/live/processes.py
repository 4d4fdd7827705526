"""Stand-ins for server processes: each with its own clients and its own fan-out over one Redis."""

from collections import defaultdict
from contextlib import AsyncExitStack

from consult.live.fanout import REGAINED, Fanout
from consult.live.incoming import Deliver
from consult.live.redis import Live
from consult.people import Address
from tests.support.valkey import connected
from tests.support.waiting import until


class Process:
    def __init__(self, live: Live, name: str, deliver: Deliver | None = None) -> None:
        self.live = live
        self.got: dict[str, list[bytes]] = defaultdict(list)
        self.words: list[tuple[str, ...]] = []
        self.regained = 0
        self.fanout = Fanout(live, name, deliver or self._deliver)
        self.fanout.on_signal("word", self.words.append)
        self.fanout.on_signal(REGAINED, self._count)

    async def hears(self, address: str, frame: bytes, seconds: float = 10.0) -> None:
        await until(lambda: frame in self.got[address], seconds)

    def _deliver(self, address: Address, frame: bytes) -> None:
        self.got[address].append(frame)

    def _count(self, values: tuple[str, ...]) -> None:
        self.regained += 1


class Processes:
    def __init__(self, address: str) -> None:
        self._address = address
        self._started = AsyncExitStack()

    async def __aenter__(self) -> "Processes":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._started.aclose()

    async def start(self, name: str) -> Process:
        live = await self._started.enter_async_context(connected(self._address))
        process = Process(live, name)
        await process.fanout.start()
        self._started.push_async_callback(process.fanout.close)
        return process
