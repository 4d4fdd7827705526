"""What REDIS_URL may say, and the connections it leads to.

| address | meaning |
|---|---|
| `redis://[user:password@]host:port/0` | one server |
| `unix://[user:password@]/path/of/the/socket` | one server |
| `redis+sentinel://[user:password@]host:port,host:port/service[/0]` | the primary that Sentinels name |
| `redis+cluster://[user:password@]host:port,host:port` | the node of a Cluster that holds our keys |

`rediss` instead of `redis` means TLS. Options of redis-py follow as `?name=value&...`; user and password are
those of the servers, the Sentinels' own are `sentinel_username` and `sentinel_password`.
"""

from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from redis.asyncio.connection import SSLConnection, parse_url

from consult.live.finding import (
    ClusterFinder,
    Finder,
    FoundConnection,
    FoundTlsConnection,
    Place,
    SentinelFinder,
)

SENTINEL_PORT, CLUSTER_PORT = 26379, 6379
_OF_SENTINELS = ("sentinel_username", "sentinel_password")


def connections_to(address: str) -> dict[str, Any]:
    """The arguments of a connection pool. Raises ValueError for an address of no known form."""
    parts = urlsplit(address)
    scheme, _, kind = parts.scheme.partition("+")
    if not kind:
        return dict(parse_url(address))
    if scheme not in {"redis", "rediss"} or kind not in {"sentinel", "cluster"}:
        raise ValueError("no address of Redis")
    user, _, listed = parts.netloc.rpartition("@")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    of_sentinels = {
        name.removeprefix("sentinel_"): query.pop(name) for name in _OF_SENTINELS if name in query
    }
    service, database = _path(parts, kind)
    plain = f"{scheme}://{user}{'@' if user else ''}server/{database}?{urlencode(query)}"
    how: dict[str, Any] = dict(parse_url(plain))
    del how["host"]
    tls = how.pop("connection_class", None) is SSLConnection
    secured = {name: value for name, value in how.items() if name.startswith("ssl_")}
    finder: Finder
    if kind == "sentinel":
        places = _places(listed, SENTINEL_PORT)
        finder = SentinelFinder(places, service, tls, secured | of_sentinels)
    else:
        known = {name: how[name] for name in ("username", "password") if name in how}
        finder = ClusterFinder(_places(listed, CLUSTER_PORT), tls, secured | known)
    return how | {"connection_class": FoundTlsConnection if tls else FoundConnection, "finder": finder}


def _path(parts: SplitResult, kind: str) -> tuple[str, int]:
    """The service of Sentinels (a Cluster has none), and the number of the database."""
    words = [word for word in parts.path.split("/") if word]
    service = words.pop(0) if kind == "sentinel" and words else ""
    database = int(words.pop(0)) if words else 0
    if words or (kind == "sentinel") != bool(service) or (kind == "cluster" and database):
        raise ValueError("a service is missing, or something stands where none belongs")
    return service, database


def _places(listed: str, usual_port: int) -> list[Place]:
    places = []
    for one in listed.split(","):
        parts = urlsplit(f"//{one.strip()}")
        if not parts.hostname or parts.path or parts.query:
            raise ValueError("no host")
        places.append((parts.hostname, parts.port or usual_port))
    return places
