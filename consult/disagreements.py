"""Settings whose values cannot work, alone or together, though each can be read."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from consult import failpoints

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def disagreements(values: Mapping[str, Any]) -> list[str]:
    """A plain sentence for each; `values` are all settings by their fields' names."""
    faults = []
    try:
        ZoneInfo(values["time_zone"])
    except (KeyError, ValueError, OSError):
        faults.append(f"CONSULT_TIME_ZONE must be a zone like Asia/Jakarta, not {values['time_zone']!r}.")
    if values["relay_only"] not in {"", "off", "officer", "both"}:
        faults.append(
            f"CONSULT_RELAY_ONLY must be off, officer or both, or left out, not {values['relay_only']!r}."
        )
    if values["recording"] not in {"off", "browser", "server"}:
        faults.append(f"CONSULT_RECORDING must be off, browser or server, not {values['recording']!r}.")
    if values["relay_only"] in {"officer", "both"} and not values["turn_urls"]:
        faults.append("CONSULT_RELAY_ONLY needs CONSULT_TURN_URLS: without TURN no call could connect.")
    if values["turn_urls"] and not values["turn_secret"]:
        faults.append(
            "CONSULT_TURN_URLS needs CONSULT_TURN_SECRET, the static-auth-secret of the TURN server."
        )
    if values["officer_capacity"] < max(values["video_units"], values["chat_units"]):
        faults.append(
            "CONSULT_OFFICER_CAPACITY must be at least CONSULT_VIDEO_UNITS and CONSULT_CHAT_UNITS: "
            "otherwise no officer could ever take such a citizen."
        )
    faults.extend(_server_faults("CONSULT_STUN_URLS", values["stun_urls"], "stun:", "stuns:"))
    faults.extend(_server_faults("CONSULT_TURN_URLS", values["turn_urls"], "turn:", "turns:"))
    if bool(values["tls_certificate"]) != bool(values["tls_key"]):
        faults.append("CONSULT_TLS_CERTIFICATE and CONSULT_TLS_KEY must be given together.")
    if values["log_level"] not in {"debug", "info", "warning", "error"}:
        faults.append(
            f"CONSULT_LOG_LEVEL must be debug, info, warning or error, not {values['log_level']!r}."
        )
    faults.extend(_public_url_faults(values))
    faults.extend(_proxy_faults(values["trusted_proxies"]))
    faults.extend(_failpoint_faults(values))
    if values["host"] not in LOOPBACK and not values["public_url"]:
        faults.append(
            f"CONSULT_HOST={values['host']} needs CONSULT_PUBLIC_URL, the address people type (https://...): "
            "browsers give no camera on any other http address than localhost."
        )
    return faults


def _proxy_faults(addresses: str) -> list[str]:
    """A name would match no address: every citizen would share the proxy's limits."""
    return [
        f"CONSULT_TRUSTED_PROXIES must be addresses like 127.0.0.1 or 10.0.0.0/8, not {one!r}."
        for one in map(str.strip, addresses.split(","))
        if one and one != "*" and not _is_network(one)
    ]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _failpoint_faults(values: Mapping[str, Any]) -> list[str]:
    if not values["failpoints"]:
        return []
    public = values["public_url"].startswith("https") or values["trusted_proxies"]
    if public or values["host"] not in LOOPBACK:
        return ["CONSULT_FAILPOINTS makes a service fail and is for tests on this machine: leave it out."]
    return failpoints.faults(values["failpoints"])


def _server_faults(name: str, urls: str, *schemes: str) -> list[str]:
    """A browser refuses every call, not only the server, when one address is not of this form."""
    return [
        f"{name} must look like {schemes[0]}host:3478, not {url.strip()!r}."
        for url in urls.split(",")
        if url.strip() and not (url.strip().startswith(schemes) and url.strip().partition(":")[2].strip("/"))
    ]


def _public_url_faults(values: Mapping[str, Any]) -> list[str]:
    url = values["public_url"]
    if not url:
        return []
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return [f"CONSULT_PUBLIC_URL must look like https://consult.example.go.id, not {url!r}."]
    if (
        parts.scheme not in {"http", "https"}
        or not host
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
    ):
        return [f"CONSULT_PUBLIC_URL must look like https://consult.example.go.id, not {url!r}."]
    if parts.scheme == "http" and host not in LOOPBACK:
        return [
            f"CONSULT_PUBLIC_URL must begin with https:// because browsers give no camera on {url}; "
            "put TLS in front."
        ]
    return []
