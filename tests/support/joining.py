"""Taking a number over HTTP."""

from dataclasses import dataclass

import httpx2

from tests.support.visitor import Visitor

FORM = {
    "name": "Sari Contoh",
    "phone": "0812-3456-7890",
    "application_number": "",
    "channel": "chat",
    "notice": "on",
}


@dataclass(frozen=True, slots=True)
class Link:
    ticket_id: str
    secret: str

    @property
    def path(self) -> str:
        return f"/t/{self.ticket_id}"


async def join(visitor: Visitor, service_id: str, **changed: str) -> httpx2.Response:
    """Post the start page's form, with these fields different."""
    return await visitor.fill_in("/", "/tickets", **(FORM | {"service": service_id} | changed))


async def take_number(visitor: Visitor, service_id: str) -> Link:
    answer = await join(visitor, service_id)
    assert answer.status_code == 303, answer.text
    path, secret = answer.headers["location"].split("#")
    return Link(path.removeprefix("/t/"), secret)
