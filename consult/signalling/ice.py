"""Servers a browser may use to find a path, with short-lived TURN credentials."""

from datetime import datetime

from consult.people import Side
from consult.settings import Settings
from consult.signalling.turn.credential import credential

IceServer = dict[str, str | list[str]]


def ice_servers(settings: Settings, now: datetime) -> list[IceServer]:
    """STUN and TURN servers for one call, with a credential of its own."""
    servers: list[IceServer] = []
    if stun := _urls(settings.stun_urls):
        servers.append({"urls": stun})
    if turn := _urls(settings.turn_urls):
        made = credential(settings.turn_secret, now, settings.turn_credential_seconds)
        servers.append({"urls": turn, "username": made.user, "credential": made.password})
    return servers


def relay_only(settings: Settings, side: Side) -> bool:
    """Whether this side's media goes only through TURN."""
    return settings.relayed == "both" or (settings.relayed == "officer" and side is Side.OFFICER)


def _urls(value: str) -> list[str]:
    return [url.strip() for url in value.split(",") if url.strip()]
