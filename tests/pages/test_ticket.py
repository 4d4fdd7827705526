import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from consult.consultations.credential import pin_for
from consult.office import office
from tests.support.databases import let_pass
from tests.support.joining import Link, take_number
from tests.support.offices import Door, open_door
from tests.support.visitor import Visitor, text_of, visiting

STRANGE = "zzzzzzzzzzzzzzzzzzzz"


async def open_with(visitor: Visitor, link: Link, secret: str | None) -> tuple[int, dict[str, str]]:
    body = {} if secret is None else {"secret": secret}
    answer = await visitor.post_json(f"{link.path}/open", json.dumps(body))
    return answer.status_code, answer.json()


async def test_the_shell_is_the_same_whatever_the_id(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    async with visiting(door.app.asgi) as stranger:
        real, unknown = await stranger.get(link.path), await stranger.get(f"/t/{STRANGE}")
    assert real.status_code == unknown.status_code == 200
    assert real.text.replace(link.ticket_id, "") == unknown.text.replace(STRANGE, "")
    assert "Sari" not in real.text
    assert "A-001" not in real.text


async def test_the_link_opens_the_ticket_on_any_device(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    async with visiting(door.app.asgi) as other_device:
        status, told = await open_with(other_device, link, link.secret)
        assert status == 200
        assert told["label"] == "A-001"
        assert told["pin"] == pin_for(link.secret)
        visit = await door.app.doorkeeper.who(dict(other_device.client.cookies), link.ticket_id)
        assert visit is not None
        assert (visit.caller.id, visit.csrf) == (link.ticket_id, told["csrf"])
        # Later without the link: the device's own session does.
        status, again = await open_with(other_device, link, None)
        assert (status, again["csrf"]) == (200, told["csrf"])
        assert "secret" not in again


async def test_the_browser_that_took_the_number_needs_no_link(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    status, told = await open_with(visitor, link, None)
    assert status == 200
    assert told["secret"] == link.secret


@pytest.mark.parametrize("secret", [None, "", "A" * 43, "x" * 129, "'; DROP TABLE ticket; --", "\ud7ff"])
async def test_a_wrong_key_and_an_unknown_ticket_get_the_same_answer(
    door: Door, visitor: Visitor, secret: str | None
) -> None:
    link = await take_number(visitor, await door.service())
    async with visiting(door.app.asgi) as stranger:
        known = await open_with(stranger, link, secret)
        unknown = await open_with(stranger, Link(STRANGE, ""), secret)
        assert known == unknown
        assert known[0] == (400 if secret and len(secret) > 128 else 404)
        assert not stranger.client.cookies


async def test_a_secret_opens_its_own_ticket_only(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    link = await take_number(visitor, service)
    async with visiting(door.app.asgi) as other:
        foreign = await take_number(other, service)
        assert (await open_with(other, link, foreign.secret))[0] == 404
        await open_with(other, foreign, foreign.secret)
        assert await door.app.doorkeeper.who(dict(other.client.cookies), link.ticket_id) is None
        # A session moved to another ticket's cookie is nobody's.
        reference = other.cookie(f"t_{foreign.ticket_id}") or ""
        assert await door.app.doorkeeper.who({f"t_{link.ticket_id}": reference}, link.ticket_id) is None


async def test_a_stranger_who_guesses_does_not_lock_the_owner_out(
    tmp_path: Path, office_url: str, valkey: str
) -> None:
    async with (
        open_door(tmp_path, office_url, valkey, pin_tries_per_ticket_in_10_minutes=2) as door,
        visiting(door.app.asgi) as owner,
        visiting(door.app.asgi) as stranger,
    ):
        link = await take_number(owner, await door.service())
        answers = [(await open_with(stranger, link, "A" * 43))[0] for _ in range(4)]
        assert answers == [404, 404, 429, 429]
        assert (await open_with(stranger, link, link.secret))[0] == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"secret": 5}', b"[" * 30_000, b'{"secret": NaN}', b"\xff", b"null"]
)
async def test_what_cannot_be_read_is_refused_in_json(door: Door, visitor: Visitor, body: bytes) -> None:
    answer = await visitor.post_json(f"/t/{STRANGE}/open", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


async def test_a_session_on_a_device_ends_in_time(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    await open_with(visitor, link, link.secret)
    cookies = dict(visitor.client.cookies)
    await let_pass(door.app.database, hours=47)
    assert await door.app.doorkeeper.who(cookies, link.ticket_id) is not None
    await let_pass(door.app.database, hours=2)
    assert await door.app.doorkeeper.who(cookies, link.ticket_id) is None


async def test_not_me_closes_the_ticket_on_this_device_only(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    _, told = await open_with(visitor, link, link.secret)
    reference = {f"t_{link.ticket_id}": visitor.cookie(f"t_{link.ticket_id}") or ""}

    assert (await visitor.post(f"{link.path}/forget", {"csrf": "guessed"})).status_code == 403
    answer = await visitor.post(f"{link.path}/forget", {"csrf": told["csrf"]})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert visitor.cookie(f"t_{link.ticket_id}") is None
    assert visitor.cookie("visitor") is None
    assert await door.app.doorkeeper.who(reference, link.ticket_id) is None
    assert (await open_with(visitor, link, None))[0] == 404
    assert (await open_with(visitor, link, link.secret))[0] == 200


@pytest.mark.parametrize("typed", ["A-001", "a1", " A 001 ", "a.1"])
async def test_number_and_pin_open_the_ticket_on_another_phone(
    door: Door, visitor: Visitor, typed: str
) -> None:
    link = await take_number(visitor, await door.service())
    pin = pin_for(link.secret)
    async with visiting(door.app.asgi) as phone:
        answer = await phone.fill_in("/continue", "/continue", label=typed, pin=f"{pin[:3]} {pin[3:]}")
        assert (answer.status_code, answer.headers["location"]) == (303, link.path)
        assert (await open_with(phone, link, None))[0] == 200


async def test_yesterdays_number_cannot_be_continued(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    await let_pass(door.app.database, days=1)
    await door.app.sweep_once()
    async with visiting(door.app.asgi) as phone:
        answer = await phone.fill_in("/continue", "/continue", label="A-001", pin=pin_for(link.secret))
        assert answer.status_code == 422


@pytest.fixture
def days_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office looks for the day whenever it is asked."""
    monkeypatch.setattr(office, "KEPT_SECONDS", 0)


@pytest.mark.usefixtures("days_at_once")
async def test_midnight_does_not_take_number_and_pin_from_who_still_waits(
    door: Door, visitor: Visitor
) -> None:
    """Numbers begin anew each day: today's A-001 is somebody else's, and the PIN says whose it is."""
    service = await door.service()
    mine = await take_number(visitor, service)
    await let_pass(door.app.database, days=1)
    async with visiting(door.app.asgi) as stranger:
        today = await take_number(stranger, service)
    for link in (mine, today):
        async with visiting(door.app.asgi) as phone:
            answer = await phone.fill_in("/continue", "/continue", label="A-001", pin=pin_for(link.secret))
            assert (answer.status_code, answer.headers["location"]) == (303, link.path)
            assert (await open_with(phone, link, None))[0] == 200
    async with visiting(door.app.asgi) as guessing:
        taken = {pin_for(link.secret) for link in (mine, today)}
        wrong = next(f"{n:06d}" for n in range(3) if f"{n:06d}" not in taken)
        answer = await guessing.fill_in("/continue", "/continue", label="A-001", pin=wrong)
        assert answer.status_code == 422


@pytest.mark.usefixtures("days_at_once")
@pytest.mark.parametrize("days", [0, 1, 5])
async def test_a_pin_costs_the_same_however_many_numbers_are_called_alike(
    door: Door, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    service, tried = await door.service(), []
    links = []
    for _ in range(days):
        async with visiting(door.app.asgi) as owner:
            links.append(await take_number(owner, service))
        await let_pass(door.app.database, days=1)
    fits = door.app.passwords.pin_fits

    async def count(pin_hash: str | None, pin: str) -> bool:
        tried.append(pin_hash)
        return await fits(pin_hash, pin)

    monkeypatch.setattr(door.app.passwords, "pin_fits", count)
    pin = pin_for(links[-1].secret) if links else "000000"
    answer = await visitor.fill_in("/continue", "/continue", label="A-001", pin=pin)
    assert answer.status_code == (303 if links else 422)
    assert len(tried) == 3


async def test_pins_are_not_guessed(tmp_path: Path, office_url: str, valkey: str) -> None:
    async with (
        open_door(tmp_path, office_url, valkey, pin_tries_per_ticket_in_10_minutes=3) as door,
        visiting(door.app.asgi) as owner,
        visiting(door.app.asgi) as stranger,
    ):
        link = await take_number(owner, await door.service())
        pin = pin_for(link.secret)
        wrong = "000000" if pin != "000000" else "000001"
        tries = [await stranger.fill_in("/continue", "/continue", label="A-001", pin=wrong) for _ in range(4)]
        assert [answer.status_code for answer in tries] == [422, 422, 422, 429]
        late = await stranger.fill_in("/continue", "/continue", label="A-001", pin=pin)
        assert late.status_code == 429
        assert 'value="A-001"' in late.text


async def test_a_number_that_was_never_given_reads_like_a_wrong_pin(door: Door, visitor: Visitor) -> None:
    await take_number(visitor, await door.service())
    async with visiting(door.app.asgi) as stranger:
        known = await stranger.fill_in("/continue", "/continue", label="A-001", pin="000000")
        unknown = await stranger.fill_in("/continue", "/continue", label="Z-999", pin="000000")
    assert known.status_code == unknown.status_code == 422
    assert text_of(known) == text_of(unknown)


@pytest.mark.parametrize(
    ("label", "pin", "said"),
    [("", "123456", "Isi nomor"), ("x", "123456", "seperti B-014"), ("A-1", "12", "6 angka")],
)
async def test_what_cannot_be_a_number_or_a_pin_is_said(
    visitor: Visitor, label: str, pin: str, said: str
) -> None:
    answer = await visitor.fill_in("/continue", "/continue", label=label, pin=pin)
    assert answer.status_code == 422
    assert said in text_of(answer)


async def test_secrets_are_kept_only_as_hashes(door: Door, visitor: Visitor) -> None:
    link = await take_number(visitor, await door.service())
    await open_with(visitor, link, link.secret)
    secrets = [link.secret, pin_for(link.secret), *dict(visitor.client.cookies).values()]
    tables = ("ticket", "session", "event", "entry", "answer")

    def everything(conn: object) -> str:
        rows = [conn.execute(text(f"SELECT * FROM {name}")).all() for name in tables]  # type: ignore[attr-defined]  # noqa: S608
        return repr(rows)

    stored = await door.app.database.read(everything)
    keys = [key.decode() for key in await door.app.live.commands.keys("*")]
    for secret in secrets:
        assert not re.search(rf"\b{re.escape(secret)}\b", stored)
        assert not any(secret in key for key in keys)
