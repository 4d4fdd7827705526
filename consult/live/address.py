"""Which Redis the settings mean, and whether it can be used."""

from urllib.parse import urlsplit

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    InvalidResponse,
    MovedError,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from consult.errors import Busy, SettingsWrong
from consult.live import keys, tls
from consult.live.finding import NoPrimary
from consult.live.redis import Live
from consult.live.server import unix_address
from consult.live.sockets import socket_path
from consult.settings import Settings

OLDEST = (7, 0)


def address(settings: Settings) -> str:
    """REDIS_URL, or the socket of the embedded Valkey that `consult up` runs over this data directory."""
    return settings.redis_url or unix_address(socket_path(settings.data_dir))


async def check(address: str) -> None:
    """Return when the Redis at `address` can be used. Raises SettingsWrong with the fault and its mend."""
    try:
        live = Live.connect(address)
    except ValueError:
        raise SettingsWrong(
            "REDIS_URL must name a server like redis://127.0.0.1:6379/0 (rediss:// with TLS, unix:// for a "
            "socket), Sentinels like redis+sentinel://host:26379,host:26379/service, or a Cluster like "
            "redis+cluster://host:6379,host:6379."
        ) from None
    try:
        await live.ask(live.commands.set(keys.PROBE, "1", ex=1))
        found = await live.ask(live.commands.info("server"))
    except Busy as busy:
        raise SettingsWrong(_sentence(address, busy.__cause__)) from None
    finally:
        await live.close()
    version = str(found.get("redis_version", "7.0"))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise SettingsWrong(f"REDIS_URL names Redis {version}; version 7.0 or newer, or Valkey, is needed.")


def shown(address: str) -> str:
    """`address` without user, password and options."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _sentence(address: str, cause: BaseException | None) -> str:
    where = shown(address)
    if (untrusted := tls.sentence(where, cause)) is not None:
        return untrusted
    # redis-py wraps what was refused while connecting.
    while cause is not None and not isinstance(cause, NoPrimary) and isinstance(cause.__cause__, RedisError):
        cause = cause.__cause__
    match cause:
        case NoPrimary():
            return _found_nobody(where, cause)
        case MovedError() | ClusterDownError():
            return (
                f"REDIS_URL: {where} is a node of a Cluster, or of one that is not whole; "
                "write redis+cluster://host:6379,host:6379 with several of its nodes."
            )
        case AuthenticationError() | AuthorizationError():
            return (
                f"REDIS_URL: {where} refuses the user or password; "
                "write them as redis://user:password@host:6379/0."
            )
        case NoPermissionError():
            return (
                f"REDIS_URL: its user may not do what Consult needs at {where}; allow all keys and commands."
            )
        case ReadOnlyError():
            return f"REDIS_URL: {where} is a replica that cannot be written; name the primary server."
        case BusyLoadingError():
            return f"REDIS_URL: {where} is still reading its data; start again when it is ready."
        case InvalidResponse():
            return (
                f"REDIS_URL: what answers at {where} is not Redis; correct the host and port, "
                "or write rediss:// where it wants TLS."
            )
        case ResponseError() if "unknown command" in str(cause).lower():
            return (
                f"REDIS_URL: {where} is a Sentinel or no full Redis; Sentinels are written as "
                "redis+sentinel://host:26379,host:26379/service."
            )
        case ResponseError():
            return f"REDIS_URL: {where} answers {_one_line(cause)!r}; correct the address."
        case _:
            return (
                f"REDIS_URL: no Redis answers at {where} ({_one_line(cause)}); start it, "
                f"correct the address{_other_tongue(where)}, "
                "or leave REDIS_URL out to use the one that comes with Consult."
            )


def _other_tongue(where: str) -> str:
    """Who is asked with TLS and expects none, or the other way round, mostly says nothing at all."""
    if where.startswith("unix"):
        return ""
    tls = where.startswith("rediss")
    return ", write redis:// if it speaks no TLS" if tls else ", write rediss:// if it wants TLS"


def _found_nobody(where: str, cause: NoPrimary) -> str:
    match cause.__cause__:
        case AuthenticationError() | AuthorizationError():
            return (
                f"REDIS_URL: {where} refuses the user or password; a Cluster's stand before the hosts, "
                "Sentinels' own are ?sentinel_username=...&sentinel_password=..."
            )
        case ResponseError():
            kind = "Sentinel" if "+sentinel" in where else "node of a Cluster"
            return f"REDIS_URL: what answers at {where} is no {kind} ({_one_line(cause.__cause__)})."
        case _:
            return (
                f"REDIS_URL: no primary is found by {where}: {_one_line(cause)}; start it, or correct this."
            )


def _one_line(error: BaseException | None) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
