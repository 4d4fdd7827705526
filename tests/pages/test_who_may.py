"""Who may ask for what, and that every post comes from our own pages with its own token."""

import re

import httpx2
import pytest

from consult.pages.routes import routes
from consult.pages.site import build_site
from tests.pages.every_route import (
    EVERYBODY,
    MAY,
    OF_A_RECORDING,
    POSTS,
    STAFF,
    STAFF_ROUTES,
    WITHOUT_TOKEN,
    Town,
    town,
)
from tests.support.joining import FORM
from tests.support.visitor import HOME

__all__ = ["town"]

# After these nothing else can be asked for.
LAST = {"retire": 1, "disable": 1, "enable": 2, "sign-out": 3}


async def test_the_route_table_is_the_matrix(town: Town) -> None:
    table = [
        (method, route.path)
        for route in routes(build_site(town.door.app.pages))
        for method in (route.methods or set()) - {"HEAD"}
    ]
    assert len(table) == len(set(table))
    assert set(table) == set(MAY)


async def test_who_may_not_is_sent_to_sign_in_or_finds_nothing(town: Town) -> None:
    before = await town.rows()
    for method, path in STAFF_ROUTES:
        for role in town.visitors:
            if role in MAY[method, path]:
                continue
            answer = await town.ask(method, path, role, town.tokens[role])
            if role in STAFF:
                unknown = await town.ask(method, "/no-such-page", role, town.tokens[role])
                assert answer.status_code == unknown.status_code == 404, (path, role)
                assert _plain(answer) == _plain(unknown), (path, role)
            else:
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), (path, role)
    assert await town.rows() == before


def _plain(answer: httpx2.Response) -> str:
    return re.sub(r'href="\?[^"]*"', "", answer.text)


@pytest.mark.parametrize("path", POSTS)
async def test_every_post_needs_the_token_of_its_own_page(town: Town, path: str) -> None:
    role = MAY["POST", path][0]
    role = "applicant" if role == EVERYBODY else role
    if path == "/t/{ticket}/forget":
        await town.visitors[role].post_json(f"{town.link.path}/open", "{}")
    before, cookies = await town.rows(), dict(town.visitors[role].client.cookies)
    others = [token for name, token in town.tokens.items() if name != role]
    for token in (None, "", "x", town.tokens[role][:-1], town.tokens[role] + "x", "ü", *others):
        answer = await town.ask("POST", path, role, token)
        if path in WITHOUT_TOKEN:
            assert answer.status_code == 400
        else:
            assert answer.status_code == 403, (path, token)
        assert "set-cookie" not in answer.headers
    assert await town.rows() == before
    assert dict(town.visitors[role].client.cookies) == cookies


@pytest.mark.parametrize("path", POSTS)
async def test_every_post_comes_from_our_own_pages(town: Town, path: str) -> None:
    role = MAY["POST", path][0]
    role = "applicant" if role == EVERYBODY else role
    before = await town.rows()
    form = FORM | {"csrf": town.tokens[role], "service": town.filled["service"]}
    visitor, address = town.visitors[role], town.address(path)
    for origin in (None, "null", "http://evil.example", f"{HOME}.evil.example", f"{HOME}/"):
        answer = await visitor.post(address, form, origin=origin)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), origin
    for site in ("cross-site", "same-site", "none"):
        answer = await visitor.post(address, form, **{"Sec-Fetch-Site": site})
        assert answer.status_code == 403, site
    twice = [("Origin", HOME), ("Origin", "http://evil.example")]
    assert (await visitor.client.post(address, data=form, headers=twice)).status_code == 403
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
        answer = await visitor.client.post(
            address, content=b"csrf=x", headers={"Origin": HOME, "Content-Type": kind}
        )
        assert answer.status_code in {303, 400, 403, 404, 422}, (kind, answer.status_code)
        assert answer.headers.get("location") in {None, "/sign-in"}
    assert await town.rows() == before


@pytest.mark.parametrize("path", POSTS)
async def test_a_post_is_bounded(town: Town, path: str) -> None:
    role = MAY["POST", path][0]
    visitor = town.visitors["applicant" if role == EVERYBODY else role]
    form = "csrf=" + "x" * 65_536
    answer = await visitor.client.post(
        town.address(path),
        content=form.encode(),
        headers={"Origin": HOME, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


async def test_who_may_is_let_in(town: Town) -> None:
    """The last one: it changes the office."""
    for method, path in sorted(STAFF_ROUTES, key=lambda key: LAST.get(key[1].rpartition("/")[2], 0)):
        for role in MAY[method, path] if (method, path) not in OF_A_RECORDING else ():
            answer = await town.ask(method, path, role, town.tokens[role])
            assert answer.status_code in {200, 303, 422}, (path, role, answer.status_code)
            assert answer.headers.get("location") != "/sign-in" or path == "/sign-out"
