"""What a call does in bad networks, as numbers: time to connect, to come back, and what is heard and seen."""

import asyncio
import time
from typing import Any

from playwright.async_api import expect

from tests.network.matrix import Row, stand
from tests.network.pair import (
    CITIZEN,
    CITIZEN_PUBLIC,
    LINK_DELAY_SECONDS,
    Pair,
    ring,
)

# A line goes back to what it was.
WELL = {"loss": 0.0, "kbit": 0.0, "delay_seconds": LINK_DELAY_SECONDS}
SETTLE_SECONDS = 15.0
WINDOW_SECONDS = 20.0
WAIT_SECONDS = 50.0
_moves = 0


async def connect_seconds(pair: Pair, row: Row, calls: int) -> list[float]:
    """Of calls one after the other between the same two people."""
    await stand(pair, row)
    found = []
    async with pair.consultation() as (citizen, officer):
        for _ in range(calls):
            found.append((await ring(citizen, officer)).connect_seconds)
            await citizen.button("hang_up").click()
            for side in (citizen, officer):
                await expect(side.button("hang_up")).to_have_count(0)
    return found


async def back_seconds(pair: Pair, row: Row, outage_seconds: float, moves: bool) -> list[float | None]:
    """From the link being up again until pictures move, at the citizen's and at the officer's side.

    `moves`: the citizen comes back in another network, with other addresses inside and outside.
    """
    await stand(pair, row)
    async with pair.call() as call:
        await pair.street.cut("citizen")
        if moves:
            await _move(pair)
        await asyncio.sleep(outage_seconds)
        up_at = time.time()
        await pair.street.mend("citizen")
        return await call.moving_again(up_at, WAIT_SECONDS)


async def _move(pair: Pair) -> None:
    global _moves
    _moves += 1
    inside = CITIZEN.addresses[0].rsplit(".", 1)[0]
    outside = CITIZEN_PUBLIC.rsplit(".", 1)[0]
    await pair.street.move("citizen", f"{inside}.{10 + _moves}", f"{outside}.{110 + _moves}")


async def heard_and_seen(pair: Pair, row: Row, **line: float) -> dict[str, Any]:
    """While the citizen's link is `line`, each side's percent of sound concealed, frames a second, width."""
    await stand(pair, row)
    async with pair.call() as call:
        await pair.street.shape("citizen", **line)
        try:
            await asyncio.sleep(SETTLE_SECONDS)
            before = await call.figures()
            await asyncio.sleep(WINDOW_SECONDS)
            after = await call.figures()
        finally:
            await pair.street.shape("citizen", **WELL)
        return {
            side: _between(earlier, later)
            for side, earlier, later in zip(("citizen", "officer"), before, after, strict=True)
        }


def _between(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, float]:
    seconds = (later["at"] - earlier["at"]) / 1000
    samples = later["samples"] - earlier["samples"]
    concealed = later["concealed"] - earlier["concealed"]
    return {
        # Nothing played at all is the worst of sounds.
        "concealed_percent": 100 * concealed / samples if samples else 100.0,
        "frames_a_second": (later["frames"] - earlier["frames"]) / seconds,
        "width": later["width"],
    }
