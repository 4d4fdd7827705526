"""Shape and size of session descriptions (RFC 8866) and ICE candidates (RFC 8839). Pure.

Structure, limits and a deny-list: browsers add attributes with every release, so an allow-list of
attributes would refuse real offers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import ip_address

from consult.errors import BadDescription, TooLarge

DESCRIPTION_BYTES = 16_384
DESCRIPTION_LINES = 600
CANDIDATE_BYTES = 400
# Every page brings one line of sound and one of pictures; a third is room for a browser's own.
SECTIONS = 3
CANDIDATES = 40

_LINE = re.compile(r"[a-z]=[\x20-\x7e]*\Z")
_FINGERPRINT = re.compile(r"sha-(?:256|384|512) (?:[0-9A-Fa-f]{2}:){31,63}[0-9A-Fa-f]{2}\Z")
_CANDIDATE = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} [12] (?:udp|tcp|UDP|TCP) [0-9]{1,10} "
    r"(?P<address>\S{1,64}) (?P<port>[0-9]{1,5}) "
    r"typ (?P<type>host|srflx|prflx|relay)(?P<more>(?: [\x21-\x7e]{1,64} [\x21-\x7e]{1,256}){0,16})\Z"
)
# What browsers write instead of an address in their own network (RFC 8828, mDNS).
_DISGUISED = re.compile(r"[0-9a-fA-F-]{36}\.local\Z")
# No call has a line for data.
_KINDS = {"audio", "video"}
_PROTOCOL = "UDP/TLS/RTP/SAVPF"
# SDES keys would replace the DTLS keys that make a call private.
_DENIED = {"crypto", "key-mgmt", "identity"}
# Stand where an address has to, and tell none.
_NOWHERE = frozenset({"0.0.0.0", "::", "127.0.0.1", "::1"})  # noqa: S104 - nothing listens there


@dataclass(frozen=True, slots=True)
class Checked:
    """A description that may go on."""

    fingerprint: str
    """A hash of the certificate's fingerprints (RFC 8122): equal for the same certificate."""
    shows_address: bool
    """Somewhere it tells an address that is no relay's."""


@dataclass(slots=True)
class _Seen:
    sections: int = 0
    candidates: int = 0
    names: set[str] = field(default_factory=set)
    fingerprints: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    """Addresses in `c=`, `o=` and `a=rtcp` lines."""
    relays: set[str] = field(default_factory=set)
    shows_address: bool = False


def check_description(sdp: str, relay_only: bool = False) -> Checked:
    """Raises TooLarge over 16 KiB or 600 lines, BadDescription for any other fault."""
    seen = _Seen()
    for line in _lines(sdp):
        if not _LINE.match(line):
            raise BadDescription(reason="line")
        if line[0] == "m":
            seen.sections += 1
            _check_section(line)
        elif line[0] == "a":
            name, _, value = line[2:].partition(":")
            # No name holds one (RFC 8866, 9), but browsers read what stands before it as the name.
            if " " in name:
                raise BadDescription(reason="line")
            seen.names.add(name)
            _take_attribute(seen, name, value)
        elif line[0] in "co":
            seen.told.add(line.rpartition(" ")[2])
    _check_whole(seen)
    # The default address of a line may be its relay's (RFC 8839, section 4.2.1.2).
    shows_address = seen.shows_address or not seen.told <= seen.relays | _NOWHERE
    keep_hidden(shows_address, relay_only)
    prints = " ".join(sorted(seen.fingerprints))
    return Checked(blake2b(prints.encode(), digest_size=16).hexdigest(), shows_address)


def check_candidate(candidate: str, relay_only: bool = False) -> bool:
    """Whether it shows an address that is no relay's. An empty one ends the list (RFC 8838).

    Raises TooLarge over 400 bytes, BadDescription.
    """
    shows_address = candidate != "" and _relayed(candidate) is None
    keep_hidden(shows_address, relay_only)
    return shows_address


def keep_hidden(shows_address: bool, relay_only: bool) -> None:
    """Raises BadDescription: a side whose media goes only through TURN tells no other address."""
    if shows_address and relay_only:
        raise BadDescription(reason="relay_only")


def _lines(sdp: str) -> Iterator[str]:
    if len(sdp) > DESCRIPTION_BYTES:
        raise TooLarge(limit=DESCRIPTION_BYTES)
    lines = sdp.split("\r\n")
    if lines.pop() != "":
        raise BadDescription(reason="line_end")
    if len(lines) > DESCRIPTION_LINES:
        raise TooLarge(limit=DESCRIPTION_LINES)
    if not lines or lines[0] != "v=0":
        raise BadDescription(reason="version")
    return iter(lines)


def _relayed(candidate: str) -> str | None:
    """A relay's address, where this tells nothing else; None for every other candidate."""
    if len(candidate) > CANDIDATE_BYTES:
        raise TooLarge(limit=CANDIDATE_BYTES)
    found = _CANDIDATE.match(candidate)
    if found is None or int(found["port"]) > 65_535 or not _is_address(found["address"]):
        raise BadDescription(reason="candidate")
    words = found["more"].split(" ")[1:]
    related = [value for name, value in zip(words[::2], words[1::2], strict=True) if name == "raddr"]
    if not all(map(_is_address, related)):
        raise BadDescription(reason="candidate")
    # Chromium relates a relay's candidate to nowhere, Firefox to the relay itself.
    hides = found["type"] == "relay" and set(related) <= _NOWHERE | {found["address"]}
    return found["address"] if hides else None


def _is_address(text: str) -> bool:
    """A host name would have the other side's browser ask for it, and so tell where it is."""
    try:
        ip_address(text)
    except ValueError:
        return _DISGUISED.match(text) is not None
    return "%" not in text


def _check_section(line: str) -> None:
    parts = line[2:].split(" ")
    if len(parts) < 4 or parts[0] not in _KINDS or parts[2] != _PROTOCOL or not parts[1].isdigit():
        raise BadDescription(reason="section")


def _take_attribute(seen: _Seen, name: str, value: str) -> None:
    if name in _DENIED:
        raise BadDescription(reason="denied_attribute")
    if name == "fingerprint":
        if not _FINGERPRINT.match(value):
            raise BadDescription(reason="fingerprint")
        seen.fingerprints.add(value.lower())
    elif name == "candidate":
        seen.candidates += 1
        relay = _relayed(f"candidate:{value}")
        if relay is None:
            seen.shows_address = True
        else:
            seen.relays.add(relay)
    elif name == "rtcp" and " " in value:  # RFC 3605: the address may be left out
        seen.told.add(value.rpartition(" ")[2])


def _check_whole(seen: _Seen) -> None:
    if not 1 <= seen.sections <= SECTIONS:
        raise BadDescription(reason="sections")
    if seen.candidates > CANDIDATES:
        raise BadDescription(reason="candidates")
    # One certificate: RFC 8122 lets it stand by several hashes, which two values of one hash cannot be.
    hashes = {fingerprint.partition(" ")[0] for fingerprint in seen.fingerprints}
    if not seen.fingerprints or len(hashes) != len(seen.fingerprints):
        raise BadDescription(reason="fingerprint")
    if "ice-ufrag" not in seen.names or "ice-pwd" not in seen.names:
        raise BadDescription(reason="ice")
