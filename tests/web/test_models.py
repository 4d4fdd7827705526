"""Runs the cases written in JavaScript, each in a freshly loaded page of a real browser."""

import asyncio
import re

import pytest
from playwright.async_api import Page

from tests.support.script_site import CASES

LIMIT_SECONDS = 15
CASE = re.compile(r"^export async function (test_\w+)\(", re.MULTILINE)
RUN = """async ([file, name]) => {
    const cases = await import(`/cases/${file}`);
    await cases[name]();
}"""


def _cases() -> list[tuple[str, str]]:
    files = sorted(CASES.glob("*.js"))
    return [(file.name, name) for file in files for name in CASE.findall(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("file", "name"), _cases())
async def test_scripts(page: Page, file: str, name: str) -> None:
    try:
        await asyncio.wait_for(page.evaluate(RUN, [file, name]), LIMIT_SECONDS)
    except BaseException:
        await page.close()  # it may still be busy with this case
        raise
