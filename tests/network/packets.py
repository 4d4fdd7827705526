"""IPv4 packets as the street's router reads and rewrites them (RFC 791, 768, 9293)."""

import struct
from dataclasses import dataclass
from socket import inet_aton, inet_ntoa
from typing import Self

TCP, UDP = 6, 17
_CHECKSUM_AT = {TCP: 16, UDP: 6}
_FRAGMENT = 0x1FFF


@dataclass(frozen=True, slots=True)
class Endpoint:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Packet:
    """One whole TCP segment or UDP datagram over IPv4."""

    protocol: int
    source: Endpoint
    destination: Endpoint
    raw: bytes

    @classmethod
    def read(cls, raw: bytes) -> Self | None:
        """None for all that the street does not carry: IPv6, ICMP, fragments, what is cut short."""
        if len(raw) < 20 or raw[0] >> 4 != 4 or raw[9] not in _CHECKSUM_AT:
            return None
        length = (raw[0] & 15) * 4
        if struct.unpack_from("!H", raw, 6)[0] & _FRAGMENT or len(raw) < length + 8:
            return None
        source, destination = struct.unpack_from("!HH", raw, length)
        return cls(
            raw[9],
            Endpoint(inet_ntoa(raw[12:16]), source),
            Endpoint(inet_ntoa(raw[16:20]), destination),
            raw,
        )

    def sent_from(self, source: Endpoint) -> "Packet":
        return self._between(source, self.destination)

    def sent_to(self, destination: Endpoint) -> "Packet":
        return self._between(self.source, destination)

    def _between(self, source: Endpoint, destination: Endpoint) -> "Packet":
        length = (self.raw[0] & 15) * 4
        head, body = bytearray(self.raw[:length]), bytearray(self.raw[length:])
        addresses = inet_aton(source.host) + inet_aton(destination.host)
        head[12:20] = addresses
        head[10:12] = bytes(2)
        head[10:12] = struct.pack("!H", checksum(bytes(head)))
        body[0:4] = struct.pack("!HH", source.port, destination.port)
        at = _CHECKSUM_AT[self.protocol]
        body[at : at + 2] = bytes(2)
        pseudo = addresses + struct.pack("!BBH", 0, self.protocol, len(body))
        # Zero means "none" in UDP, so the other zero is sent (RFC 768).
        body[at : at + 2] = struct.pack("!H", checksum(pseudo + bytes(body)) or 0xFFFF)
        return Packet(self.protocol, source, destination, bytes(head + body))


def checksum(data: bytes) -> int:
    """The internet's (RFC 1071); zero over data that carries its own."""
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
