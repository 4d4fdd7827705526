"""STUN messages (RFC 8489) with what TURN (RFC 8656) adds, as bytes and back. Pure."""

import hashlib
import hmac
import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass

COOKIE = 0x2112A442
HEADER_BYTES = 20

BINDING, ALLOCATE, REFRESH, CREATE_PERMISSION = 0x001, 0x003, 0x004, 0x008
REQUEST, SUCCESS, FAILURE = 0x000, 0x100, 0x110

USERNAME, INTEGRITY, ERROR_CODE = 0x0006, 0x0008, 0x0009
LIFETIME, PEER_ADDRESS, REALM, NONCE = 0x000D, 0x0012, 0x0014, 0x0015
RELAYED_ADDRESS, ADDRESS_FAMILY, TRANSPORT, MAPPED_ADDRESS = 0x0016, 0x0017, 0x0019, 0x0020
SOFTWARE = 0x8022

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Attribute = tuple[int, bytes]


class Malformed(Exception):
    """The bytes are no STUN message."""


@dataclass(frozen=True, slots=True)
class Message:
    method: int
    kind: int
    transaction: bytes
    attributes: dict[int, bytes]

    @property
    def error(self) -> int | None:
        """The error's code; None in an answer that is not an error."""
        value = self.attributes.get(ERROR_CODE, b"")
        return value[2] % 8 * 100 + value[3] if len(value) >= 4 else None

    def text(self, attribute: int) -> str:
        return self.attributes.get(attribute, b"").decode("utf-8", "replace")


def encode(
    method: int, transaction: bytes, attributes: Iterable[Attribute], key: bytes | None = None
) -> bytes:
    """A request; with `key` it carries MESSAGE-INTEGRITY over everything before it."""
    body = b"".join(_padded(kind, value) for kind, value in attributes)
    if key is None:
        return _header(method, len(body), transaction) + body
    signed = _header(method, len(body) + 24, transaction) + body
    return signed + _padded(INTEGRITY, hmac.digest(key, signed, "sha1"))


def decode(data: bytes) -> Message:
    """Raises Malformed."""
    if len(data) < HEADER_BYTES:
        raise Malformed("shorter than a header")
    kind, length, cookie = struct.unpack("!HHI", data[:8])
    if cookie != COOKIE or kind & 0xC000 or length % 4 or len(data) != HEADER_BYTES + length:
        raise Malformed("no STUN header")
    attributes: dict[int, bytes] = {}
    at = HEADER_BYTES
    while at < len(data):
        name, size = struct.unpack("!HH", data[at : at + 4])
        value = data[at + 4 : at + 4 + size]
        if len(value) != size:
            raise Malformed("an attribute runs over the end")
        attributes.setdefault(name, value)
        at += 4 + size + -size % 4
    return Message(kind & ~0x0110 & 0x3FFF, kind & 0x0110, data[8:20], attributes)


def length_of(header: bytes) -> int:
    """How many bytes follow this header on a stream."""
    return int(struct.unpack("!H", header[2:4])[0])


def long_term_key(user: str, realm: str, password: str) -> bytes:
    # RFC 8489, 9.2.2: the key is this digest by definition; the credential behind it lives for minutes.
    return hashlib.md5(f"{user}:{realm}:{password}".encode(), usedforsecurity=False).digest()


def address_bytes(address: Address, port: int, transaction: bytes) -> bytes:
    """An address as the XOR attributes carry it."""
    family = 1 if address.version == 4 else 2
    mask = struct.pack("!I", COOKIE) + transaction
    plain = address.packed
    masked = bytes(a ^ b for a, b in zip(plain, mask, strict=False))
    return struct.pack("!BBH", 0, family, port ^ (COOKIE >> 16)) + masked


def address_of(value: bytes, transaction: bytes) -> Address:
    """Raises Malformed."""
    if len(value) not in {8, 20}:
        raise Malformed("no address")
    mask = struct.pack("!I", COOKIE) + transaction
    return ipaddress.ip_address(bytes(a ^ b for a, b in zip(value[4:], mask, strict=False)))


def _header(method: int, length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", method | REQUEST, length, COOKIE) + transaction


def _padded(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
