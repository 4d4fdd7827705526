"""A consultation whose people send photos: over real servers, on either kind of database."""

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest

from tests.support.client import Page
from tests.support.open_office import Office, open_office


@pytest.fixture
async def office(database_url: str, valkey: str) -> AsyncIterator[Office]:
    """Two servers; each test runs once with each kind of database."""
    async with open_office(database_url, valkey, servers=2) as opened:
        yield opened


def new_id() -> str:
    return secrets.token_hex(16)


def _client(page: Page) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=page.url, cookies=page.cookies, trust_env=False, verify=False, timeout=30
    )


async def put(
    page: Page,
    ticket: str,
    photo: str,
    content: Any,
    caption: str = "Foto%20resi",
    headers: Mapping[str, str | None] | None = None,
) -> httpx2.Response:
    """Send a photo as the page does; a header given as None is left out."""
    told = {
        "Origin": page.url,
        "X-Consult-CSRF": page.csrf,
        "X-Consult-Caption": caption,
        "Content-Type": "image/jpeg",
        "Accept": "application/json",
        **(headers or {}),
    }
    sent = {name: value for name, value in told.items() if value is not None}
    async with _client(page) as http:
        return await http.put(f"/t/{ticket}/photos/{photo}", content=content, headers=sent)


async def get(page: Page, ticket: str, photo: str, small: bool = False) -> httpx2.Response:
    async with _client(page) as http:
        return await http.get(f"/t/{ticket}/photos/{photo}{'/small' if small else ''}")
