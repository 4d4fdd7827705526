"""`turn:` and `turns:` addresses (RFC 7065). Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from consult.errors import SettingsWrong

_ADDRESS = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?\Z"
)


@dataclass(frozen=True, slots=True)
class TurnAddress:
    host: str
    port: int
    transport: Literal["udp", "tcp", "tls"]


def turn_address(url: str) -> TurnAddress:
    """Raises SettingsWrong for anything else, and for TURN over DTLS, which browsers do not speak."""
    found = _ADDRESS.match(url)
    secure = found is not None and found["scheme"] == "turns"
    if found is None or (secure and found["transport"] == "udp"):
        raise SettingsWrong(
            f"CONSULT_TURN_URLS holds {url!r}; an address looks like turn:host:3478, "
            "turn:host:3478?transport=tcp or turns:host:443?transport=tcp."
        )
    port = int(found["port"] or (5349 if secure else 3478))
    if not 1 <= port <= 65_535:
        raise SettingsWrong(f"CONSULT_TURN_URLS holds {url!r}, whose port does not exist.")
    transport: Literal["udp", "tcp", "tls"] = "udp"
    if secure:
        transport = "tls"
    elif found["transport"] == "tcp":
        transport = "tcp"
    return TurnAddress(found["host"].strip("[]"), port, transport)


def turn_addresses(urls: str) -> list[TurnAddress]:
    return [turn_address(url.strip()) for url in urls.split(",") if url.strip()]
