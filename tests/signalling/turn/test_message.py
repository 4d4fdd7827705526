"""STUN messages: the RFC's own example, and bytes from anybody."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from consult.signalling.turn import message
from consult.signalling.turn.message import Malformed

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
# RFC 5769, 2.2: a success answer whose mapped address is 192.0.2.1.
ANSWER = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
)
# RFC 5769, 2.4: its user and password, and the key of long-term credentials they make.
KEY = message.long_term_key("\u30de\u30c8\u30ea\u30c3\u30af\u30b9", "example.org", "TheMatrIX")


def test_the_answer_of_the_rfc_is_read() -> None:
    answer = message.decode(ANSWER)
    assert (answer.method, answer.kind, answer.transaction) == (message.BINDING, message.SUCCESS, TRANSACTION)
    assert answer.text(message.SOFTWARE) == "test vector" and answer.error is None
    mapped = message.address_of(answer.attributes[message.MAPPED_ADDRESS], TRANSACTION)
    assert mapped == ipaddress.ip_address("192.0.2.1")


def test_a_signed_request_is_the_rfcs_to_the_byte() -> None:
    transaction = bytes.fromhex("78ad3433c6ad72c029da412e")
    user = "\u30de\u30c8\u30ea\u30c3\u30af\u30b9".encode()
    attributes = [
        (message.USERNAME, user),
        (message.NONCE, b"f//499k954d6OL34oL9FSTvy64sA"),
        (message.REALM, b"example.org"),
    ]
    request = message.encode(message.BINDING, transaction, attributes, KEY)
    assert request[-20:].hex() == "f67024656dd64a3e02b8e0712e85c9a28ca89666"


@given(st.binary(max_size=200) | st.binary(max_size=180).map(lambda tail: ANSWER[:20] + tail))
def test_bytes_from_anybody_are_a_message_or_malformed(data: bytes) -> None:
    try:
        message.decode(data)
    except Malformed:
        return


@given(st.ip_addresses(), st.integers(0, 65_535), st.binary(min_size=12, max_size=12))
def test_an_address_comes_back_as_it_was(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, transaction: bytes
) -> None:
    assert message.address_of(message.address_bytes(address, port, transaction), transaction) == address
