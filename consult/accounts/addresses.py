"""Network addresses as keys: for limits, and to tell one from another without writing it down. Pure."""

from hashlib import blake2b
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network


def block_of(address: str | None) -> str:
    """IPv4 as it is, IPv6 by its /64: one subscriber holds that many addresses."""
    if not address:
        return "unknown"
    try:
        return str(IPv4Address(address))
    except AddressValueError:
        pass
    try:
        six = IPv6Address(address.split("%", 1)[0])
    except AddressValueError:
        return "unknown"
    return str(six.ipv4_mapped) if six.ipv4_mapped else str(IPv6Network((six, 64), strict=False))


def seen_from(stream: str, address: str) -> str:
    """A name for this address that only this page's connections share; "" when the address is unknown."""
    return blake2b(f"{stream} {address}".encode(), digest_size=8).hexdigest() if address else ""
