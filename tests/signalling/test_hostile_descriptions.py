"""Thousands of broken descriptions and candidates: each passes or is refused in words, and quickly."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.errors import BadDescription, ConsultError, TooLarge
from consult.signalling.description import (
    CANDIDATE_BYTES,
    DESCRIPTION_BYTES,
    DESCRIPTION_LINES,
    check_candidate,
    check_description,
)
from tests.signalling.said import CANDIDATES, DESCRIPTIONS
from tests.signalling.test_description import CANDIDATE, FINGERPRINT, OFFER

MOST_SECONDS = 0.050
OFFERS = [OFFER, *DESCRIPTIONS.values()]
WAYS = [CANDIDATE, *CANDIDATES]
LINES = OFFER.split("\r\n")
# What a hostile page would try first: keys in the open, other names, control characters, long runs.
PIECES = [
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
    "a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyO",
    "a=identity:eyJpZHAiOnsiZG9tYWluIjoiZXhhbXBsZSJ9fQ==",
    f"a=fingerprint:{FINGERPRINT.replace('AB', 'CD')}",
    "a=fingerprint:sha-1 " + ":".join(["AB"] * 20),
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "m=audio 9 RTP/AVP 0",
    f"a={CANDIDATE}",
    "a=candidate:1 1 udp 1 metadata.internal 80 typ host",
    "a=" + "x" * 5_000,
    "a=ssrc:1 " + " ".join("a:b" for _ in range(500)),
    "\x00",
    "a=\x7f",
    "a=naïve",
    "v=0",
    "",
]
ODD = ["\x00", "\r", "\n", "\r\n", " ", ":", "/", "٣", "\u2028", "\ud800", "😀", "9" * 400, "a" * 400, "."]


def _mutated(chance: random.Random, text: str) -> str:
    """One to four changes: a line twice, away, moved or put in; characters changed, cut or multiplied."""
    lines = text.split("\r\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines)) if lines else 0
        change = chance.randrange(7)
        if change == 0:
            lines.insert(at, chance.choice(PIECES))
        elif change == 1 and lines:
            del lines[at]
        elif change == 2 and lines:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif change == 3 and lines:
            cut = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + chance.choice(ODD) + lines[at][cut:]
        elif change == 4 and lines:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
        elif change == 5 and lines:
            lines[at] = lines[at] * chance.choice([2, 10, 100])
        else:
            chance.shuffle(lines)
    return "\r\n".join(lines)


def _cost_seconds(check: Callable[[str], None], text: str) -> float:
    """The thread's CPU for one check, which passes or is refused as the wire knows it."""
    began = time.thread_time()
    try:
        check(text)
    except ConsultError as refused:
        assert isinstance(refused, BadDescription | TooLarge)
    return time.thread_time() - began


@pytest.mark.parametrize("relay_only", [False, True])
def test_mutated_descriptions_are_refused_in_words_and_cheaply(relay_only: bool) -> None:
    chance = random.Random(20)
    worst = max(
        _cost_seconds(lambda sdp: check_description(sdp, relay_only), _mutated(chance, chance.choice(OFFERS)))
        for _ in range(4_000)
    )
    assert worst < MOST_SECONDS


@pytest.mark.parametrize("relay_only", [False, True])
def test_mutated_candidates_are_refused_in_words_and_cheaply(relay_only: bool) -> None:
    chance = random.Random(21)
    worst = max(
        _cost_seconds(lambda each: check_candidate(each, relay_only), _mutated(chance, chance.choice(WAYS)))
        for _ in range(4_000)
    )
    assert worst < MOST_SECONDS


lines = st.lists(st.sampled_from([*LINES, *PIECES]), max_size=700)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(sdp=st.one_of(lines.map("\r\n".join), st.text(max_size=2_000), st.text("v=0\r\nma:", max_size=17_000)))
def test_any_text_at_all_costs_little(sdp: str) -> None:
    assert _cost_seconds(check_description, sdp) < MOST_SECONDS
    assert _cost_seconds(check_candidate, sdp) < MOST_SECONDS


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nothing_that_passes_holds_what_is_denied(data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.sampled_from([*LINES, *PIECES]), min_size=1, max_size=60))
    sdp = "\r\n".join([*LINES[:-1], *drawn, ""])
    try:
        check_description(sdp)
    except ConsultError:
        return
    assert not [
        line for line in sdp.split("\r\n") if line.startswith(("a=crypto", "a=key-mgmt", "a=identity"))
    ]
    assert len({line for line in sdp.split("\r\n") if line.startswith("a=fingerprint:sha-256")}) == 1
    assert sdp.isprintable() or set(sdp) - set("\r\n") <= {chr(code) for code in range(0x20, 0x7F)}


# The worst that fits: many attributes that look right until their end.
@pytest.mark.parametrize(
    "line",
    [
        "a=fingerprint:sha-512 " + "AB:" * 63,
        "a=candidate:1 1 udp 1 1.1.1.1 9 typ host" + " a b" * 16 + " ",
        "a=candidate:1 1 udp 1 " + "f:" * 22 + " 9 typ host",
        "a=" + "a:" * 100,
    ],
)
def test_the_worst_that_fits_costs_little(line: str) -> None:
    sdp = (
        "\r\n".join(["v=0", *[line] * ((DESCRIPTION_BYTES - 10) // (len(line) + 2))][:DESCRIPTION_LINES])
        + "\r\n"
    )
    assert len(sdp) <= DESCRIPTION_BYTES
    assert _cost_seconds(check_description, sdp) < MOST_SECONDS


def test_the_limits_stand_exactly_where_they_are_said_to_stand() -> None:
    room = DESCRIPTION_BYTES - len(OFFER) - len("a=\r\n")
    check_description(OFFER + "a=" + "x" * room + "\r\n")
    with pytest.raises(TooLarge):
        check_description(OFFER + "a=" + "x" * (room + 1) + "\r\n")
    free = DESCRIPTION_LINES - (len(LINES) - 1)
    check_description(OFFER + "a=x\r\n" * free)
    with pytest.raises(TooLarge):
        check_description(OFFER + "a=x\r\n" * (free + 1))
    longest = CANDIDATE + " extra " + "x" * (256 - len(" extra "))
    check_candidate(longest[:CANDIDATE_BYTES])
    with pytest.raises(TooLarge):
        check_candidate(CANDIDATE + "x" * (CANDIDATE_BYTES - len(CANDIDATE) + 1))


def test_characters_beyond_ascii_cannot_smuggle_bytes_past_the_limit() -> None:
    with pytest.raises(BadDescription):
        check_description(OFFER + "a=" + "😀" * 3_000 + "\r\n")
