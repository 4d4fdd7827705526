"""Below the frames: bytes on the socket that no browser sends, each ended with its code."""

import json
import struct
from collections.abc import Iterable
from itertools import pairwise

import pytest

from tests.hub.hostile import Arena, Attacker, arena, everybody_else_goes_on
from tests.support.client import Client, Page

__all__ = ["arena", "everybody_else_goes_on"]

CONTINUES, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FRAME_BYTES = 65_536
PINGED = b'{"t":"Ping","n":5}'


def _frame(
    opcode: int, content: bytes = b"", *, final: bool = True, rest: int = 0, masked: bool = True
) -> bytes:
    """One frame of RFC 6455; `rest` are its reserved bits. The mask is of zeros: the content stays."""
    first = final << 7 | rest << 4 | opcode
    mask = masked << 7
    if len(content) < 126:
        head = struct.pack("!BB", first, mask | len(content))
    elif len(content) < 65_536:
        head = struct.pack("!BBH", first, mask | 126, len(content))
    else:
        head = struct.pack("!BBQ", first, mask | 127, len(content))
    return head + (b"\0\0\0\0" if masked else b"") + content


def _announced(length: int) -> bytes:
    """Only the head of a frame of this length."""
    return struct.pack("!BBQ", 0x80 | TEXT, 0x80 | 127, length)


def _pieces(content: bytes, cuts: Iterable[int]) -> bytes:
    """A text in fragments, cut at these places."""
    edges = [0, *cuts, len(content)]
    parts = [content[start:end] for start, end in pairwise(edges)]
    return b"".join(
        _frame(TEXT if n == 0 else CONTINUES, part, final=n == len(parts) - 1) for n, part in enumerate(parts)
    )


