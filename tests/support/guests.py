"""A third person in a call, without a browser: invited by a side, at the door with the link, at a socket."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import httpx2

from tests.support.client import Client, Page


def random_text() -> str:
    """32 random bytes as a page writes them."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


@dataclass(frozen=True)
class Link:
    """What the inviting page hands on: the secret is known to it alone."""

    guest: str
    secret: str
    ticket: str


async def invites(side: Client, ticket: str, role: str = "interpreter") -> Link:
    secret = random_text()
    digest = hashlib.sha256(secret.encode()).hexdigest()
    await side.acked("InviteGuest", ticket=ticket, role=role, secret_hash=digest)
    told = (await side.hears("GuestChanged"))["guest"]
    while told["stage"] != "invited":  # of one before, that this side has not asked for yet
        told = (await side.hears("GuestChanged"))["guest"]
    assert told["role"] == role
    return Link(told["id"], secret, ticket)


async def looks(url: str, link: Link, **changed: object) -> httpx2.Response:
    """What the page asks first."""
    return await _post(url, f"/j/{link.guest}/open", {"secret": link.secret, **changed})


async def asks(url: str, link: Link, **changed: object) -> httpx2.Response:
    said = {"secret": link.secret, "tab": random_text(), "name": "Made Isyarat", "notice": True, **changed}
    return await _post(url, f"/j/{link.guest}/ask", said)


async def comes(url: str, link: Link, **changed: object) -> Page:
    """Uses the link up; the guest's page, which may open a socket."""
    answer = await asks(url, link, **changed)
    assert answer.status_code == 200, answer.text
    cookies = dict(answer.cookies.items())
    return Page(url, answer.json()["csrf"], cookies, link.ticket, guest=link.guest)


async def _post(url: str, path: str, content: dict[str, object]) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=url, trust_env=False, verify=False) as http:
        return await http.post(path, json=content, headers={"Origin": url})
