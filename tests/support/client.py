"""People at their pages without a browser: they come in over HTTP and speak through a real socket.

page = await take_number(url, service)
async with page.open() as ana:
    await ana.order("PostMessage", text="Selamat pagi")
    await ana.hears("EntryAdded")
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Frame = dict[str, Any]

WELCOMES = frozenset({"WelcomeApplicant", "WelcomeOfficer", "WelcomeSupervisor", "WelcomeGuest"})
WITHIN_SECONDS = 10.0
COMES_AGAIN = 12
HTTP_SECONDS = 30.0  # a password is hashed on a machine that does much else
_TOKEN = re.compile(r'name="csrf"\s+(?:value|content)="([^"]+)"')


class Unheard(AssertionError):
    """What was waited for did not come; the message says what came instead."""


class Client:
    """One open socket. Frames that come are kept until they are asked for, in their order."""

    def __init__(self, socket: ClientConnection, ticket: str | None = None, cseq: int = 0) -> None:
        self.socket = socket
        self.ticket = ticket
        self.cseq = cseq
        self.frames: list[Frame] = []
        self.everything: list[Frame] = []
        self.code: int | None = None
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                frame = json.loads(text)
                self.frames.append(frame)
                self.everything.append(frame)
                self._news.set()
        except ConnectionClosed:
            pass
        self.code = self.socket.close_code
        self._news.set()

    async def sends(self, kind: str, /, **fields: Any) -> None:
        """A frame as it is given; the ticket is filled in where the frame has one and none is given."""
        await self.sends_text(json.dumps(self._frame(kind, fields)))

    async def sends_text(self, text: str | bytes) -> None:
        """Anything at all, as one text frame. Whether it arrived shows in what is heard."""
        with suppress(ConnectionClosed):
            await self.socket.send(text, text=True)

    async def begins(self, kind: str, **fields: Any) -> int:
        """Send an order under the next number; returns the number."""
        self.cseq += 1
        await self.sends(kind, cseq=self.cseq, **fields)
        return self.cseq

    async def order(self, kind: str, **fields: Any) -> Frame:
        """Send an order under the next number and wait for its answer, `Acked` or `Refused`."""
        return await self.answer(await self.begins(kind, **fields))

    async def answer(self, cseq: int, within: float = WITHIN_SECONDS) -> Frame:
        return await self._hears(
            lambda frame: frame["t"] in {"Acked", "Refused"} and frame.get("cseq") == cseq,
            f"an answer to {cseq}",
            within,
        )

    async def acked(self, kind: str, **fields: Any) -> Frame:
        """As `order`, and it must be carried out."""
        answer = await self.order(kind, **fields)
        assert answer["t"] == "Acked", answer
        return answer

    async def refused(self, kind: str, **fields: Any) -> str:
        """As `order`, and it must be refused; returns the code."""
        answer = await self.order(kind, **fields)
        assert answer["t"] == "Refused", answer
        code: str = answer["code"]
        return code

    async def hears(self, kind: str, within: float = WITHIN_SECONDS, **fields: Any) -> Frame:
        """The first frame not asked for yet of this kind and with these fields; others stay."""
        wanted = {"t": kind, **fields}
        return await self._hears(
            lambda frame: all(frame.get(name) == value for name, value in wanted.items()), str(wanted), within
        )

    async def hears_welcome(self, within: float = WITHIN_SECONDS) -> Frame:
        return await self._hears(lambda frame: frame["t"] in WELCOMES, "a welcome", within)

    async def hears_entry(self, text: str, within: float = WITHIN_SECONDS) -> Frame:
        """The entry with this text."""

        def has_text(frame: Frame) -> bool:
            return frame["t"] == "EntryAdded" and frame["entry"].get("text") == text

        entry: Frame = (await self._hears(has_text, f"an entry {text!r}", within))["entry"]
        return entry

    async def pings(self, n: int = 1) -> Frame:
        """A heartbeat and its answer."""
        await self.sends("Ping", n=n)
        return await self.hears("Pong", n=n)

    async def follow(self) -> AsyncIterator[Frame]:
        """Every frame, as it comes, until the socket is closed; others may hear it too."""
        told = 0
        while True:
            while told < len(self.everything):
                told += 1
                yield self.everything[told - 1]
            if self._reading.done():
                return
            self._news.clear()
            await self._news.wait()

    def has_heard(self, kind: str) -> list[Frame]:
        """Every frame of this kind so far, asked for or not."""
        return [frame for frame in self.everything if frame["t"] == kind]

    async def closed(self, within: float = WITHIN_SECONDS) -> int:
        """The code that the service closed with."""
        await asyncio.wait_for(asyncio.shield(self._reading), within)
        assert self.code is not None
        return self.code

    async def leaves(self) -> None:
        """Close as a page does."""
        await self.socket.close()
        await self._reading

    def breaks_off(self) -> None:
        """The network is gone: no goodbye."""
        self.socket.transport.abort()

    async def _hears(self, fits: Any, what: str, within: float) -> Frame:
        loop = asyncio.get_running_loop()
        ends = loop.time() + within
        while True:
            for index, frame in enumerate(self.frames):
                if fits(frame):
                    return self.frames.pop(index)
            if self._reading.done():
                raise Unheard(f"closed with {self.code} before {what}; not asked for: {self.frames}")
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, ends - loop.time()))
            except TimeoutError:
                raise Unheard(f"no {what} within {within:g} s; not asked for: {self.frames}") from None

    def _frame(self, kind: str, fields: Frame) -> Frame:
        if self.ticket is not None and kind not in {"Ping", "Hello", "Refresh"} and "ticket" not in fields:
            fields = {"ticket": self.ticket, **fields}
        return {"t": kind, **fields}


@dataclass(frozen=True)
class Page:
    """A page whose session is open: what it needs for a socket. `stream` is the tab's."""

    url: str
    csrf: str
    cookies: dict[str, str]
    ticket: str | None = None
    label: str = ""
    secret: str = ""
    stream: str = field(default_factory=lambda: secrets.token_hex(12))
    guest: str | None = None

    def elsewhere(self, url: str) -> "Page":
        """The same page, served by another process."""
        return replace(self, url=url)

    def another_tab(self) -> "Page":
        return replace(self, stream=secrets.token_hex(12))

    def hello(self, **fields: Any) -> Frame:
        told: Frame = {"t": "Hello", "v": 1, "stream": self.stream, "csrf": self.csrf}
        if self.guest is not None:
            told["guest"] = self.guest
        elif self.ticket is not None:
            told["ticket"] = self.ticket
        return told | fields

    async def knock(self, **how: Any) -> Client:
        """An open socket that has not said hello."""
        return Client(await self.dial(**how), self.ticket)

    async def dial(self, origin: str | None = "", **headers: str) -> ClientConnection:
        """A socket with this page's cookies and origin; `origin` None leaves it out."""
        parts = urlsplit(self.url)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return await connect(
            f"ws://{parts.netloc}/socket",
            origin=self.url if origin == "" else origin,  # type: ignore[arg-type]
            additional_headers={**({"Cookie": cookie} if cookie else {}), **headers},
            max_size=None,
            compression=None,
            ping_interval=None,
            proxy=None,
        )

    @asynccontextmanager
    async def open(self, cseq: int = 0, **fields: Any) -> AsyncIterator[Client]:
        """A welcomed client; its numbers go on after what the service has answered."""
        client = await self.enter(cseq, **fields)
        try:
            yield client
        finally:
            await client.leaves()

    async def enter(self, cseq: int = 0, **fields: Any) -> Client:
        """As `open`, left open. The welcome can still be heard."""
        client = await self.knock()
        client.cseq = cseq
        await client.sends_text(json.dumps(self.hello(**fields)))
        try:
            welcome = await client.hears_welcome()
        except Unheard:
            await client.leaves()
            raise
        client.frames.insert(0, welcome)
        client.cseq = max(cseq, welcome["last_cseq"])
        return client


