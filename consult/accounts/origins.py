"""Whose pages may post forms and open sockets: an exact list of origins, nothing by pattern. Pure."""

from urllib.parse import urlsplit

from consult.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """The public address; without one, this machine's loopback names with the port that is served."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.public_url)
        self._loopback_scheme = "https" if settings.tls_certificate else "http"
        self._exact: frozenset[str] = frozenset()
        self._any_served_port = not parts.hostname
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            hosts = LOOPBACK if host in LOOPBACK else (host,)
            self._exact = frozenset(_origin(parts.scheme, name, parts.port) for name in hosts)

    def allows(self, origin: str | None, port: int | None) -> bool:
        """`port`: the one this process serves on. A missing origin and `null` are refused."""
        if origin is None:
            return False
        if origin in self._exact:
            return True
        if not self._any_served_port:
            return False
        return origin in {_origin(self._loopback_scheme, host, port) for host in LOOPBACK}


def _origin(scheme: str, host: str, port: int | None) -> str:
    default = port is None or DEFAULT_PORTS.get(scheme) == port
    return f"{scheme}://{host}" if default else f"{scheme}://{host}:{port}"
