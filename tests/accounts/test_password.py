"""Passwords: argon2id, costly for who guesses, a few at once, and never on the event loop."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters

from consult.accounts.password import WAITING_FOR_EACH_THREAD, Passwords, check_new_password
from consult.errors import BadRequest, Busy

PASSWORD = "kata sandi yang panjang"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    checked = Passwords(2)
    yield checked
    checked.close()


async def test_a_password_is_kept_as_argon2id_with_its_cost_and_a_salt(passwords: Passwords) -> None:
    one, two = await asyncio.gather(passwords.hash(PASSWORD), passwords.hash(PASSWORD))
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert one != two
    assert PASSWORD not in one
    assert (await passwords.hash_pin("014014")).startswith("$argon2id$v=19$m=8192,t=2,p=1$")


async def test_only_the_password_itself_fits(passwords: Passwords) -> None:
    kept = await passwords.hash(PASSWORD)
    assert await passwords.fits(kept, PASSWORD)
    for wrong in ("", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "\x00", "ü" * 400):
        assert not await passwords.fits(kept, wrong)
    for broken in (None, "", "$argon2id$", "plain", kept[:-5]):
        assert not await passwords.fits(broken, PASSWORD)
    pin = await passwords.hash_pin("014014")
    assert await passwords.pin_fits(pin, "014014")
    assert not await passwords.pin_fits(pin, "014015")
    assert not await passwords.pin_fits(None, "014014")


async def test_who_is_unknown_costs_as_much_as_who_is_known(passwords: Passwords) -> None:
    for nobodys, real in (
        (passwords._nobodys_password, await passwords.hash(PASSWORD)),
        (passwords._nobodys_pin, await passwords.hash_pin("014014")),
    ):
        assert extract_parameters(nobodys) == extract_parameters(real)
        assert len(nobodys) == len(real)
    assert not await passwords.fits(None, PASSWORD)


async def test_no_more_at_once_than_the_setting_says_and_the_loop_turns_meanwhile(
    passwords: Passwords,
) -> None:
    before = set(threading.enumerate())
    working = asyncio.gather(*(passwords.hash_pin(f"{n:06d}") for n in range(40)))
    turns = most = 0
    while not working.done():
        await asyncio.sleep(0)
        turns += 1
        ours = [one for one in threading.enumerate() if one.name.startswith("password")]
        most = max(most, len(set(ours) - before))
    assert len(set(await working)) == 40
    assert most == 2
    assert turns > 40


async def test_more_work_than_a_few_seconds_is_refused_instead_of_queued() -> None:
    passwords = Passwords(1)
    try:
        tries = [passwords.pin_fits(None, "000000") for _ in range(WAITING_FOR_EACH_THREAD + 20)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, Busy)]
        assert len(refused) == 20
        assert all(answer.retry_ms for answer in refused)
        assert not await passwords.pin_fits(None, "000000")
    finally:
        passwords.close()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "missing"),
        ("pendek12345", "too_short"),
        ("x" * 257, "too_long"),
        ("aaaaaaaaaaaaaaaa", "too_plain"),
        ("abababababab", "too_plain"),
        ("Budi.Santoso1", "too_plain"),
    ],
)
def test_a_weak_new_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_new_password(password, "budi.santoso")
    assert refused.value.values["reason"] == reason


def test_a_long_new_password_of_any_script_is_taken() -> None:
    for password in (PASSWORD, "密碼密碼很長很長的密碼啊", "correct horse battery staple"):
        check_new_password(password, "budi")
