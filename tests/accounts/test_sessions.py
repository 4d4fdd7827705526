"""Sessions of staff: random, hashed at rest, new at each sign-in, over in time and on command."""

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from consult.accounts.visitor import token_of
from consult.people import Caller, Role
from consult.storage.tables import session
from tests.support.client import Page, sign_in, sign_out
from tests.support.databases import let_pass
from tests.support.offices import PASSWORD, Door, open_door
from tests.support.open_office import Office, open_office
from tests.support.visitor import Visitor, visiting


@pytest.fixture
async def door(tmp_path: Path, office_url: str, valkey: str) -> AsyncIterator[Door]:
    async with open_door(tmp_path, office_url, valkey) as door:
        await door.person("budi", Role.OFFICER)
        yield door


@pytest.fixture
async def visitor(door: Door) -> AsyncIterator[Visitor]:
    async with visiting(door.app.asgi) as visitor:
        yield visitor


@pytest.fixture
async def two_servers(office_url: str, valkey: str) -> AsyncIterator[Office]:
    async with open_office(office_url, valkey, servers=2) as opened:
        yield opened


async def _signs_in(visitor: Visitor, user_name: str = "budi") -> str:
    answer = await visitor.sign_in(user_name, PASSWORD)
    assert answer.status_code == 303, answer.text
    return visitor.cookie("staff") or ""


async def _holds(door: Door, reference: str) -> bool:
    return await door.app.doorkeeper.who({"staff": reference}) is not None


async def test_a_reference_is_256_random_bits_and_only_its_hash_is_kept(door: Door, visitor: Visitor) -> None:
    async with visiting(door.app.asgi) as elsewhere:
        references = {await _signs_in(visitor), await _signs_in(elsewhere)}
    assert {len(urlsafe_b64decode(reference + "=")) for reference in references} == {32}
    assert len(references) == 2
    kept = await door.app.database.read(
        lambda conn: set(conn.execute(select(session.c.reference_hash)).scalars())
    )
    assert kept == {hashlib.sha256(reference.encode()).digest() for reference in references}


async def test_the_cookie_is_kept_from_scripts_and_other_sites(door: Door, visitor: Visitor) -> None:
    answer = await visitor.sign_in("budi", PASSWORD)
    set_cookies = {one.split("=")[0]: one.lower() for one in answer.headers.get_list("set-cookie")}
    assert "httponly" in set_cookies["staff"] and "samesite=lax" in set_cookies["staff"]
    assert "domain" not in set_cookies["staff"] and "path=/" in set_cookies["staff"]
    assert "httponly" in set_cookies["device"] and "samesite=strict" in set_cookies["device"]


async def test_signing_in_makes_a_new_session_and_ends_the_browsers_former_one(
    door: Door, visitor: Visitor
) -> None:
    first = await _signs_in(visitor)
    token = (await door.app.doorkeeper.who({"staff": first})).csrf  # type: ignore[union-attr]
    form = {"csrf": _sign_in_token(visitor), "user_name": "budi", "password": PASSWORD}
    assert (await visitor.post("/sign-in", form)).status_code == 303
    second = visitor.cookie("staff") or ""
    assert second != first
    assert not await _holds(door, first)
    visit = await door.app.doorkeeper.who({"staff": second})
    assert visit is not None
    assert visit.csrf != token


def _sign_in_token(visitor: Visitor) -> str:
    """The page itself sends whoever is signed in on to the desk; the token is the form cookie's."""
    return token_of(visitor.cookie("form") or "")


async def test_a_planted_reference_is_not_taken_over(door: Door, visitor: Visitor) -> None:
    planted = "A" * 43
    visitor.client.cookies.set("staff", planted, domain="127.0.0.1")
    assert await _signs_in(visitor) != planted
    assert not await _holds(door, planted)


async def test_a_session_without_use_ends_and_use_keeps_it(door: Door, visitor: Visitor) -> None:
    reference = await _signs_in(visitor)
    for _ in range(3):
        await let_pass(door.app.database, minutes=29)
        assert await _holds(door, reference)
    await let_pass(door.app.database, minutes=31)
    assert not await _holds(door, reference)
    answer = await visitor.get("/officer")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_use_does_not_keep_a_session_beyond_its_day(door: Door, visitor: Visitor) -> None:
    reference = await _signs_in(visitor)
    for _ in range(25):
        await let_pass(door.app.database, minutes=28)
        assert await _holds(door, reference)
    await let_pass(door.app.database, minutes=28)
    assert not await _holds(door, reference)


async def test_what_is_over_is_removed(door: Door, visitor: Visitor) -> None:
    await _signs_in(visitor)
    assert await door.app.doorkeeper.prune() == 0
    await let_pass(door.app.database, hours=13)
    assert await door.app.doorkeeper.prune() == 1


@pytest.mark.parametrize("reference", ["", "x", "A" * 43, "A" * 10_000, "' OR 1=1 --", "ü", "\x00"])
async def test_a_made_up_reference_is_nobodys(door: Door, visitor: Visitor, reference: str) -> None:
    await _signs_in(visitor)
    assert not await _holds(door, reference)
    assert await door.app.doorkeeper.who({"t_" + "a" * 20: reference}, "a" * 20) is None


async def test_signing_out_closes_every_page_of_that_sign_in_in_all_processes(two_servers: Office) -> None:
    page = await two_servers.officer()
    other_browser = await _again(two_servers)
    async with other_browser.open() as elsewhere:
        tabs = [await page.enter(), await page.another_tab().elsewhere(two_servers.urls[1]).enter()]
        await sign_out(page)
        assert [await tab.closed() for tab in tabs] == [4100, 4100]
        await elsewhere.pings()
    refused = await page.knock()
    await refused.sends_text(json.dumps(page.hello()))
    assert await refused.closed() == 4100


async def _again(office: Office) -> Page:
    return await sign_in(office.urls[1], "budi", PASSWORD)


async def test_a_disabled_person_is_out_everywhere_at_once(two_servers: Office) -> None:
    page = await two_servers.officer()
    other = (await _again(two_servers)).elsewhere(two_servers.urls[1])
    tabs = [await page.enter(), await other.enter()]
    visit = await two_servers.apps[0].doorkeeper.who(page.cookies)
    assert visit is not None
    office = Caller(Role.ADMINISTRATOR, "office", "Kantor")
    await two_servers.apps[0].doorkeeper.disable(visit.caller.id, office)
    assert [await tab.closed() for tab in tabs] == [4100, 4100]
    with pytest.raises(AssertionError):
        await _again(two_servers)
    assert await two_servers.apps[1].doorkeeper.who(other.cookies) is None