def _padded(to_bytes: int, with_: str = "x") -> bytes:
    """A heartbeat with an unknown field, so long that the whole has this length."""
    bare = len(b'{"t":"Ping","n":5,"x":""}')
    unit = len(with_.encode())
    text = with_ * ((to_bytes - bare) // unit)
    text += "x" * (to_bytes - bare - len(text.encode()))
    return b'{"t":"Ping","n":5,"x":"' + text.encode() + b'"}'


ENDED = {
    "a binary frame": (_frame(BINARY, PINGED), 4400),
    "an empty binary frame": (_frame(BINARY), 4400),
    "a binary frame in pieces": (_frame(BINARY, b"\0", final=False) + _frame(CONTINUES, b"\1"), 4400),
    "a binary frame of zeros": (_frame(BINARY, bytes(60_000)), 4400),
    "a byte that is no UTF-8": (_frame(TEXT, b"\xff"), 1007),
    "UTF-8 that is cut off": (_frame(TEXT, b'{"t":"\xe2\x82'), 1007),
    "a slash written too long": (_frame(TEXT, b"\xc0\xaf"), 1007),
    "half a pair as UTF-8": (_frame(TEXT, b'"\xed\xa0\x80"'), 1007),
    "a character beyond the last": (_frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "no UTF-8 over two fragments": (_pieces(b"\xe2\x28\xa1", [1]), 1007),
    "one byte over 64 KiB": (_frame(TEXT, _padded(FRAME_BYTES + 1)), 1009),
    "one byte over 64 KiB, in Chinese": (_frame(TEXT, _padded(FRAME_BYTES + 1, "證")), 1009),
    "one byte over 64 KiB, in emoji": (_frame(TEXT, _padded(FRAME_BYTES + 1, "😀")), 1009),
    "one byte over 64 KiB, no JSON": (_frame(TEXT, b"x" * (FRAME_BYTES + 1)), 1009),
    "much too long": (_frame(TEXT, b"x" * 1_000_000), 1009),
    "announced as 2 GiB": (_announced(2**31), 1009),
    "announced as all there is": (_announced(2**63 - 1), 1009),
    "too long in binary": (_frame(BINARY, bytes(100_000)), 1009),
    "too long in fragments": (_pieces(b"x" * 100_000, range(1_000, 100_000, 1_000)), 1009),
    "without a mask": (_frame(TEXT, PINGED, masked=False), 1002),
    "the first reserved bit": (_frame(TEXT, PINGED, rest=4), 1002),
    "the last reserved bit": (_frame(TEXT, PINGED, rest=1), 1002),
    "a reserved kind": (_frame(3, PINGED), 1002),
    "a reserved control kind": (_frame(11), 1002),
    "a continuation of nothing": (_frame(CONTINUES, PINGED), 1002),
    "a text within a text": (_frame(TEXT, b"{", final=False) + _frame(TEXT, PINGED), 1002),
    "a ping too long": (_frame(PING, bytes(126)), 1002),
    "a ping in pieces": (_frame(PING, b"a", final=False), 1002),
    "a goodbye of one byte": (_frame(CLOSE, b"\x03"), 1002),
    "a goodbye with a code of nobody": (_frame(CLOSE, struct.pack("!H", 999)), 1002),
    "a goodbye that must not be sent": (_frame(CLOSE, struct.pack("!H", 1006)), 1002),
    "a goodbye that is no UTF-8": (_frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
    "another protocol": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 1002),
    "noise": (bytes(range(255, 0, -1)), 1002),
}

TAKEN = {
    "whole": _frame(TEXT, PINGED),
    "byte by byte": _pieces(PINGED, range(1, len(PINGED))),
    "with empty pieces": _frame(TEXT, b"", final=False)
    + _frame(CONTINUES, b"", final=False) * 200
    + _frame(CONTINUES, PINGED),
    "with pings between its pieces": _frame(TEXT, PINGED[:5], final=False)
    + _frame(PING, b"?")
    + _frame(PONG, b"!")
    + _frame(CONTINUES, PINGED[5:]),
    "a letter cut in two": _pieces(b'{"t":"Ping","n":5,"x":"\xc3\xa9"}', [23]),
    "of exactly 64 KiB": _frame(TEXT, _padded(FRAME_BYTES)),
    "of exactly 64 KiB in emoji": _frame(TEXT, _padded(FRAME_BYTES, "😀")),
    "after pongs nobody asked for": _frame(PONG, b"x" * 125) * 50 + _frame(TEXT, PINGED),
}


def _writes(client: Client, content: bytes) -> None:
    client.socket.transport.write(content)


@pytest.fixture(scope="module")
async def page(arena: Arena) -> Page:
    return await arena.office.citizen(name="Penyerang")


@pytest.mark.parametrize("name", ENDED)
async def test_what_breaks_the_rules_of_sockets_ends_the_connection(page: Page, name: str) -> None:
    content, code = ENDED[name]
    client = await page.enter()
    _writes(client, content)
    assert await client.closed() == code


@pytest.mark.parametrize("name", ENDED)
async def test_before_hello_it_ends_the_same(page: Page, name: str) -> None:
    content, code = ENDED[name]
    client = await page.knock()
    _writes(client, content)
    assert await client.closed() == code


async def test_what_is_strange_but_within_the_rules_is_heard(page: Page) -> None:
    async with page.open() as client:
        for name, content in TAKEN.items():
            _writes(client, content)
            assert await client.hears("Pong", n=5), name


async def test_an_empty_frame_is_refused_and_the_connection_stays(page: Page) -> None:
    async with page.open() as client:
        await client.sends_text("")
        assert (await client.hears("Refused"))["code"] == "bad_request"
        _writes(client, _frame(TEXT, b"", final=False) + _frame(CONTINUES))
        assert (await client.hears("Refused"))["code"] == "bad_request"
        await client.pings()


async def test_five_thousand_pings_of_the_protocol_are_answered_and_nothing_else(page: Page) -> None:
    async with page.open() as client:
        _writes(client, _frame(PING, b"ramai") * 5_000)
        await client.pings()


async def test_a_flood_of_heartbeats_is_ignored_and_then_let_go(arena: Arena) -> None:
    page = await arena.office.citizen(name="Pembanjir")
    client = await page.enter()
    for n in range(400):
        await client.sends("Ping", n=n)
    assert await client.closed() == 4429
    assert len(client.has_heard("Pong")) < 80


async def test_hello_twice_is_refused_and_the_connection_stays(page: Page) -> None:
    async with page.open() as client:
        answer = await Attacker(client).meets(json.dumps(page.hello()))
        assert isinstance(answer, dict)
        assert (answer["code"], answer["values"]) == ("bad_request", {"reason": "second Hello"})
        await client.pings()
