"""The street itself: what its lines, NATs and firewalls do to real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from random import Random

import pytest

from tests.network.line import Line
from tests.network.packets import UDP, Packet, checksum
from tests.network.street import Place, Street, street

SHOP, PHONE = "203.0.113.10", "10.77.1.2"
WAIT_SECONDS = 2.0


def udp_socket(at: str) -> Callable[[], socket.socket]:
    def make() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((at, 0))
        made.setblocking(False)
        return made

    return make


@asynccontextmanager
async def phone_and_shop(**phone: str) -> AsyncIterator[tuple[Street, socket.socket, socket.socket]]:
    """A socket at each end; the shop has two addresses."""
    places = (Place("phone", (PHONE,), **phone), Place("shop", (SHOP, "203.0.113.11")))  # type: ignore[arg-type]
    async with street(*places) as opened:
        here = opened.inside("phone", udp_socket(PHONE))
        there = opened.inside("shop", udp_socket("0.0.0.0"))  # noqa: S104 - in a namespace of its own
        with closing(here), closing(there):
            yield opened, here, there


async def say(sender: socket.socket, to: tuple[str, int], text: bytes) -> None:
    await asyncio.get_running_loop().sock_sendto(sender, text, to)


async def hear(at: socket.socket) -> tuple[bytes, tuple[str, int]]:
    heard = asyncio.get_running_loop().sock_recvfrom(at, 2_000)
    return await asyncio.wait_for(heard, WAIT_SECONDS)


async def hears_only(at: socket.socket, text: bytes) -> None:
    """This comes first: what was said before it has not come through."""
    assert (await hear(at))[0] == text


async def test_a_packet_comes_and_its_answer_after_the_delay_of_both_ways() -> None:
    async with phone_and_shop() as (opened, here, there):
        await opened.shape("phone", delay_seconds=0.05)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await say(here, (SHOP, there.getsockname()[1]), b"halo")
        text, sender = await hear(there)
        assert (text, sender) == (b"halo", here.getsockname())
        await say(there, sender, b"ya")
        await hears_only(here, b"ya")
        assert 0.1 <= loop.time() - began < 1.0


async def test_a_cone_shows_one_port_to_all_and_lets_in_only_who_was_written_to() -> None:
    async with phone_and_shop(nat="cone", public="203.0.113.101") as (opened, here, there):
        second = opened.inside("shop", udp_socket("203.0.113.11"))
        with closing(second):
            await say(here, (SHOP, there.getsockname()[1]), b"satu")
            _, seen = await hear(there)
            assert seen[0] == "203.0.113.101"
            await say(second, seen, b"belum ditanya")
            await say(there, seen, b"penanda")
            await hears_only(here, b"penanda")
            await say(here, second.getsockname(), b"dua")
            _, seen_by_second = await hear(second)
            assert seen_by_second == seen
            await say(second, seen, b"sudah ditanya")
            await hears_only(here, b"sudah ditanya")


async def test_a_symmetric_nat_shows_another_port_to_each() -> None:
    async with phone_and_shop(nat="symmetric", public="203.0.113.101") as (opened, here, there):
        second = opened.inside("shop", udp_socket("203.0.113.11"))
        with closing(second):
            await say(here, (SHOP, there.getsockname()[1]), b"satu")
            _, seen = await hear(there)
            await say(here, second.getsockname(), b"dua")
            _, seen_by_second = await hear(second)
            assert seen[1] != seen_by_second[1]
            await say(second, seen, b"bukan untukmu")
            await say(second, seen_by_second, b"untukmu")
            await hears_only(here, b"untukmu")


async def test_nobody_is_reached_behind_a_nat_by_the_address_inside() -> None:
    async with phone_and_shop(nat="cone", public="203.0.113.101") as (_, here, there):
        await say(there, here.getsockname(), b"langsung")
        await say(here, (SHOP, there.getsockname()[1]), b"halo")
        _, seen = await hear(there)
        await say(there, seen, b"lewat NAT")
        await hears_only(here, b"lewat NAT")


async def test_tcp_goes_through_a_nat_and_a_firewall_lets_only_443_out() -> None:
    phone = {"nat": "symmetric", "public": "203.0.113.101", "firewall": "only_tcp_443"}
    async with phone_and_shop(**phone) as (opened, here, there):
        open_door = opened.inside("shop", lambda: socket.create_server((SHOP, 443)))
        other_door = opened.inside("shop", lambda: socket.create_server((SHOP, 8443)))
        with closing(open_door), closing(other_door):
            to_open = lambda: socket.create_connection((SHOP, 443), WAIT_SECONDS)  # noqa: E731
            with closing(await asyncio.to_thread(opened.inside, "phone", to_open)) as caller:
                answering, seen = open_door.accept()
                with closing(answering):
                    answering.sendall(b"selamat datang")
                    assert caller.recv(100) == b"selamat datang"
                    assert seen[0] == "203.0.113.101"
            with pytest.raises(TimeoutError):
                to_other = lambda: socket.create_connection((SHOP, 8443), 0.5)  # noqa: E731
                await asyncio.to_thread(opened.inside, "phone", to_other)
        await say(here, (SHOP, there.getsockname()[1]), b"UDP")
        await opened.behind("phone", nat="symmetric", public="203.0.113.101")
        await say(here, (SHOP, there.getsockname()[1]), b"sekarang boleh")
        await hears_only(there, b"sekarang boleh")


async def test_a_cut_line_carries_nothing_and_a_moved_phone_has_another_address() -> None:
    async with phone_and_shop() as (opened, here, there):
        await opened.cut("phone")
        await say(here, (SHOP, there.getsockname()[1]), b"hilang")
        await opened.move("phone", "10.77.1.3")
        await opened.mend("phone")
        with pytest.raises(OSError, match="unreachable"):
            await say(here, (SHOP, there.getsockname()[1]), b"dari alamat lama")
        moved = opened.inside("phone", udp_socket("10.77.1.3"))
        with closing(moved):
            await say(moved, (SHOP, there.getsockname()[1]), b"dari alamat baru")
            assert await hear(there) == (b"dari alamat baru", moved.getsockname())


async def test_a_rate_spreads_packets_and_drops_what_its_queue_cannot_hold() -> None:
    async with phone_and_shop() as (opened, here, there):
        # 80 packets of 1,028 bytes with their headers are 2.05 s at 320 kbit/s; the queue holds 0.3 s.
        await opened.shape("phone", kbit=320, queue_seconds=0.3)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(80):
            await say(here, (SHOP, there.getsockname()[1]), bytes([number]) + bytes(999))
        came = 0
        last = began
        try:
            while True:
                await asyncio.wait_for(hear(there), 0.5)
                came, last = came + 1, loop.time()
        except TimeoutError:
            pass
        assert 10 <= came <= 16
        assert 0.25 <= last - began < 1.5


def test_a_line_loses_its_share_and_keeps_its_rate() -> None:
    lossy = Line(Random(4), loss=0.1)
    lost = sum(lossy.arrives_at(100, 0.0) is None for _ in range(10_000))
    assert 900 < lost < 1_100
    narrow = Line(Random(4), kbit=100, delay_seconds=0.02, queue_seconds=0.3)
    assert narrow.arrives_at(1_250, 5.0) == pytest.approx(5.12)
    assert narrow.arrives_at(1_250, 5.0) == pytest.approx(5.22)


def test_a_rewritten_packet_carries_right_checksums() -> None:
    head = bytes.fromhex("4500001f00004000401100000a4d0102cb00710a")
    packet = Packet.read(head + bytes.fromhex("1234005000" + "0b0000") + b"abc")
    assert packet is not None and packet.protocol == UDP and packet.source.port == 0x1234
    sent = packet.sent_from(type(packet.source)("203.0.113.101", 20_001))
    assert checksum(sent.raw[:20]) == 0
    pseudo = sent.raw[12:20] + bytes([0, UDP, 0, 11])
    assert checksum(pseudo + sent.raw[20:]) == 0
    assert Packet.read(sent.raw) == sent
    assert Packet.read(b"\x60" + bytes(40)) is None
