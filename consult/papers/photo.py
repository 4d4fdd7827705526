"""What a photo of a document may be before anybody opens it. Pure."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from consult.errors import BadPhoto, TooLarge

# Made by the page that sends the photo, 128 random bits: the same again is a repeat.
ID = re.compile(r"[a-f0-9]{32}")
CAPTION_CHARACTERS = 300
# A scan costs a few bytes to send and a walk over all pixels to read; cameras write up to about twelve.
MOST_SCANS = 64

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN = b"\xff\xda"  # stands nowhere else: within a scan every FF is followed by 00 or a restart
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A photo as it is kept: JPEG without anything but its pixels, and a small one for the conversation."""

    content: bytes
    small: bytes
    width: int
    height: int


def kind_of(content: bytes) -> str:
    """JPEG or PNG, by its first bytes alone: what a sender calls it proves nothing.

    Raises BadPhoto with `reason` heic, kind, or scans.
    """
    if content.startswith(_JPEG):
        if content.count(_START_OF_SCAN) > MOST_SCANS:
            raise BadPhoto(reason="scans")
        return "JPEG"
    if content.startswith(_PNG):
        return "PNG"
    raise BadPhoto(reason="heic" if content[4:8] == b"ftyp" and content[8:12] in _HEIC else "kind")


def digest_of(content: bytes, caption: str) -> bytes:
    """Tells a repeat from another photo under the same id."""
    return hashlib.sha256(hashlib.sha256(content).digest() + caption.encode()).digest()


def caption_of(text: str) -> str:
    """A caption as it is kept: one line without control characters, trimmed. Raises TooLarge."""
    visible = "".join(" " if char.isspace() else char for char in text)
    line = " ".join("".join(c for c in visible if unicodedata.category(c) not in {"Cc", "Cs"}).split())
    if len(line) > CAPTION_CHARACTERS:
        raise TooLarge(limit=CAPTION_CHARACTERS)
    return line
