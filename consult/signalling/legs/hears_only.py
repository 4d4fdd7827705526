"""A description by which its sender only receives (RFC 8866 6.7, RFC 8829 5.2.1). Pure."""

import re

from consult.errors import BadDescription

_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_HEARS = frozenset({"recvonly", "inactive"})
# As libwebrtc reads it: a direction counts with anything behind it.
_NAME_ENDS = re.compile("[ :]")


def check_hears_only(sdp: str) -> None:
    """Raises BadDescription (`hears_only`) for a line that its sender sends on, or a channel for data.

    Of a line that names no direction the session's holds, and without one it sends. Who names two sends.
    """
    of_session: set[str] = set()
    sections: list[set[str]] = []
    for line in sdp.split("\r\n"):
        if line.startswith("m="):
            if not line.startswith(("m=audio ", "m=video ")):
                raise BadDescription(reason="hears_only")
            sections.append(set())
        elif line[:2] == "a=" and (name := _NAME_ENDS.split(line[2:], maxsplit=1)[0]) in _DIRECTIONS:
            (sections[-1] if sections else of_session).add(name)
    for directions in sections:
        held = directions or of_session or {"sendrecv"}
        if not held <= _HEARS:
            raise BadDescription(reason="hears_only")
