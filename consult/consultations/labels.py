"""Queue numbers as people type them."""

import re

_LABEL = re.compile(r"\s*([A-Za-z]{1,2})[\s.-]*([0-9]{1,6})\s*")


def label_of(typed: str) -> str | None:
    """B-014 for `b14`, `B 014` and the like; None for what is no number."""
    match = _LABEL.fullmatch(typed)
    return None if match is None else f"{match[1].upper()}-{int(match[2]):03d}"
