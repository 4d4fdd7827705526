"""Who only listens describes nothing that it would send on."""

import pytest

from consult.errors import BadDescription
from consult.signalling.legs.hears_only import check_hears_only


def described(*sections: str, session: str = "") -> str:
    """Lines of a description, each section given as `kind direction direction ...`."""
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", *([f"a={session}"] if session else [])]
    for section in sections:
        kind, *directions = section.split()
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF 111", *(f"a={each}" for each in directions), "a=mid:0"]
    return "".join(f"{line}\r\n" for line in lines)


@pytest.mark.parametrize(
    "sdp",
    [
        described("audio recvonly"),
        described("audio recvonly", "video inactive"),
        described("audio", "video", session="recvonly"),
        described("audio recvonly", session="sendrecv"),
    ],
)
def test_who_only_hears_is_let_through(sdp: str) -> None:
    check_hears_only(sdp)


@pytest.mark.parametrize(
    "sdp",
    [
        described("audio sendrecv"),
        described("audio sendonly"),
        described("audio recvonly", "video sendrecv"),
        described("audio recvonly", "video sendonly"),
        described("audio"),  # RFC 8866: sendrecv, unless something else is said
        described("audio recvonly", "video"),
        described("audio", session="sendonly"),
        described("audio recvonly sendrecv"),
        described("audio sendrecv", session="recvonly"),
        described("audio recvonly", "application"),
        described("AUDIO recvonly"),
        # libwebrtc reads an attribute's name as far as a space or a colon, and the last one holds.
        described("audio recvonly").replace("a=mid", "a=sendonly x\r\na=mid"),
        described("audio recvonly").replace("a=mid", "a=sendrecv:x\r\na=mid"),
    ],
)
def test_who_would_send_is_refused(sdp: str) -> None:
    with pytest.raises(BadDescription) as refused:
        check_hears_only(sdp)
    assert refused.value.values == {"reason": "hears_only"}
