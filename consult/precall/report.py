"""From what the page measured and the mirror counted to the result that is kept. Pure."""

from typing import Any

from consult.precall.letters import Counted
from consult.precall.verdict import Found, advice, verdict
from consult.wire.from_client import ReportCheck
from consult.wire.to_client import DeviceCheck


def result_of(report: ReportCheck, counted: Counted | None, now_ms: int) -> DeviceCheck:
    """`counted`: None when the mirror is gone; then only what the page saw counts."""
    measured = _measured(report, counted)
    found = Found(
        camera=report.camera,
        microphone=report.microphone,
        speaker=report.speaker,
        level_db=report.level_db,
        path=report.path,
        rtt_ms=report.rtt_ms,
        loss_permille=measured["loss_permille"],
        up_kbps=measured["up_kbps"],
        down_kbps=measured["down_kbps"],
        relays=report.relays,
    )
    return DeviceCheck(
        at=now_ms,
        verdict=verdict(found).name.lower(),  # type: ignore[arg-type]
        path=report.path,
        camera=report.camera,
        microphone=report.microphone,
        speaker=report.speaker,
        signalling_ms=report.signalling_ms,
        advice=list(advice(found)),
        level_db=report.level_db,
        rtt_ms=report.rtt_ms,
        relays={name: ok for name, ok in report.relays.items() if name in {"udp", "tcp", "tls"}},
        **measured,
    )


def _measured(report: ReportCheck, counted: Counted | None) -> dict[str, Any]:
    """Loss, jitter and throughput; the loop through the relay is the better measure of the last."""
    up = counted if counted is not None and counted.packets else None
    measured: dict[str, Any] = {
        "loss_permille": _loss(report, up),
        "jitter_ms": up.jitter_ms if up else None,
        "up_kbps": up.kbps if up else None,
        "down_kbps": report.down_kbps if report.down_packets else None,
        "throughput_by": "reflected" if up else None,
    }
    if report.looped_kbps is not None:
        measured |= {
            "up_kbps": report.looped_kbps,
            "down_kbps": report.looped_kbps,
            "throughput_by": "loop",
        }
    return measured


def _loss(report: ReportCheck, up: Counted | None) -> int | None:
    """The worse of both directions. What was lost on the way up is missing on the way down as well."""
    lost_up = up.lost if up else 0
    ways = [(lost_up, up.packets)] if up else []
    if report.down_packets:
        ways.append((max(0, report.down_lost - lost_up), report.down_packets))
    return max((_permille(lost, came) for lost, came in ways), default=None)


def _permille(lost: int, came: int) -> int:
    return round(1000 * lost / (lost + came)) if lost + came else 0
