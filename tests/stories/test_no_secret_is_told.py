"""A short story at the most talkative log level: no secret stands where somebody else could read it."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.async_api import BrowserContext, Request

from consult.consultations.credential import pin_for
from consult.live.address import address
from consult.settings import Settings
from tests.stories.people import Person, Town
from tests.support.client import Page, sign_in, take_number
from tests.support.guests import Link, invites
from tests.support.house import House
from tests.support.valkey import connected

TURN_SECRET = "kenari-turn-7f3a9c51e2"
WRONG_PASSWORD = "kenari-kata-sandi-salah-20c4"
WRONG_SECRET = "kenari-rahasia-salah-81be55d0c7a2f4e96b3d1a08"


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {
        "CONSULT_LOG_LEVEL": "debug",
        "CONSULT_TURN_URLS": "turn:127.0.0.1:3478",
        "CONSULT_TURN_SECRET": TURN_SECRET,
    }


@dataclass
class Canaries:
    """Secret -> what it is."""

    names: dict[str, str] = field(default_factory=dict)

    def plant(self, name: str, secret: str) -> None:
        assert len(secret) >= 6, name
        self.names[secret] = name

    def plant_page(self, who: str, page: Page) -> None:
        self.plant(f"{who}'s token", page.csrf)
        for cookie, value in page.cookies.items():
            if cookie != "lang":
                self.plant(f"{who}'s cookie {cookie}", value)

    def found_in(self, place: bytes) -> list[str]:
        return [name for secret, name in self.names.items() if _holds(place, secret)]


def _holds(place: bytes, secret: str) -> bool:
    if not secret.isdigit():
        return secret.encode() in place
    # A PIN within a longer number is chance.
    return re.search(rb"(?<![0-9])" + secret.encode() + rb"(?![0-9])", place) is not None


def _seen_by(context: BrowserContext, urls: list[str]) -> None:
    def note(request: Request) -> None:
        urls.extend((request.url, request.headers.get("referer", "")))

    context.on("request", note)
    context.on("page", lambda page: page.on("websocket", lambda socket: urls.append(socket.url)))


async def _story(house: House, town: Town, canaries: Canaries, urls: list[str]) -> None:
    service = house.rows("SELECT service_id FROM person_service LIMIT 1")[0]["service_id"]
    citizen = await take_number(house.urls[0], service, name="Kenari Kuning")
    canaries.plant("the link's secret", citizen.secret)
    canaries.plant("the PIN", pin_for(citizen.secret))
    canaries.plant_page("the citizen", citizen)
    officer = await sign_in(house.urls[1], "petugas1", house.passwords["petugas1"])
    canaries.plant_page("the officer", officer)
    await _strangers_try(house, citizen)
    link = await _talk(citizen, officer, canaries)
    await _as_a_guest(house, town, link, canaries, urls)
    await _on_other_devices(house, town, citizen, urls)


async def _strangers_try(house: House, citizen: Page) -> None:
    """Wrong keys are secrets too: a slip of a right one, or one for another door."""
    origin = {"Origin": house.urls[0]}
    async with httpx2.AsyncClient(base_url=house.urls[0], trust_env=False, verify=False) as http:
        path = f"/t/{citizen.ticket}/open"
        assert (await http.post(path, json={"secret": WRONG_SECRET}, headers=origin)).status_code == 404
    with pytest.raises(AssertionError):
        await sign_in(house.urls[1], "petugas2", WRONG_PASSWORD)


async def _talk(citizen: Page, officer: Page, canaries: Canaries) -> Link:
    async with citizen.open() as ana, officer.open() as budi:
        await budi.acked("BeReady")
        offer = (await budi.hears("OfferMade"))["offer"]
        budi.ticket = citizen.ticket
        await budi.acked("AcceptOffer", attempt=offer["attempt"])
        await ana.acked("PostMessage", text="Selamat pagi")
        await budi.hears_entry("Selamat pagi")
        await ana.acked("Ring", media="video")
        call = (await budi.hears("CallChanged"))["call"]["id"]
        await budi.acked("AcceptCall", call=call, media="video")
        await ana.hears("CallChanged")
        servers = (await ana.hears("CallChanged"))["call"]["ice_servers"]
        canaries.plant("a TURN credential", servers[0]["credential"])
        await budi.acked("HangUp", call=call)
        return await invites(budi, budi.ticket, "companion")


async def _as_a_guest(house: House, town: Town, link: Link, canaries: Canaries, urls: list[str]) -> None:
    """A third person by the link, in a browser."""
    canaries.plant("the guest link's secret", link.secret)
    guest = await _device(town, urls)
    await guest.page.goto(f"{house.urls[0]}/j/{link.guest}#{link.secret}")
    await guest.page.get_by_role("textbox").fill("Made")
    await guest.page.get_by_role("checkbox").check(force=True)
    await guest.page.get_by_role("button", name="Minta bergabung").click()
    await guest.page.get_by_role("heading", name="Menunggu diizinkan masuk").wait_for()
    for cookie in await guest.context.cookies():
        if cookie["name"].startswith("j_"):
            canaries.plant("the guest's cookie", cookie["value"])
    assert link.secret not in guest.page.url


async def _on_other_devices(house: House, town: Town, citizen: Page, urls: list[str]) -> None:
    """By the link, by number and PIN, and an officer at the desk, each in a browser."""
    by_link = await _device(town, urls)
    await by_link.page.goto(f"{house.urls[0]}/t/{citizen.ticket}#{citizen.secret}")
    await by_link.is_served()
    by_pin = await _device(town, urls)
    await by_pin.page.goto(f"{house.urls[1]}/continue")
    await by_pin.page.locator("[name=label]").fill(citizen.label)
    await by_pin.page.locator("[name=pin]").fill(pin_for(citizen.secret))
    await by_pin.page.locator("[name=pin]").press("Enter")
    await by_pin.is_served()
    desk = await _device(town, urls)
    await desk.page.goto(f"{house.urls[1]}/sign-in")
    await desk.field("user_name").fill("petugas2")
    await desk.field("password").fill(house.passwords["petugas2"])
    await desk.button("sign_in").click()
    await desk.page.wait_for_url(re.compile(r"/officer$"))
    await desk.button("ready").wait_for()


async def _device(town: Town, urls: list[str]) -> Person:
    somebody = await town.person()
    _seen_by(somebody.context, urls)
    somebody.page.on("websocket", lambda socket: urls.append(socket.url))
    return somebody


async def _redis(data_dir: Path) -> Mapping[str, bytes]:
    """Every key with its value."""
    held: dict[str, bytes] = {}
    async with connected(address(Settings(data_dir=data_dir))) as live:
        commands = live.commands
        for key in await commands.keys("*"):
            readings = {
                b"string": lambda key: commands.get(key),
                b"list": lambda key: commands.lrange(key, 0, -1),
                b"set": lambda key: commands.smembers(key),
                b"hash": lambda key: commands.hgetall(key),
                b"zset": lambda key: commands.zrange(key, 0, -1),
            }
            held[key.decode()] = key + repr(await readings[await commands.type(key)](key)).encode()
    return held


def _files(data_dir: Path) -> dict[str, bytes]:
    """Everything on the disk but the file that is there to tell the demo's passwords."""
    kept = [path for path in data_dir.rglob("*") if path.is_file() and "password" not in path.name]
    return {str(path.relative_to(data_dir)): path.read_bytes() for path in kept}


