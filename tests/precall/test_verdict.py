"""The verdict of a device check: a rule over a table, at and on both sides of every threshold."""

import pytest

from consult.precall.letters import Counted
from consult.precall.report import result_of
from consult.precall.verdict import Found, Verdict, advice, verdict
from consult.wire.from_client import ReportCheck

GOOD, FAIR, AUDIO_ONLY, CHAT_ONLY = Verdict
BEST = {"rtt_ms": 40, "loss_permille": 0, "up_kbps": 900, "down_kbps": 900}


def found(**changed: object) -> Found:
    return Found(**(BEST | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rtt_ms", "expected"),
    [
        *((0, GOOD), (149, GOOD), (150, FAIR), (299, FAIR), (300, AUDIO_ONLY), (599, AUDIO_ONLY)),
        *((600, CHAT_ONLY), (5_000, CHAT_ONLY), (None, CHAT_ONLY)),
    ],
)
def test_the_round_trip(rtt_ms: int | None, expected: Verdict) -> None:
    assert verdict(found(rtt_ms=rtt_ms)) is expected


@pytest.mark.parametrize(
    ("loss_permille", "expected"),
    [
        *((0, GOOD), (9, GOOD), (10, FAIR), (49, FAIR), (50, AUDIO_ONLY), (119, AUDIO_ONLY)),
        *((120, CHAT_ONLY), (1_000, CHAT_ONLY), (None, CHAT_ONLY)),
    ],
)
def test_the_loss(loss_permille: int | None, expected: Verdict) -> None:
    assert verdict(found(loss_permille=loss_permille)) is expected


@pytest.mark.parametrize("way", ["up_kbps", "down_kbps"])
@pytest.mark.parametrize(
    ("kbps", "expected"),
    [
        *((500, GOOD), (499, FAIR), (250, FAIR), (249, AUDIO_ONLY), (60, AUDIO_ONLY)),
        *((59, CHAT_ONLY), (0, CHAT_ONLY), (None, CHAT_ONLY)),
    ],
)
def test_the_throughput_of_the_worse_way(way: str, kbps: int | None, expected: Verdict) -> None:
    assert verdict(found(**{way: kbps})) is expected


@pytest.mark.parametrize("state", ["denied", "missing", "busy", "failed"])
def test_without_camera_sound_is_left_and_without_microphone_chat(state: str) -> None:
    assert verdict(found(camera=state)) is AUDIO_ONLY
    assert advice(found(camera=state)) == (f"camera_{state}",)
    assert verdict(found(microphone=state)) is CHAT_ONLY
    assert advice(found(microphone=state)) == (f"microphone_{state}",)


def test_the_worst_of_all_counts() -> None:
    assert verdict(found(rtt_ms=200, loss_permille=60)) is AUDIO_ONLY
    assert verdict(found(rtt_ms=700, camera="denied")) is CHAT_ONLY
    assert verdict(found(path="none")) is CHAT_ONLY


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ()),
        ({"up_kbps": 300}, ("thin",)),
        ({"loss_permille": 30}, ("lossy",)),
        ({"rtt_ms": 200}, ("far",)),
        ({"level_db": -51}, ("quiet",)),
        ({"level_db": -50}, ("quiet",)),
        ({"level_db": -49}, ()),
        ({"speaker": "not_heard"}, ("speaker",)),
        ({"speaker": "silent"}, ("speaker",)),
        ({"relays": {"udp": False, "tcp": True}}, ()),
        ({"relays": {"udp": False, "tcp": False}}, ("no_relay",)),
        ({"path": "none", "rtt_ms": None, "up_kbps": None}, ("no_path",)),
        ({"microphone": "denied", "camera": "denied"}, ("microphone_denied", "camera_denied")),
    ],
)
def test_the_advice_names_what_would_help(changed: dict[str, object], expected: tuple[str, ...]) -> None:
    assert advice(found(**changed)) == expected


def report(**changed: object) -> ReportCheck:
    seen: dict[str, object] = {"path": "direct", "rtt_ms": 40, "down_packets": 990, "down_kbps": 600}
    said = {"camera": "found", "microphone": "found", "speaker": "heard", "signalling_ms": 30}
    order = {"cseq": 1, "ticket": "t", "check": "c"}
    return ReportCheck(**(order | said | seen | changed))  # type: ignore[arg-type]


def test_the_worse_way_counts_and_what_was_lost_on_the_way_up_is_not_counted_twice() -> None:
    result = result_of(report(down_lost=30), Counted(packets=980, lost=20, kbps=550, jitter_ms=7), 5)
    assert (result.loss_permille, result.jitter_ms) == (20, 7)
    assert (result.up_kbps, result.down_kbps, result.throughput_by) == (550, 600, "reflected")
    assert (result.verdict, result.at) == ("fair", 5)


def test_the_loop_through_the_relay_measures_the_throughput() -> None:
    result = result_of(report(looped_kbps=1_800), Counted(packets=980, lost=0, kbps=300, jitter_ms=7), 5)
    assert (result.up_kbps, result.down_kbps, result.throughput_by) == (1_800, 1_800, "loop")
    assert result.verdict == "good"


def test_what_nobody_counted_is_not_made_up() -> None:
    result = result_of(report(down_packets=0, down_kbps=0, path="none", rtt_ms=None), None, 5)
    assert (result.loss_permille, result.up_kbps, result.down_kbps) == (None, None, None)
    assert result.verdict == "chat_only"
