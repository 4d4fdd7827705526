"""What a call can be on these devices and this network. Pure.

The thresholds are those at which calls were measured to hold (docs/video.md).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

QUIET_DB = -50


class Verdict(IntEnum):
    """Best first: the worst of what was found counts."""

    GOOD = 0
    FAIR = 1
    AUDIO_ONLY = 2
    CHAT_ONLY = 3


@dataclass(frozen=True, slots=True)
class Limit:
    """Below `rtt_ms` and `loss_permille`, and at least `kbps` both ways."""

    verdict: Verdict
    rtt_ms: int
    loss_permille: int
    kbps: int


LIMITS = (
    Limit(Verdict.GOOD, 150, 10, 500),
    Limit(Verdict.FAIR, 300, 50, 250),
    Limit(Verdict.AUDIO_ONLY, 600, 120, 60),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one check found; None: it could not be measured."""

    camera: str = "found"
    microphone: str = "found"
    speaker: str = "unanswered"
    level_db: int | None = None
    path: str = "direct"
    rtt_ms: int | None = None
    loss_permille: int | None = None
    up_kbps: int | None = None
    down_kbps: int | None = None
    relays: Mapping[str, bool] = field(default_factory=dict)


def verdict(found: Found) -> Verdict:
    """The worst of network, camera and microphone."""
    worst = max(_by_rtt(found), _by_loss(found), _by_throughput(found))
    if found.path == "none" or found.microphone != "found":
        return Verdict.CHAT_ONLY
    if found.camera != "found":
        worst = max(worst, Verdict.AUDIO_ONLY)
    return worst


def advice(found: Found) -> tuple[str, ...]:
    """What the person could do, the most pressing first; empty when all is well."""
    return tuple(_advice(found))


def _advice(found: Found) -> Iterator[str]:
    if found.microphone != "found":
        yield f"microphone_{found.microphone}"
    if found.path == "none":
        yield "no_path"
    if found.camera != "found":
        yield f"camera_{found.camera}"
    if found.path != "none":
        if _by_throughput(found) > Verdict.GOOD:
            yield "thin"
        if _by_loss(found) > Verdict.GOOD:
            yield "lossy"
        if _by_rtt(found) > Verdict.GOOD:
            yield "far"
    if found.microphone == "found" and found.level_db is not None and found.level_db <= QUIET_DB:
        yield "quiet"
    if found.speaker in {"not_heard", "silent"}:
        yield "speaker"
    if found.relays and not any(found.relays.values()):
        yield "no_relay"


def _by_rtt(found: Found) -> Verdict:
    rtt_ms = found.rtt_ms
    return _first(lambda limit: rtt_ms is not None and rtt_ms < limit.rtt_ms)


def _by_loss(found: Found) -> Verdict:
    loss = found.loss_permille
    return _first(lambda limit: loss is not None and loss < limit.loss_permille)


def _by_throughput(found: Found) -> Verdict:
    both = (found.up_kbps, found.down_kbps)
    return _first(lambda limit: all(kbps is not None and kbps >= limit.kbps for kbps in both))


def _first(holds: Callable[[Limit], bool]) -> Verdict:
    return next((limit.verdict for limit in LIMITS if holds(limit)), Verdict.CHAT_ONLY)
