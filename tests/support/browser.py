"""A real Chromium with a pretended camera and microphone, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# They are there; and everybody who asks gets them.
DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
# Half the pictures of the default: a call costs a third less CPU, and pictures still move.
CALM_DEVICES = (f"{DEVICES[0]}=fps=10", DEVICES[1])
# Host names instead of addresses need multicast, which build machines seldom have. The others are suggestions
# under an address line that nobody sees: two more pages, 0.7 s of CPU, for every window (Chromium 156).
WITHOUT = ("WebRtcHideLocalIpsWithMdns", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
FLAGS = [
    "--autoplay-policy=no-user-gesture-required",
    f"--disable-features={','.join(WITHOUT)}",
    "--disable-dev-shm-usage",
]


class NoBrowser(RuntimeError):
    """There is no Chromium; the message says how to get one."""


def chromium_path() -> str:
    """The Chromium of $CONSULT_CHROMIUM, or the first on PATH.

    Raises NoBrowser: tests that need a browser fail without one, they are never passed over.
    """
    named = os.environ.get("CONSULT_CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise NoBrowser(f"CONSULT_CHROMIUM names {named}, which is not a file.")
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise NoBrowser(
        "No Chromium was found. Install it (on Debian: apt-get install -y --no-install-recommends chromium) "
        "or name one in CONSULT_CHROMIUM."
    )


@asynccontextmanager
async def chromium(*extra_flags: str, devices: Sequence[str] = DEVICES) -> AsyncIterator[Browser]:
    """A running Chromium; closed at the end. `devices`: how it comes by camera and microphone, if at all."""
    # Chromium refuses its sandbox to root.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(),
            args=[*FLAGS, *devices, *sandbox, *extra_flags],
        )
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests; each test opens its own context."""
    async with chromium(devices=CALM_DEVICES) as running:
        yield running
