"""How many wrong passwords are looked at, by account and by network address; and whose address counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from consult.accounts.addresses import block_of
from consult.people import Role
from tests.support.joining import FORM
from tests.support.offices import PASSWORD, Door, open_door
from tests.support.open_office import Office, open_office
from tests.support.visitor import Visitor, token_in, visiting

WRONG = "bukan kata sandinya"


@asynccontextmanager
async def _door(tmp_path: Path, office_url: str, valkey: str, **limits: int) -> AsyncIterator[Door]:
    async with open_door(tmp_path, office_url, valkey, **limits) as door:
        for user_name in ("budi", "citra"):
            await door.person(user_name, Role.OFFICER)
        yield door


async def _tries(door: Door, user_name: str, password: str, address: str, times: int = 1) -> list[int]:
    """From a browser that was never here."""
    async with visiting(door.app.asgi, address) as visitor:
        return [(await visitor.sign_in(user_name, password)).status_code for _ in range(times)]


async def test_an_account_takes_so_many_wrong_passwords_from_everywhere_together(
    tmp_path: Path, office_url: str, valkey: str
) -> None:
    async with _door(tmp_path, office_url, valkey, sign_ins_per_account_in_10_minutes=3) as door:
        told = [(await _tries(door, "budi", WRONG, f"203.0.113.{n}"))[0] for n in range(5)]
        assert told == [422, 422, 422, 429, 429]
        assert await _tries(door, "BUDI ", WRONG, "203.0.113.77") == [429]
        # The right one is not looked at any more either: nobody learns that it was right.
        assert await _tries(door, "budi", PASSWORD, "203.0.113.78") == [429]
        assert await _tries(door, "citra", PASSWORD, "203.0.113.1") == [303]


async def test_an_unknown_account_is_counted_and_answered_like_a_known_one(
    tmp_path: Path, office_url: str, valkey: str
) -> None:
    async with _door(tmp_path, office_url, valkey, sign_ins_per_account_in_10_minutes=2) as door:
        assert await _tries(door, "tidakada", WRONG, "203.0.113.1", 3) == [422, 422, 429]
        async with visiting(door.app.asgi) as one, visiting(door.app.asgi) as two:
            unknown = await one.sign_in("siapa", WRONG)
            known = await two.sign_in("budi", WRONG)
        assert _without_names(unknown) == _without_names(known)


def _without_names(answer: httpx2.Response) -> list[str]:
    return [line for line in answer.text.splitlines() if "csrf" not in line and "user_name" not in line]


async def test_one_address_takes_so_many_wrong_passwords_for_all_accounts(
    tmp_path: Path, office_url: str, valkey: str
) -> None:
    async with _door(tmp_path, office_url, valkey, sign_ins_per_address_in_10_minutes=3) as door:
        told = [(await _tries(door, f"nama{n}", WRONG, "203.0.113.7"))[0] for n in range(5)]
        assert told == [422, 422, 422, 429, 429]
        assert await _tries(door, "budi", PASSWORD, "203.0.113.7") == [429]
        assert await _tries(door, "budi", PASSWORD, "203.0.113.8") == [303]


async def test_a_sign_in_that_succeeds_uses_nothing_up(tmp_path: Path, office_url: str, valkey: str) -> None:
    async with _door(tmp_path, office_url, valkey, sign_ins_per_account_in_10_minutes=2) as door:
        assert [(await _tries(door, "budi", PASSWORD, "203.0.113.7"))[0] for _ in range(4)] == [303] * 4
        assert await _tries(door, "budi", WRONG, "203.0.113.7", 3) == [422, 422, 429]


async def test_a_browser_that_signed_in_here_before_is_not_locked_out_by_strangers(
    tmp_path: Path, office_url: str, valkey: str
) -> None:
    async with (
        _door(tmp_path, office_url, valkey, sign_ins_per_account_in_10_minutes=2) as door,
        visiting(door.app.asgi) as owner,
    ):
        assert (await owner.sign_in("budi", PASSWORD)).status_code == 303
        owner.client.cookies.delete("staff")
        assert await _tries(door, "budi", WRONG, "203.0.113.9", 3) == [422, 422, 429]
        assert (await owner.sign_in("budi", PASSWORD)).status_code == 303
        # What this browser holds for one account opens no further tries at another.
        owner.client.cookies.delete("staff")
        told = [(await _again(owner, "citra")) for _ in range(3)]
        assert told == [422, 422, 429]


async def _again(visitor: Visitor, user_name: str) -> int:
    return (await visitor.sign_in(user_name, WRONG)).status_code


async def test_many_tries_at_the_same_moment_are_counted_before_any_is_checked(
    tmp_path: Path, office_url: str, valkey: str
) -> None:
    async with _door(tmp_path, office_url, valkey, sign_ins_per_account_in_10_minutes=3) as door:
        tries = [_tries(door, "budi", WRONG, f"203.0.113.{n}") for n in range(12)]
        told = [status for statuses in await asyncio.gather(*tries) for status in statuses]
        assert sorted(told) == [422] * 3 + [429] * 9


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        # Nobody is trusted: the header is a stranger's word.
        ("", ["203.0.113.1", "203.0.113.2", "203.0.113.3"], False),
        # Trusted is somebody else than who stands here.
        ("10.9.8.7", ["203.0.113.1", "203.0.113.2", "203.0.113.3"], False),
        # The proxy's own entry is the last one; what the client wrote before it does not count.
        ("127.0.0.1", ["1.1.1.1, 203.0.113.1", "2.2.2.2, 203.0.113.1", "3.3.3.3, 203.0.113.1"], False),
        ("127.0.0.1", ["203.0.113.1", "203.0.113.2", "203.0.113.3"], True),
    ],
)
async def test_only_a_trusted_proxy_says_where_somebody_stands(
    office_url: str, valkey: str, proxies: str, forwarded: list[str], counted: bool
) -> None:
    """Each is a different address, or all are one, by the numbers that may be taken from each."""
    async with open_office(
        office_url, valkey, trusted_proxies=proxies, joins_per_address_in_10_minutes=2
    ) as office:
        told = [await _joins_through(office, header) for header in forwarded]
        assert told == [303, 303, 303 if counted else 429]


async def _joins_through(office: Office, forwarded: str) -> int:
    url, headers = office.urls[0], {"X-Forwarded-For": forwarded, "X-Real-IP": forwarded}
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, verify=False) as http:
        visitor = Visitor(http)
        form = FORM | {"service": office.service, "csrf": token_in(await visitor.get("/"))}
        return (await visitor.post("/tickets", form, origin=url)).status_code


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, "unknown"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("203.0.113.7:80", "unknown"),
        ("203.0.113.007", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_a_subscriber_is_counted_as_one(address: str | None, block: str) -> None:
    assert block_of(address) == block
