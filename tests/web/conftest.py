from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, CDPSession, Page

from tests.support.browser import browser as browser
from tests.support.script_site import ScriptSite


@pytest.fixture(scope="session")
def script_site() -> Iterator[ScriptSite]:
    with ScriptSite() as site:
        yield site


class Tab:
    """One page of a browser for all cases: a new one for each costs more than most of them."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._page: Page | None = None
        self._protocol: CDPSession | None = None
        self.faults: list[str] = []

    async def anew(self) -> Page:
        """The page with none of what another case has left: no script, no storage, no fault."""
        if self._page is None or self._page.is_closed() or self._protocol is None:
            self._page, self._protocol = await self._opened()
        page = self._page
        await page.goto("about:blank")
        await self._protocol.send(
            "Storage.clearDataForOrigin", {"origin": self._address, "storageTypes": "all"}
        )
        await page.goto("/")
        await page.evaluate("() => sessionStorage.clear()")
        self.faults.clear()
        return page

    async def _opened(self) -> tuple[Page, CDPSession]:
        context = await self._browser.new_context(base_url=self._address)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(error.stack or error.message))
        return page, await context.new_cdp_session(page)


@pytest.fixture(scope="session")
def tab(browser: Browser, script_site: ScriptSite) -> Tab:
    return Tab(browser, script_site.address)


@pytest.fixture
async def page(tab: Tab) -> AsyncIterator[Page]:
    """A page of the site; an error nobody caught fails the test."""
    page = await tab.anew()
    yield page
    assert not tab.faults, "\n".join(tab.faults)
