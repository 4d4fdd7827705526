"""Waiting for a thing that happens elsewhere, with a bound, instead of sleeping and hoping."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

T = TypeVar("T")

LOOK_SECONDS = 0.005


async def until(happened: Callable[[], T | Awaitable[T]], seconds: float = 10.0) -> T:
    """The first true answer of `happened`. Fails when there is none in time."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while True:
        answer = happened()
        found = await answer if isawaitable(answer) else answer
        if found:
            return found  # type: ignore[return-value]
        if loop.time() > ends:
            raise AssertionError(f"did not happen within {seconds:g} s")
        await asyncio.sleep(LOOK_SECONDS)
