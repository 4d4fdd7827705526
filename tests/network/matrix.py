"""The NAT matrix: who stands behind what. With a relay each pair must connect."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import TimeoutError as TooLate

from tests.network.pair import CITIZEN_PUBLIC, OFFICER_PUBLIC, Pair, pair


@dataclass(frozen=True, slots=True)
class Row:
    citizen: dict[str, str]
    officer: dict[str, str]


def _nat(kind: str, public: str, firewall: str = "open") -> dict[str, str]:
    return {"nat": kind, "public": public, "firewall": firewall}


ROWS = {
    "symmetric with symmetric": Row(_nat("symmetric", CITIZEN_PUBLIC), _nat("symmetric", OFFICER_PUBLIC)),
    "symmetric with cone": Row(_nat("symmetric", CITIZEN_PUBLIC), _nat("cone", OFFICER_PUBLIC)),
    "UDP blocked": Row(_nat("symmetric", CITIZEN_PUBLIC, "no_udp"), _nat("cone", OFFICER_PUBLIC)),
    "only TCP 443 open": Row(_nat("symmetric", CITIZEN_PUBLIC, "only_tcp_443"), _nat("cone", OFFICER_PUBLIC)),
    "cone with cone": Row(_nat("cone", CITIZEN_PUBLIC), _nat("cone", OFFICER_PUBLIC)),
}
DIRECT = Row({}, {})


async def stand(pair: Pair, row: Row) -> None:
    """Put both behind what the row says."""
    await pair.street.behind("citizen", **row.citizen)
    await pair.street.behind("officer", **row.officer)


async def connects(pair: Pair, row: Row) -> dict[str, Any]:
    """One call, both with moving pictures: how long it took to connect, and by which way."""
    await stand(pair, row)
    async with pair.call() as call:
        citizen, officer = await call.figures()
        return {
            "connect_seconds": round(call.connect_seconds, 2),
            "citizen": _way(citizen),
            "officer": _way(officer),
        }


async def try_all(home: Path) -> dict[str, Any]:
    """Every row with a relay; and the first without one, which must not connect: else these NATs were none.

    Raises AssertionError with the rows that did not connect.
    """
    found: dict[str, Any] = {}
    async with pair(home / "with") as two:
        for name, row in ROWS.items():
            try:
                found[name] = await connects(two, row)
            except (TooLate, AssertionError) as fault:
                found[name] = f"did not connect: {fault}"
    async with pair(home / "without", turn=False) as two:
        without = await _fails(two, ROWS["symmetric with symmetric"])
    connected = [name for name in ROWS if isinstance(found[name], dict)]
    assert len(connected) == len(ROWS), found
    assert without, "two symmetric NATs were crossed without a relay"
    return {"connected": len(connected), "refused without a relay": 1, "ways": str(found)}


async def _fails(two: Pair, row: Row) -> bool:
    await stand(two, row)
    try:
        async with two.call():
            return False
    except TooLate:
        return True


def _way(figures: dict[str, Any]) -> str:
    by = f" by {figures['relayedBy']}" if figures["relayedBy"] else ""
    return f"{figures['local']}{by} to {figures['remote']}"