async def _post_patiently(http: httpx2.AsyncClient, path: str, form: dict[str, str]) -> httpx2.Response:
    origin = str(http.base_url).rstrip("/")
    for _ in range(COMES_AGAIN):
        answer = await http.post(path, data=form, headers={"Origin": origin})
        if answer.status_code != 503:
            break
        await asyncio.sleep(float(answer.headers["retry-after"]))
    return answer


def _http(url: str, cookies: dict[str, str] | None = None) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=url, cookies=cookies, trust_env=False, verify=False, timeout=HTTP_SECONDS
    )


async def take_number(
    url: str, service: str, name: str = "Ana Wijaya", channel: str = "chat", **fields: str
) -> Page:
    """Take a number by the form, and open the ticket's page on the same device.

    An office that is too busy says when to come again, and is taken at its word.
    """
    async with _http(url) as http:
        token = await form_token(http, "/")
        form = {
            "csrf": token,
            "service": service,
            "name": name,
            "phone": "0812 3456 7890",
            "application_number": "",
            "channel": channel,
            "notice": "on",
            **fields,
        }
        taken = await _post_patiently(http, "/tickets", form)
        assert taken.status_code == 303, taken.text
        path, _, secret = taken.headers["location"].partition("#")
        return await _open_ticket(http, url, path.rpartition("/")[2], secret)


async def open_ticket(url: str, ticket: str, secret: str) -> Page:
    """Open a ticket by its link on another device."""
    async with _http(url) as http:
        return await _open_ticket(http, url, ticket, secret)


async def sign_in(url: str, user_name: str, password: str) -> Page:
    """Sign in by the form and open the desk's page."""
    async with _http(url) as http:
        form = {"csrf": await form_token(http, "/sign-in"), "user_name": user_name, "password": password}
        signed_in = await http.post("/sign-in", data=form, headers={"Origin": url})
        assert signed_in.status_code == 303, signed_in.text
        return Page(url, await form_token(http, signed_in.headers["location"]), dict(http.cookies.items()))


async def sign_out(page: Page, agreed: bool = True) -> None:
    """`agreed`: who is served may go back to the line, as the desk asks."""
    form = {"csrf": page.csrf} | ({"agreed": "yes"} if agreed else {})
    async with _http(page.url, cookies=page.cookies) as http:
        answer = await http.post("/sign-out", data=form, headers={"Origin": page.url})
        assert answer.status_code == 303, answer.text


async def _open_ticket(http: httpx2.AsyncClient, url: str, ticket: str, secret: str) -> Page:
    opened = await http.post(f"/t/{ticket}/open", json={"secret": secret}, headers={"Origin": url})
    assert opened.status_code == 200, opened.text
    told = opened.json()
    return Page(url, told["csrf"], dict(http.cookies.items()), ticket, told["label"], secret)


async def form_token(http: httpx2.AsyncClient, path: str) -> str:
    page = await http.get(path)
    assert page.status_code == 200, f"{path}: {page.status_code}"
    found = _TOKEN.search(page.text)
    assert found is not None, f"{path} has no token"
    return found[1]
