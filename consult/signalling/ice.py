"""Servers a browser may use to find a path, with short-lived TURN credentials."""

import base64
import hmac
import secrets
from datetime import datetime

from consult.people import Side
from consult.settings import Settings

IceServer = dict[str, str | list[str]]


def ice_servers(settings: Settings, now: datetime) -> list[IceServer]:
    """STUN and TURN servers for one call.

    The credential follows coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00): user name
    `expiry:random`, password base64(HMAC-SHA1(secret, user name)); no personal data in the name.
    """
    servers: list[IceServer] = []
    if stun := _urls(settings.stun_urls):
        servers.append({"urls": stun})
    if turn := _urls(settings.turn_urls):
        expiry = int(now.timestamp()) + settings.turn_credential_seconds
        user = f"{expiry}:{secrets.token_hex(8)}"
        password = base64.b64encode(
            hmac.digest(settings.turn_secret.encode(), user.encode(), "sha1")
        ).decode()
        servers.append({"urls": turn, "username": user, "credential": password})
    return servers


def relay_only(settings: Settings, side: Side) -> bool:
    """Whether this side's media goes only through TURN."""
    return settings.relay_only == "both" or (settings.relay_only == "officer" and side is Side.OFFICER)


def _urls(value: str) -> list[str]:
    return [url.strip() for url in value.split(",") if url.strip()]
