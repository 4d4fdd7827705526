"""Peers a relay must refuse: without this list anybody in a call could reach the office's own network."""

import ipaddress

# (range, why). Every IPv4 address can be written inside IPv6 as well: those doors are closed whole.
DENIED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this host"),
    ("10.0.0.0/8", "private network"),
    ("100.64.0.0/10", "behind a carrier's NAT"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local, cloud metadata"),
    ("172.16.0.0/12", "private network"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relays"),
    ("192.168.0.0/16", "private network"),
    ("198.18.0.0/15", "benchmarks"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved, broadcast"),
    ("::/96", "unspecified, loopback, IPv4-compatible"),
    ("::ffff:0:0/96", "IPv4-mapped (CVE-2026-27624)"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "local NAT64"),
    ("100::/64", "discard"),
    ("2001::/23", "protocol assignments, Teredo"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("fc00::/7", "private network"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)

_SAMPLES = """
0.0.0.0 0.0.0.1 10.0.0.1 10.1.2.3 10.255.255.254 100.64.0.1 100.100.100.200 100.127.255.254
127.0.0.1 127.0.0.53 127.255.255.254 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.17.0.1
172.31.255.254 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.1.1 192.168.255.254
198.18.0.1 198.19.255.254 198.51.100.1 203.0.113.1 224.0.0.1 224.0.0.251 239.255.255.250 240.0.0.1
255.255.255.255
:: ::1 ::7f00:1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:172.16.0.1
::ffff:192.168.1.1 ::ffff:100.64.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe
64:ff9b::c0a8:101 64:ff9b:1::a00:1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1
2002:c0a8:101::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe80::a9fe:a9fe fec0::1 ff02::1 ff02::fb ff05::2
"""
SAMPLES = [ipaddress.ip_address(word) for word in _SAMPLES.split()]
# An address of the open internet, which a relay must let through; nothing is sent to it.
ORDINARY = {4: ipaddress.ip_address("9.9.9.9"), 6: ipaddress.ip_address("2620:fe::fe")}


def ranges() -> list[tuple[str, str]]:
    """(first-last, why) as coturn wants them."""
    found = []
    for text, why in DENIED:
        network = ipaddress.ip_network(text)
        # A range that begins with `::` is taken by coturn for every address there is, IPv4 too.
        first = network.network_address + (text == "::/96")
        found.append((f"{first}-{network.broadcast_address}", why))
    return found
