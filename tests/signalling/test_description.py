"""Session descriptions and candidates: real ones pass, hostile ones are refused with a reason."""

import pytest

from consult.errors import BadDescription, ConsultError, TooLarge
from consult.signalling.description import check_candidate, check_description
from tests.signalling.said import CANDIDATES, DESCRIPTIONS

FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)
OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=extmap-allow-mixed",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=ice-ufrag:EsAw",
        "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
        "a=ice-options:trickle",
        f"a=fingerprint:{FINGERPRINT}",
        "a=setup:actpass",
        "a=mid:0",
        "a=rtcp-xr:rcvr-rtt=all:10000",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        f"a=fingerprint:{FINGERPRINT}",
        "a=mid:1",
        "",
    ]
)
CANDIDATE = (
    "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx "
    "raddr 10.0.0.17 rport 46154 generation 0"
)


def test_a_browsers_offer_passes() -> None:
    check_description(OFFER)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_what_browsers_say_passes_and_shows_no_address_where_only_a_relay_is_used(name: str) -> None:
    assert len(DESCRIPTIONS) >= 10 and len(CANDIDATES) >= 10
    checked = check_description(DESCRIPTIONS[name])
    if "relayed" in name:
        assert checked.shows_address is False


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_what_browsers_find_passes_and_a_relays_address_is_no_other(candidate: str) -> None:
    assert check_candidate(candidate) is (" typ relay " not in candidate or " raddr 10." in candidate)


def test_a_third_line_is_room_for_a_browsers_own() -> None:
    check_description(OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")


def test_one_certificate_may_stand_by_several_hashes() -> None:
    longer = f"a=fingerprint:sha-512 {':'.join(['CD'] * 64)}\r\n"
    check_description(OFFER + longer)
    with pytest.raises(BadDescription):
        check_description(OFFER + longer + longer.replace("CD", "EF"))


@pytest.mark.parametrize(
    ("reason", "sdp"),
    [
        ("line_end", OFFER.replace("\r\n", "\n")),
        ("version", OFFER.replace("v=0", "v=1")),
        ("line", OFFER.replace("s=-", "s=\x00")),
        ("line", OFFER.replace("s=-", "S=-")),
        ("line", OFFER.replace("a=mid:0", "a=crypto 1:AES_CM_128_HMAC_SHA1_80 inline:x")),
        ("line", OFFER.replace("a=mid:0", "a=candidate 1 1 udp 1 10.0.0.1 7 typ host")),
        ("section", OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")),
        ("section", OFFER.replace("m=audio", "m=text")),
        ("section", OFFER + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
        ("section", OFFER.replace("UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP")),
        ("denied_attribute", OFFER.replace("a=mid:0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x")),
        ("fingerprint", OFFER.replace(FINGERPRINT, "md5 AB:CD")),
        ("fingerprint", OFFER.replace(FINGERPRINT, FINGERPRINT.replace("AB", "CD"), 1)),
        ("fingerprint", OFFER.replace(f"a=fingerprint:{FINGERPRINT}", "a=other:1")),
        ("ice", OFFER.replace("a=ice-pwd", "a=ice-word")),
        ("sections", OFFER.split("m=audio")[0]),
        ("sections", OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 2),
        ("candidate", OFFER + "a=candidate:1 1 udp 1 metadata.internal 80 typ host\r\n"),
        ("candidates", OFFER + f"a={CANDIDATE}\r\n" * 41),
    ],
)
def test_a_strange_description_is_refused_with_its_reason(reason: str, sdp: str) -> None:
    with pytest.raises(BadDescription) as refused:
        check_description(sdp)
    assert refused.value.values == {"reason": reason}


@pytest.mark.parametrize("sdp", ["v=0\r\n" + "a=x\r\n" * 5_000, OFFER + "a=x\r\n" * 600])
def test_a_long_description_is_too_large(sdp: str) -> None:
    with pytest.raises(TooLarge):
        check_description(sdp)


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        CANDIDATE,
        "candidate:1 1 tcp 1518280447 192.168.1.3 9 typ host tcptype active ufrag EsAw network-id 1",
        "candidate:1 1 udp 2113937151 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host generation 0",
        "candidate:2 1 UDP 41885439 2001:db8::7 3478 typ relay raddr :: rport 0",
    ],
)
def test_a_browsers_candidate_passes(candidate: str) -> None:
    check_candidate(candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        "candidate:1 1 udp 1 host.example 80 typ host",
        # Host names of hexadecimal letters, and numbers that are no address.
        *(
            f"candidate:1 1 udp 1 {name} 80 typ host"
            for name in (
                "abc.de",
                "cafe",
                "dead.beef",
                "999.999",
                "1.2.3.4.5",
                "10.0.0.256",
                "10.0.0.01",
                ":",
            )
        ),
        "candidate:1 1 udp 1 fe80::1%eth0 80 typ host",
        "candidate:1 1 udp 1 10.0.0.1 80 typ srflx raddr host.example rport 9",
        "candidate:1 1 udp 1 10.0.0.1 70000 typ host",
        "candidate:1 1 sctp 1 10.0.0.1 7 typ host",
        "candidate:1 1 udp 1 10.0.0.1 7 typ host\r\na=crypto:1",
        "candidate:1 1 udp 1 10.0.0.1 7 typ host\n",
        "a=candidate:1 1 udp 1 10.0.0.1 7 typ host",
        "x" * 401,
    ],
)
def test_a_strange_candidate_is_refused(candidate: str) -> None:
    with pytest.raises(ConsultError):
        check_candidate(candidate)


def relayed(related: str = "0.0.0.0") -> str:  # noqa: S104 - as browsers hide an address
    return f"candidate:2 1 udp 41885439 203.0.113.9 3478 typ relay raddr {related} rport 0"


def test_relay_only_lets_only_relayed_candidates_through() -> None:
    assert check_candidate(relayed(), relay_only=True) is False
    assert check_candidate("", relay_only=True) is False
    assert check_candidate(relayed("203.0.113.9"), relay_only=True) is False
    assert check_candidate(CANDIDATE) is True
    for text in (
        CANDIDATE,
        relayed().replace("relay", "host"),
        # Where the relay sees that side's own address.
        relayed("198.51.100.7"),
        relayed() + " raddr 198.51.100.7",
    ):
        with pytest.raises(BadDescription) as refused:
            check_candidate(text, relay_only=True)
        assert refused.value.values == {"reason": "relay_only"}


def test_a_relay_only_description_tells_no_address_anywhere() -> None:
    offer = OFFER + f"a={relayed()}\r\n"
    at_relay = offer.replace("c=IN IP4 0.0.0.0", "c=IN IP4 203.0.113.9")
    for sdp in (OFFER, offer, at_relay, at_relay.replace("a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp:9")):
        assert check_description(sdp, relay_only=True).shows_address is False
    for sdp in (
        offer.replace("c=IN IP4 0.0.0.0", "c=IN IP4 198.51.100.7"),
        offer.replace("a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp:50000 IN IP4 198.51.100.7"),
        offer.replace("IN IP4 127.0.0.1", "IN IP6 2001:db8::7"),
        OFFER.replace("c=IN IP4 0.0.0.0", "c=IN IP4 203.0.113.9"),
        offer + f"a={CANDIDATE}\r\n",
    ):
        assert check_description(sdp).shows_address is True
        with pytest.raises(BadDescription) as refused:
            check_description(sdp, relay_only=True)
        assert refused.value.values == {"reason": "relay_only"}
