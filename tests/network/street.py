"""A street of networks for tests: places with addresses, NATs and firewalls, and lines that can go bad."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.network import namespaces
from tests.network.router import ip
from tests.running.program import REPOSITORY

T = TypeVar("T")

ORDER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """Who stands where. `nat`: "cone" or "symmetric" with its `public` address; `firewall`: see router.py."""

    name: str
    addresses: tuple[str, ...]
    nat: str = ""
    public: str = ""
    firewall: str = "open"


@dataclass
class Street:
    """Places by name; what is ordered is in force when the call returns."""

    _router: asyncio.subprocess.Process
    _namespaces: dict[str, str] = field(default_factory=dict)
    _addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def namespace(self, place: str) -> str:
        return self._namespaces[place]

    def inside(self, place: str, act: Callable[[], T]) -> T:
        return namespaces.inside(self._namespaces[place], act)

    async def open(self, place: Place, namespace: str) -> None:
        self._namespaces[place.name] = namespace
        self._addresses[place.name] = place.addresses
        await self._order(
            do="open",
            link=place.name,
            device=self._device(place.name),
            namespace=namespace,
            addresses=place.addresses,
            nat=place.nat,
            public=place.public,
            firewall=place.firewall,
        )

    async def shape(self, place: str, **line: float) -> None:
        """Both directions: `loss` (0 to 1), `delay_seconds`, `kbit`, `queue_seconds`."""
        await self._order(do="shape", link=place, up=line, down=line)

    async def cut(self, place: str) -> None:
        await self._order(do="shape", link=place, up={"is_cut": True}, down={"is_cut": True})

    async def mend(self, place: str) -> None:
        await self._order(do="shape", link=place, up={"is_cut": False}, down={"is_cut": False})

    async def move(self, place: str, address: str, public: str = "") -> None:
        """From now on the place is in another network: another address, and another one outside its NAT."""
        name, device = self._namespaces[place], self._device(place)
        ip("-n", name, "address", "add", f"{address}/32", "dev", device)
        ip("-n", name, "route", "replace", "default", "dev", device, "src", address)
        for left in self._addresses[place]:
            ip("-n", name, "address", "delete", f"{left}/32", "dev", device)
        self._addresses[place] = (address,)
        await self._order(do="move", link=place, addresses=[address], public=public)

    async def behind(self, place: str, nat: str = "", public: str = "", firewall: str = "open") -> None:
        """Another router stands between the place and the street: nothing of the last one is known to it."""
        await self._order(do="wall", link=place, nat=nat, public=public, firewall=firewall)

    def _device(self, place: str) -> str:
        return f"ct{os.getpid()}x{list(self._namespaces).index(place)}"

    async def _order(self, **order: Any) -> None:
        assert self._router.stdin and self._router.stdout
        self._router.stdin.write(json.dumps(order).encode() + b"\n")
        answer = await asyncio.wait_for(self._router.stdout.readline(), ORDER_SECONDS)
        assert answer == b"done\n", "the router has ended; what it said is above"


@asynccontextmanager
async def street(*places: Place) -> AsyncIterator[Street]:
    """Open until the end. Raises NoStreet where networks cannot be made."""
    if what := namespaces.missing():
        raise namespaces.NoStreet(what)
    namespaces.sweep()
    async with AsyncExitStack() as stack:
        made = {place.name: stack.enter_context(namespaces.namespace(place.name)) for place in places}
        pipe = asyncio.subprocess.PIPE
        router = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.network.router", cwd=REPOSITORY, stdin=pipe, stdout=pipe
        )
        stack.push_async_callback(_end, router)
        opened = Street(router)
        for place in places:
            await opened.open(place, made[place.name])
        yield opened


async def _end(router: asyncio.subprocess.Process) -> None:
    assert router.stdin
    router.stdin.close()
    try:
        await asyncio.wait_for(router.wait(), ORDER_SECONDS)
    except TimeoutError:
        router.kill()
        await router.wait()
