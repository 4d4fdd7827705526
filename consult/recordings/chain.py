"""The hash chain over a recording's slices: SHA-256 (FIPS 180-4) of the link before and the bytes. Pure."""

import hashlib
from collections.abc import Iterable


def first_link(recording_id: str) -> bytes:
    """What the first slice is chained to, so that no slice fits into another recording."""
    return hashlib.sha256(recording_id.encode()).digest()


def next_link(link: bytes, content: bytes) -> bytes:
    return hashlib.sha256(link + content).digest()


def links_of(recording_id: str, contents: Iterable[bytes]) -> list[bytes]:
    """The link of each slice."""
    links, link = [], first_link(recording_id)
    for content in contents:
        link = next_link(link, content)
        links.append(link)
    return links
