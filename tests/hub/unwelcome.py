"""Frames that can be read and must not be done: each with the code of its refusal.

`@mine`, `@theirs` are tickets, `@call` the sender's own call and `@their_call` another consultation's.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.signalling.test_description import CANDIDATE, FINGERPRINT, OFFER
from tests.support.samples import NOBODYS

TOO_LONG = "x" * 4_001


@dataclass(frozen=True, slots=True)
class Unwelcome:
    """`fields` beside ticket and number; `values` of the refusal where they matter."""

    kind: str
    code: str
    fields: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] | None = None


def _described(reason: str, sdp: str) -> Unwelcome:
    return Unwelcome("SendDescription", "bad_description", _offer(sdp), {"reason": reason})


def _offer(sdp: str = OFFER, **changed: Any) -> dict[str, Any]:
    return {"call": "@call", "generation": 1, "kind": "offer", "sdp": sdp} | changed


def _candidate(candidate: str = CANDIDATE, **changed: Any) -> dict[str, Any]:
    return {"call": "@call", "generation": 1, "candidate": candidate} | changed


def _media(**changed: Any) -> dict[str, Any]:
    return {"call": "@call", "generation": 1, "audio": True, "video": True} | changed


def _code(**changed: Any) -> dict[str, Any]:
    return {"call": "@call", "generation": 1, "step": "nonce", "value": "0a" * 32} | changed


def _on_call(call: str, code: str, answering: str = "") -> list[Unwelcome]:
    """Everything that names a call; `answering`: the code of what only a ringing call takes."""
    return [
        Unwelcome("AcceptCall", answering or code, {"call": call, "media": "video"}),
        Unwelcome("DeclineCall", code, {"call": call}),
        Unwelcome("HangUp", code, {"call": call}),
        Unwelcome("ReportConnected", answering or code, {"call": call, "generation": 1}),
        Unwelcome("ReportInterrupted", answering or code, {"call": call, "generation": 1}),
        Unwelcome("ReportLost", code, {"call": call, "generation": 1}),
        Unwelcome("ReportQuality", answering or code, {"call": call, "step": "lowered", "level": 3}),
        Unwelcome("ReportScreen", answering or code, {"call": call, "on": True}),
        Unwelcome("ReportScreen", answering or code, {"call": call, "on": False}),
        Unwelcome("SendDescription", code, _offer(call=call)),
        Unwelcome("SendDescription", code, _offer(call=call, kind="answer")),
        Unwelcome("SendCandidate", code, _candidate(call=call)),
        Unwelcome("SendCandidate", code, _candidate("", call=call)),
        Unwelcome("SendMediaState", code, _media(call=call)),
        Unwelcome("SendMediaState", code, _media(call=call, screen=True)),
        Unwelcome("SendCode", code, _code(call=call)),
    ]


WHILE_WAITING = [
    Unwelcome("PostMessage", "stage_forbids", {"text": "halo?"}),
    Unwelcome("EndConsultation", "stage_forbids"),
    Unwelcome("Ring", "stage_forbids", {"media": "video"}),
    *_on_call(NOBODYS, "not_found", answering="stage_forbids"),
    *_on_call("@their_call", "not_found", answering="stage_forbids"),
]

MESSAGES = [
    Unwelcome("PostMessage", "bad_request", {"text": "   \n\t "}),
    Unwelcome("PostMessage", "bad_request", {"text": "\x01\x02\x7f\x85"}),
    Unwelcome("PostMessage", "bad_request", {"text": "\u2028\u3000"}),
    Unwelcome("PostMessage", "too_large", {"text": TOO_LONG}, {"limit": 4_000}),
    Unwelcome("PostMessage", "too_large", {"text": "😀" * 4_001}),
    Unwelcome("PostMessage", "too_large", {"text": "\u0301" * 16_384}),
    Unwelcome("PostMessage", "too_large", {"text": "x" * 16_384}),
    Unwelcome("PostMessage", "not_found", {"ticket": NOBODYS, "text": "halo"}),
    Unwelcome("PostMessage", "not_found", {"ticket": "@theirs", "text": "halo"}),
    Unwelcome("PostMessage", "not_found", {"ticket": "@call", "text": "halo"}),
    Unwelcome("PostMessage", "out_of_order", {"cseq": 2**53 - 1, "text": "jauh"}),
    Unwelcome("PostMessage", "out_of_order", {"cseq": 9_999, "text": "nanti"}),
    Unwelcome("PostMessage", "conflict", {"cseq": 1, "text": "nomor yang terpakai"}),
    Unwelcome("LeaveQueue", "stage_forbids"),
    Unwelcome("LeaveQueue", "not_found", {"ticket": "@theirs"}),
    Unwelcome("EndConsultation", "not_found", {"ticket": "@theirs"}),
    Unwelcome("Typing", "not_found", {"ticket": "@theirs"}),
    Unwelcome("MarkSeen", "not_found", {"ticket": "@theirs", "delivered": 1, "read": 1}),
    Unwelcome("Ring", "not_found", {"ticket": "@theirs", "media": "audio"}),
]

WITHOUT_A_CALL = [*_on_call(NOBODYS, "not_found"), *_on_call("@their_call", "not_found")]

WHILE_RINGING = [
    Unwelcome("Ring", "stage_forbids", {"media": "audio"}),
    Unwelcome("AcceptCall", "stage_forbids", {"call": "@call", "media": "audio"}),
    Unwelcome("ReportConnected", "stage_forbids", {"call": "@call", "generation": 1}),
    Unwelcome("ReportInterrupted", "stage_forbids", {"call": "@call", "generation": 1}),
    Unwelcome("ReportLost", "stage_forbids", {"call": "@call", "generation": 2}),
    Unwelcome("ReportScreen", "stage_forbids", {"call": "@call", "on": True}, {"stage": "ringing"}),
    Unwelcome("ReportScreen", "stage_forbids", {"call": "@call", "on": False}, {"stage": "ringing"}),
    Unwelcome("SendDescription", "stage_forbids", _offer()),
    Unwelcome("SendCandidate", "stage_forbids", _candidate()),
    Unwelcome("SendMediaState", "stage_forbids", _media()),
    Unwelcome("SendCode", "stage_forbids", _code()),
]

LAST_LINE = "a=mid:1\r\n"
IN_A_CALL = [
    Unwelcome("Ring", "stage_forbids", {"media": "audio"}),
    Unwelcome("AcceptCall", "stage_forbids", {"call": "@call", "media": "audio"}),
    Unwelcome("ReportConnected", "stage_forbids", {"call": "@call", "generation": 2}),
    Unwelcome("ReportInterrupted", "stage_forbids", {"call": "@call", "generation": 2}),
    Unwelcome("ReportInterrupted", "not_found", {"ticket": "@theirs", "call": "@call", "generation": 1}),
    Unwelcome("ReportInterrupted", "not_found", {"call": "@their_call", "generation": 1}),
    Unwelcome("ReportLost", "stage_forbids", {"call": "@call", "generation": 2}),
    Unwelcome("SendDescription", "stage_forbids", _offer(generation=2)),
    Unwelcome("SendCandidate", "stage_forbids", _candidate(generation=2**53 - 1)),
    Unwelcome("SendMediaState", "stage_forbids", _media(generation=2)),
    Unwelcome("SendCode", "stage_forbids", _code(generation=2)),
    Unwelcome("SendCode", "not_found", _code(ticket="@theirs", call="@their_call")),
    Unwelcome("SendDescription", "not_found", _offer(ticket="@theirs")),
    Unwelcome("SendDescription", "not_found", _offer(ticket="@theirs", call="@their_call")),
    Unwelcome("SendCandidate", "not_found", _candidate(ticket="@theirs", call="@their_call")),
    Unwelcome("SendMediaState", "not_found", _media(ticket="@theirs", call="@their_call")),
    Unwelcome("HangUp", "not_found", {"ticket": "@theirs", "call": "@their_call"}),
    Unwelcome("ReportScreen", "not_found", {"ticket": "@theirs", "call": "@their_call", "on": True}),
    Unwelcome("ReportScreen", "not_found", {"ticket": "@mine", "call": "@their_call", "on": False}),
    Unwelcome("ReportScreen", "not_found", {"ticket": "@theirs", "call": "@call", "on": True}),
    Unwelcome("SendDescription", "too_large", _offer("v=0\r\n" + "a=x\r\n" * 3_300), {"limit": 16_384}),
    Unwelcome("SendDescription", "too_large", _offer("v=0\r\n" + "a=x\r\n" * 600), {"limit": 600}),
    Unwelcome("SendDescription", "too_large", _offer("v" * 32_768), {"limit": 16_384}),
    _described("line_end", "v"),
    _described("line_end", OFFER.replace("\r\n", "\n")),
    _described("line_end", OFFER.rstrip()),
    _described("version", "\r\n"),
    _described("version", "hello\r\n"),
    _described("version", OFFER.replace("v=0", "v=1")),
    _described("version", "\r\n" + OFFER),
    _described("line", OFFER + "\r\n"),
    _described("line", OFFER + "a=tool:caf\u00e9\r\n"),
    _described("line", OFFER + "a=x\ny\r\n"),
    _described("line", OFFER + "a=x\ry\r\n"),
    _described("line", OFFER + "a = x\r\n"),
    _described("line", OFFER + "<script>alert(1)</script>\r\n"),
    _described("line", OFFER + "GET / HTTP/1.1\r\n"),
    _described("line", OFFER + "a=x\t\r\n"),
    _described("line", OFFER.replace("s=-", "s=\x7f")),
    _described("section", OFFER.replace("m=audio 9", "m=audio nine")),
    _described("section", OFFER.replace("m=audio", "m=message")),
    _described("section", OFFER.replace("UDP/TLS/RTP/SAVPF", "TCP/MSRP")),
    _described("section", OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")),
    _described("section", OFFER + "m=\r\n"),
    _described("sections", OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 100),
    _described("denied_attribute", OFFER + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"),
    _described("denied_attribute", OFFER + "a=key-mgmt:mikey AQ\r\n"),
    _described("denied_attribute", OFFER + "a=identity:e30=\r\n"),
    _described("fingerprint", OFFER + "a=fingerprint:sha-1 AB:CD\r\n"),
    _described("fingerprint", OFFER + f"a=fingerprint:{FINGERPRINT.replace('AB', 'CD')}\r\n"),
    _described("ice", OFFER.replace("a=ice-ufrag:", "a=ice-other:")),
    _described("candidate", OFFER + "a=candidate:1 1 udp 1 169.254.169.254.evil 80 typ host\r\n"),
    _described("candidate", OFFER + "a=candidate:\r\n"),
    _described("candidates", OFFER + f"a={CANDIDATE}\r\n" * 41),
]

CANDIDATES = [
    Unwelcome("SendCandidate", "too_large", _candidate("candidate:" + "x" * 391), {"limit": 400}),
    *(
        Unwelcome("SendCandidate", "bad_description", _candidate(text), {"reason": "candidate"})
        for text in (
            " ",
            "candidate:",
            "a=" + CANDIDATE,
            CANDIDATE + "\r\n",
            CANDIDATE + "\r\na=crypto:1",
            CANDIDATE.replace("udp", "sctp"),
            CANDIDATE.replace("46154", "99999", 1),
            CANDIDATE.replace("203.0.113.7", "intern.example"),
            CANDIDATE.replace("203.0.113.7", "127.0.0.1;ls"),
            CANDIDATE.replace("typ srflx", "typ evil"),
            CANDIDATE.replace("842163049", "x" * 33),
            "<img src=x onerror=alert(1)>",
            "candidate:\u0661 1 udp 1 10.0.0.1 7 typ host",
        )
    ),
]

MEASURED = {
    "check": NOBODYS,
    "camera": "found",
    "microphone": "found",
    "speaker": "heard",
    "signalling_ms": 30,
    "path": "direct",
}
# There is no peer for checks in this office, and nobody's check is under way.
DEVICE_CHECKS = [
    Unwelcome("BeginCheck", "check_unavailable", {"check": NOBODYS}),
    Unwelcome("BeginCheck", "not_found", {"ticket": "@theirs", "check": NOBODYS}),
    Unwelcome("BeginCheck", "not_found", {"ticket": NOBODYS, "check": NOBODYS}),
    Unwelcome("SendCheckOffer", "not_found", {"check": NOBODYS, "sdp": OFFER}),
    Unwelcome("SendCheckOffer", "not_found", {"ticket": "@theirs", "check": NOBODYS, "sdp": OFFER}),
    *(
        Unwelcome("SendCheckOffer", "bad_description", {"check": NOBODYS, "sdp": sdp}, {"reason": reason})
        for reason, sdp in (
            ("line_end", "v"),
            ("version", "hello\r\n"),
            ("denied_attribute", OFFER + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"),
            ("fingerprint", OFFER + f"a=fingerprint:{FINGERPRINT.replace('AB', 'CD')}\r\n"),
            ("candidates", OFFER + f"a={CANDIDATE}\r\n" * 41),
        )
    ),
    Unwelcome("SendCheckOffer", "too_large", {"check": NOBODYS, "sdp": "v" * 32_768}, {"limit": 16_384}),
    Unwelcome("SendCheckCandidate", "not_found", {"check": NOBODYS, "candidate": CANDIDATE}),
    Unwelcome("SendCheckCandidate", "not_found", {"ticket": "@theirs", "check": NOBODYS, "candidate": ""}),
    *(
        Unwelcome("SendCheckCandidate", "bad_description", {"check": NOBODYS, "candidate": text})
        for text in (" ", CANDIDATE + "\r\n", CANDIDATE.replace("203.0.113.7", "127.0.0.1;ls"))
    ),
    Unwelcome("SendCheckCandidate", "too_large", {"check": NOBODYS, "candidate": "candidate:" + "x" * 391}),
    Unwelcome("ReportCheck", "not_found", MEASURED | {"ticket": "@theirs"}),
    Unwelcome("ReportCheck", "not_found", MEASURED | {"ticket": NOBODYS}),
]

FROM_AN_OFFICER = [
    Unwelcome("BeginCheck", "not_allowed", {"check": NOBODYS}),
    Unwelcome("SendCheckOffer", "not_allowed", {"check": NOBODYS, "sdp": OFFER}),
    Unwelcome("SendCheckCandidate", "not_allowed", {"check": NOBODYS, "candidate": CANDIDATE}),
    Unwelcome("ReportCheck", "not_allowed", MEASURED),
    Unwelcome("LeaveQueue", "not_allowed"),
    Unwelcome("LeaveQueue", "not_allowed", {"ticket": "@theirs"}),
    Unwelcome("AcceptOffer", "not_found", {"attempt": 1}),
    Unwelcome("PassOffer", "not_found", {"attempt": 2**53 - 1}),
    Unwelcome("AcceptOffer", "not_found", {"ticket": "@theirs", "attempt": 1}),
    Unwelcome("PassOffer", "not_found", {"ticket": NOBODYS, "attempt": 1}),
    Unwelcome("EndConsultation", "stale_epoch", {"epoch": 0}),
    Unwelcome("EndConsultation", "stale_epoch", {"epoch": 2**53 - 1}),
    Unwelcome("ServeNext", "nobody_waiting"),
    Unwelcome("PostMessage", "too_large", {"text": TOO_LONG}),
    Unwelcome("PostMessage", "not_found", {"ticket": "@theirs", "text": "salah orang"}),
]
