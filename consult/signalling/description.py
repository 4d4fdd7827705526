"""Shape and size of session descriptions (RFC 8866) and ICE candidates (RFC 8839). Pure.

Structure, limits and a deny-list: browsers add attributes with every release, so an allow-list of
attributes would refuse real offers.
"""

import re
from hashlib import blake2b

from consult.errors import BadDescription, TooLarge

DESCRIPTION_BYTES = 16_384
DESCRIPTION_LINES = 600
CANDIDATE_BYTES = 400
SECTIONS = 8
CANDIDATES = 40

_LINE = re.compile(r"[a-z]=[\x20-\x7e]*\Z")
_FINGERPRINT = re.compile(r"sha-(?:256|384|512) (?:[0-9A-Fa-f]{2}:){31,63}[0-9A-Fa-f]{2}\Z")
_CANDIDATE = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} [12] (?:udp|tcp|UDP|TCP) [0-9]{1,10} "
    r"(?P<address>[0-9a-fA-F:.]{3,45}|[0-9a-fA-F-]{36}\.local) (?P<port>[0-9]{1,5}) "
    r"typ (?P<type>host|srflx|prflx|relay)(?: [\x21-\x7e]{1,64} [\x21-\x7e]{1,256}){0,16}\Z"
)
_KINDS = {"audio", "video", "application"}
_PROTOCOLS = {"UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP"}
# SDES keys would replace the DTLS keys that make a call private.
_DENIED = {"crypto", "key-mgmt", "identity"}


def check_description(sdp: str, relay_only: bool = False) -> str:
    """A hash of the certificate's fingerprints (RFC 8122): equal for the same certificate.

    Raises TooLarge over 16 KiB or 600 lines, BadDescription for any other fault.
    """
    if len(sdp) > DESCRIPTION_BYTES:
        raise TooLarge(limit=DESCRIPTION_BYTES)
    lines = sdp.split("\r\n")
    if lines.pop() != "":
        raise BadDescription(reason="line_end")
    if len(lines) > DESCRIPTION_LINES:
        raise TooLarge(limit=DESCRIPTION_LINES)
    if not lines or lines[0] != "v=0":
        raise BadDescription(reason="version")
    sections = candidates = 0
    fingerprints: set[str] = set()
    names: set[str] = set()
    for line in lines:
        if not _LINE.match(line):
            raise BadDescription(reason="line")
        if line[0] == "m":
            sections += 1
            _check_section(line)
        elif line[0] == "a":
            name, _, value = line[2:].partition(":")
            names.add(name)
            candidates += name == "candidate"
            _check_attribute(name, value, fingerprints, relay_only)
    _check_whole(sections, candidates, fingerprints, names)
    return blake2b(" ".join(sorted(fingerprints)).encode(), digest_size=16).hexdigest()


def check_candidate(candidate: str, relay_only: bool = False) -> None:
    """An empty candidate ends the list (RFC 8838). Raises TooLarge over 400 bytes, BadDescription."""
    if candidate == "":
        return
    if len(candidate) > CANDIDATE_BYTES:
        raise TooLarge(limit=CANDIDATE_BYTES)
    found = _CANDIDATE.match(candidate)
    if found is None or int(found["port"]) > 65_535:
        raise BadDescription(reason="candidate")
    if relay_only and found["type"] != "relay":
        raise BadDescription(reason="relay_only")


def _check_section(line: str) -> None:
    parts = line[2:].split(" ")
    if len(parts) < 4 or parts[0] not in _KINDS or parts[2] not in _PROTOCOLS or not parts[1].isdigit():
        raise BadDescription(reason="section")


def _check_attribute(name: str, value: str, fingerprints: set[str], relay_only: bool) -> None:
    if name in _DENIED:
        raise BadDescription(reason="denied_attribute")
    if name == "fingerprint":
        if not _FINGERPRINT.match(value):
            raise BadDescription(reason="fingerprint")
        fingerprints.add(value.lower())
    elif name == "candidate":
        check_candidate(f"candidate:{value}", relay_only)


def _check_whole(sections: int, candidates: int, fingerprints: set[str], names: set[str]) -> None:
    if not 1 <= sections <= SECTIONS:
        raise BadDescription(reason="sections")
    if candidates > CANDIDATES:
        raise BadDescription(reason="candidates")
    # One certificate: RFC 8122 lets it stand by several hashes, which two values of one hash cannot be.
    hashes = {fingerprint.partition(" ")[0] for fingerprint in fingerprints}
    if not fingerprints or len(hashes) != len(fingerprints):
        raise BadDescription(reason="fingerprint")
    if "ice-ufrag" not in names or "ice-pwd" not in names:
        raise BadDescription(reason="ice")
