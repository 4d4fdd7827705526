"""The headers of every answer, and that no page holds a script or style of its own or names another host."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2

from tests.pages.every_route import ADMINISTRATOR, MAY, Town, town
from tests.support.visitor import HOME, read_page

__all__ = ["town"]


def _policy(answer: httpx2.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


async def _every_answer(town: Town) -> AsyncIterator[tuple[str, httpx2.Response]]:
    """Every page, refusal and error there is, in both languages."""
    for method, path in MAY:
        for role in town.visitors:
            if path == "/sign-out":
                continue
            yield f"{method} {path} {role}", await town.ask(method, path, role)
    for language in ("id", "en"):
        for path, role in (("/", "stranger"), ("/sign-in", "stranger"), ("/office", ADMINISTRATOR)):
            yield path, await town.visitors[role].get(f"{path}?lang={language}")
    stranger = town.visitors["stranger"]
    yield "missing", await stranger.get("/no-such-page")
    yield "wrong method", await stranger.client.request("DELETE", "/", headers={"Origin": HOME})
    yield "foreign", await stranger.post("/tickets", {}, origin="null")
    yield "a strange path", await stranger.get("/%2e%2e/%00")
    yield "HEAD", await stranger.client.head("/")


async def test_every_answer_carries_the_headers(town: Town) -> None:
    async for name, answer in _every_answer(town):
        told = answer.headers
        policy = _policy(answer)
        assert policy["default-src"] == "'none'", name
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'", name
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", name
        assert policy["form-action"] == "'self'", name
        assert not re.search(r"unsafe|nonce|sha256|https?:|\*", told["content-security-policy"]), name
        assert told["x-content-type-options"] == "nosniff", name
        assert told["x-frame-options"] == "DENY", name
        assert told["referrer-policy"] == "same-origin", name
        assert told["cross-origin-opener-policy"] == "same-origin", name
        assert told["cross-origin-resource-policy"] == "same-origin", name
        assert "camera=(self)" in told["permissions-policy"], name
        # Only where there are calls can a screen be shared.
        with_calls = name.startswith(("GET /t/{ticket} ", "GET /officer ")) and answer.status_code == 200
        shares = "(self)" if with_calls else "()"
        assert f"display-capture={shares}," in told["permissions-policy"], name
        assert "server" not in told and "x-powered-by" not in told, name
        kept = "static" in name or "text" in name
        assert ("immutable" in told["cache-control"]) or not kept or answer.status_code != 200, name
        assert kept or told["cache-control"] == "no-store", name


async def test_no_page_has_inline_script_or_style_or_names_another_host(town: Town) -> None:
    pages = 0
    async for name, answer in _every_answer(town):
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        pages += 1
        page = read_page(answer)
        assert not page.inline, (name, page.inline)
        for link in page.links:
            address = link.get("href") or link.get("src") or ""
            parts = urlsplit(address)
            assert not parts.netloc and parts.scheme in {"", "tel"}, (name, address)
        assert not re.search(r"""(?:action|formaction|poster|data|srcset)=["'](?:https?:)?//""", answer.text)
    assert pages > 40
