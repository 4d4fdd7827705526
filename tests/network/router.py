"""The street's router: namespaces joined by TUN devices through this one process, which `street.py` starts.

Each line of standard input is an order as JSON, answered by a line once it is in force. Ends with its input.
"""

import asyncio
import fcntl
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.network.line import Line
from tests.network.nat import Nat
from tests.network.packets import TCP, UDP, Packet

# linux/if_tun.h
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
# Less than usual, as on mobile networks with their tunnels.
MTU_BYTES = 1_400
AT_ONCE = 64

FIREWALLS: dict[str, Callable[[int, int], bool]] = {
    "open": lambda protocol, port: True,
    "no_udp": lambda protocol, port: protocol != UDP,
    "only_tcp_443": lambda protocol, port: protocol == TCP and port == 443,
}


@dataclass
class Link:
    """From one namespace to the street. `up` leads away from the namespace."""

    device: int
    addresses: list[str]
    nat: Nat | None
    firewall: str
    up: Line = field(default_factory=lambda: Line(Random()))
    down: Line = field(default_factory=lambda: Line(Random()))

    @property
    def public(self) -> list[str]:
        """Where the street finds this link: never behind its NAT."""
        return [self.nat.public] if self.nat else self.addresses

    def outward(self, packet: Packet) -> Packet | None:
        # Who has left an address can send nothing from it.
        if packet.source.host not in self.addresses:
            return None
        if not FIREWALLS[self.firewall](packet.protocol, packet.destination.port):
            return None
        return self.nat.outward(packet) if self.nat else packet

    def inward(self, packet: Packet) -> Packet | None:
        if not FIREWALLS[self.firewall](packet.protocol, packet.source.port):
            return None
        return self.nat.inward(packet) if self.nat else packet


class Router:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._links: dict[str, Link] = {}
        self._by_address: dict[str, Link] = {}

    def obey(self, order: dict[str, Any]) -> None:
        {"open": self._open, "shape": self._shape, "move": self._move, "wall": self._wall}[order.pop("do")](
            **order
        )

    def _open(
        self,
        link: str,
        device: str,
        namespace: str,
        addresses: list[str],
        nat: str,
        public: str,
        firewall: str,
    ) -> None:
        opened = open_tun(device)
        settle(device, namespace, addresses)
        made = Link(opened, addresses, Nat(nat, public) if nat else None, firewall)
        self._links[link] = made
        self._register()
        self._loop.add_reader(opened, self._read, made)

    def _shape(self, link: str, up: dict[str, Any], down: dict[str, Any]) -> None:
        for line, wanted in ((self._links[link].up, up), (self._links[link].down, down)):
            for name, value in wanted.items():
                setattr(line, name, value)

    def _move(self, link: str, addresses: list[str], public: str) -> None:
        moved = self._links[link]
        moved.addresses = addresses
        if moved.nat:
            # Another network knows nothing of the ways through the last one.
            moved.nat = Nat(moved.nat.kind, public)
        self._register()

    def _wall(self, link: str, nat: str, public: str, firewall: str) -> None:
        walled = self._links[link]
        walled.nat = Nat(nat, public) if nat else None
        walled.firewall = firewall
        self._register()

    def _register(self) -> None:
        self._by_address = {address: link for link in self._links.values() for address in link.public}

    def _read(self, link: Link) -> None:
        for _ in range(AT_ONCE):
            try:
                raw = os.read(link.device, 2 * MTU_BYTES)
            except OSError:  # nothing more; or the device is down while its namespace goes
                return
            packet = Packet.read(raw)
            if packet and (sent := link.outward(packet)):
                self._carry(link.up, sent, self._route)

    def _route(self, packet: Packet) -> None:
        link = self._by_address.get(packet.destination.host)
        if link is not None:
            self._carry(link.down, packet, lambda arrived: self._deliver(link, arrived))

    def _deliver(self, link: Link, packet: Packet) -> None:
        received = link.inward(packet)
        if received:
            try:
                os.write(link.device, received.raw)
            except OSError:
                return  # the namespace is going, or its queue is full: one packet fewer

    def _carry(self, line: Line, packet: Packet, then: Callable[[Packet], None]) -> None:
        now = self._loop.time()
        at = line.arrives_at(len(packet.raw), now)
        if at is None:
            return
        if at <= now:
            then(packet)
        else:
            self._loop.call_at(at, then, packet)


def open_tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def settle(device: str, namespace: str, addresses: list[str]) -> None:
    """Put the device into the namespace, with its addresses and the way to everywhere."""
    ip("link", "set", device, "netns", namespace)
    ip("-n", namespace, "link", "set", "lo", "up")
    ip("-n", namespace, "link", "set", device, "mtu", str(MTU_BYTES), "up")
    for address in addresses:
        ip("-n", namespace, "address", "add", f"{address}/32", "dev", device)
    ip("-n", namespace, "route", "replace", "default", "dev", device, "src", addresses[0])


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


async def serve() -> None:
    router = Router()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    while line := await orders.readline():
        router.obey(json.loads(line))
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
