"""A description by which its sender only receives (RFC 8866 6.7, RFC 8829 5.2.1). Pure."""

from consult.errors import BadDescription

_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_HEARS = frozenset({"recvonly", "inactive"})


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
        elif line[:2] == "a=" and line[2:] in _DIRECTIONS:
            (sections[-1] if sections else of_session).add(line[2:])
    for directions in sections:
        held = directions or of_session or {"sendrecv"}
        if not held <= _HEARS:
            raise BadDescription(reason="hears_only")
