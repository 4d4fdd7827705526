"""A real Firefox in a place on the street, driven over WebDriver BiDi (w3.org/TR/webdriver-bidi)."""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.network.street import Street
from tests.support.waiting import until

PORT = 9_222
START_SECONDS = 60.0
NAMES = ("firefox-esr", "firefox")
PREFERENCES = {
    # A pretended camera and microphone, given without asking.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    # Host names instead of addresses need multicast, which the street has not.
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "intl.accept_languages": "id-ID",
}
_DRIVING = Path(__file__).with_name("driving.js").read_text(encoding="utf-8")


class NoFirefox(RuntimeError):
    """There is no Firefox; the message says how to get one."""


class Firefox:
    """One page. Everything that fails in it raises here."""

    def __init__(self, line: ClientConnection, ids: Iterator[int] | None = None) -> None:
        self._line = line
        self._ids = ids or count(1)
        self._context = ""

    async def begin(self, *scripts: str) -> None:
        """A session whose pages have these scripts before their own."""
        await self._order("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        tree = await self._order("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        for script in (*scripts, _DRIVING):
            await self._order("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    async def another_person(self, *scripts: str) -> "Firefox":
        """A window of its own, which shares no cookies with the others; these scripts come before its own."""
        theirs = (await self._order("browser.createUserContext"))["userContext"]
        window = await self._order("browsingContext.create", type="window", userContext=theirs)
        other = Firefox(self._line, self._ids)
        other._context = window["context"]
        for script in scripts:
            await self._order(
                "script.addPreloadScript",
                functionDeclaration=f"() => {{ {script} }}",
                contexts=[other._context],
            )
        return other

    async def open(self, url: str) -> None:
        await self._order("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """What the expression gives, or what it promises."""
        answer = await self._order(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._context},
            awaitPromise=True,
            # As a person's tap is: sound may play after it.
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise AssertionError(f"Firefox: {answer['exceptionDetails']['text']}")
        told = answer["result"]
        return json.loads(told["value"]) if told["type"] == "string" else None

    async def true(self, expression: str, seconds: float = 30.0) -> None:
        """Wait until the expression is true, in whatever page has come meanwhile."""

        async def look() -> bool:
            try:
                return bool(await self.evaluate(expression))
            except (RuntimeError, AssertionError):  # between two pages
                return False

        await until(look, seconds)

    async def press(self, name: str) -> None:
        await self.true(f"driving.press({json.dumps(name)})")

    async def fill(self, label: str, text: str) -> None:
        await self.true(f"driving.fill({json.dumps(label)}, {json.dumps(text)})")

    async def check(self, label: str) -> None:
        await self.true(f"driving.check({json.dumps(label)})")

    async def _order(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        await self._line.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(await asyncio.wait_for(self._line.recv(), START_SECONDS))
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]


@asynccontextmanager
async def firefox_inside(street: Street, place: str, home: Path, *scripts: str) -> AsyncIterator[Firefox]:
    """Raises NoFirefox: whoever wants one is never given another browser."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoFirefox(
            "No Firefox was found. On Debian: apt-get install -y --no-install-recommends firefox-esr"
        )
    profile = home / f"firefox-{place}"
    await asyncio.to_thread(profile.mkdir, parents=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    start = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port",
        str(PORT),
    ]
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *["ip", "netns", "exec", street.namespace(place), "nice", "-n", "5", *start],
        env=os.environ | {"HOME": str(home), "MOZ_HEADLESS": "1"},
        stdout=nowhere,
        stderr=nowhere,
    )
    try:
        door = await until(lambda: asyncio.to_thread(_door, street, place), START_SECONDS)
        async with connect(f"ws://127.0.0.1:{PORT}/session", sock=door, max_size=None) as line:
            browser = Firefox(line)
            await browser.begin(*scripts)
            yield browser
    finally:
        process.terminate()
        await process.wait()


def _door(street: Street, place: str) -> socket.socket | None:
    try:
        door = street.inside(place, lambda: socket.create_connection(("127.0.0.1", PORT), 1))
    except OSError:
        return None
    door.setblocking(False)
    return door
