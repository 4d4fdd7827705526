"""Servers a browser may use to find a path, with short-lived TURN credentials."""

from datetime import datetime

from consult.errors import StageForbids
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


def relay_only(settings: Settings, side: Side, hidden: bool = False) -> bool:
    """Whether this side's media goes only through TURN; `hidden`: the applicant wishes it for this call."""
    if side is Side.APPLICANT and hidden:
        return True
    return settings.relayed == "both" or (settings.relayed == "officer" and side is Side.OFFICER)


def wish(settings: Settings, side: Side, hide: bool) -> dict[str, bool]:
    """The applicant's wish to be hidden, as the call's row holds it; an officer's is the office's setting.

    Raises StageForbids where there is no TURN: shown after all would be a promise broken in silence.
    """
    if side is not Side.APPLICANT:
        return {}
    if hide and not settings.turn_urls:
        raise StageForbids(stage="no_relay", step="hide")
    return {"applicant_hidden": hide}


def _urls(value: str) -> list[str]:
    return [url.strip() for url in value.split(",") if url.strip()]
