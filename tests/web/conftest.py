from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.browser import browser as browser
from tests.support.script_site import ScriptSite


@pytest.fixture(scope="session")
def script_site() -> Iterator[ScriptSite]:
    with ScriptSite() as site:
        yield site


@pytest.fixture
async def context(browser: Browser, script_site: ScriptSite) -> AsyncIterator[BrowserContext]:
    """A fresh browser profile on the site of the scripts."""
    context = await browser.new_context(base_url=script_site.address)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page of the site; an error nobody caught fails the test."""
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(error.stack or error.message))
    await page.goto("/")
    yield page
    assert not faults, "\n".join(faults)