async def test_no_secret_is_told(house: House, town: Town) -> None:
    canaries, urls = Canaries(), list[str]()
    canaries.plant("the TURN secret", TURN_SECRET)
    canaries.plant("a wrong password", WRONG_PASSWORD)
    canaries.plant("a wrong secret", WRONG_SECRET)
    for user_name, password in house.passwords.items():
        canaries.plant(f"{user_name}'s password", password)
    await _story(house, town, canaries, urls)

    said = house.said()
    assert "/tickets" in said
    assert "Selamat pagi" not in said
    assert not canaries.found_in(said.encode())
    seen = {url: urlsplit(url)._replace(fragment="").geturl() for url in urls}
    assert any(url.startswith("ws:") for url in seen) and len(seen) > 20
    assert not {
        url: canaries.found_in(told.encode())
        for url, told in seen.items()
        if canaries.found_in(told.encode())
    }
    keys = await _redis(house.data_dir)
    assert any(":limit:" in key for key in keys), sorted(keys)
    assert not {key: canaries.found_in(held) for key, held in keys.items() if canaries.found_in(held)}
    files = await asyncio.to_thread(_files, house.data_dir)
    assert "consult.sqlite3" in files
    assert b"Kenari Kuning" in b"".join(files.values())
    told = {name: canaries.found_in(held) for name, held in files.items()}
    assert not any(told.values()), told
