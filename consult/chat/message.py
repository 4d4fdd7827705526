"""What a chat message may be. Pure."""

import unicodedata

from consult.errors import BadRequest, TooLarge

# Tab and line feed stay; other control characters have no business in a message.
_KEPT = {"\n", "\t"}


def clean(text: str, characters: int) -> str:
    """`text` as it is stored: line ends as \\n, control characters gone, trimmed at both ends.

    Raises BadRequest when nothing is left, TooLarge over `characters` or 16 KiB of UTF-8.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():  # nearly every message is, and needs no look at each character
        text = "".join(char for char in text if _stays(char))
    text = text.strip()
    if not text:
        raise BadRequest(reason="empty")
    if len(text) > characters or len(text.encode()) > 16_384:
        raise TooLarge(limit=characters)
    return text


def _stays(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char) not in {"Cc", "Cs"}
