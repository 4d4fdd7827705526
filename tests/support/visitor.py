"""A browser without scripts: keeps cookies, fills in forms with their token, sends the origin too."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from typing import Any

import httpx2
from starlette.types import ASGIApp

HOME = "http://127.0.0.1:8000"


class Visitor:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers=headers)

    async def post(
        self, path: str, fields: dict[str, Any] | None = None, origin: str | None = HOME, **headers: str
    ) -> httpx2.Response:
        """A form as it is given, with the origin a browser would send."""
        sent = {"Origin": origin} if origin is not None else {}
        return await self.client.post(path, data=fields or {}, headers=sent | headers)

    async def post_json(self, path: str, content: str | bytes, origin: str = HOME) -> httpx2.Response:
        headers = {"Origin": origin, "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, content=content, headers=headers)

    async def fill_in(self, page: str, path: str, **fields: Any) -> httpx2.Response:
        """Open the page and post its form: the token is the page's own."""
        return await self.post(path, {"csrf": token_in(await self.get(page)), **fields})

    async def sign_in(self, user_name: str, password: str) -> httpx2.Response:
        return await self.fill_in("/sign-in", "/sign-in", user_name=user_name, password=password)

    def cookie(self, name: str) -> str | None:
        return self.client.cookies.get(name)


@asynccontextmanager
async def visiting(asgi: ASGIApp, address: str = "203.0.113.7", home: str = HOME) -> AsyncIterator[Visitor]:
    """A visitor who stands at `address`. Faults of ours answer 500, as they do in a real server."""
    transport = httpx2.ASGITransport(asgi, raise_app_exceptions=False, client=(address, 40_000))
    async with httpx2.AsyncClient(transport=transport, base_url=home) as client:
        yield Visitor(client)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("name") == "csrf":
            self.tokens.append(given.get("value") or given.get("content") or "")
        if tag in {"link", "script", "a", "img"}:
            self.links.append(given)
        if "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(f"<{tag} {given}>")
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag}>")


def read_page(response: httpx2.Response) -> _Page:
    page = _Page()
    page.feed(response.text)
    return page


def token_in(response: httpx2.Response) -> str:
    """The token that the page's forms carry."""
    tokens = set(read_page(response).tokens)
    assert len(tokens) == 1, f"one token in the page, not {tokens}"
    return tokens.pop()


def text_of(response: httpx2.Response) -> str:
    """What the page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())
