"""A server that ends sends people elsewhere, spread over less time than it stays."""

import asyncio
from contextlib import AsyncExitStack

from consult.people import Role
from consult.running.server import DRAIN_SECONDS
from tests.hub.conftest import Office

TABS = 8


async def test_everybody_is_asked_to_return_while_the_server_still_waits(office: Office) -> None:
    page = await office.staff("sari", Role.SUPERVISOR)
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(page.open()) for _ in range(TABS)]
        draining = asyncio.create_task(office.apps[0].drain())
        asked = [(await tab.hears("ReconnectAsked"))["after_ms"] for tab in tabs]
        assert max(asked) < DRAIN_SECONDS * 1000, "whoever is asked to come later is cut off with all others"
        assert len(set(asked)) > 1, "not all at the same moment"
    await draining
