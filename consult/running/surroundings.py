"""Whether what the service stands on is there; each fault is one plain sentence with its mend."""

import ssl

from consult.errors import SettingsWrong
from consult.live import address
from consult.running import tables_ready
from consult.settings import Settings


async def wait_until_usable(settings: Settings) -> None:
    """Return when Redis answers and the tables are there. Raises SettingsWrong when they are not."""
    await check_redis(settings)
    await tables_ready.wait(settings)


async def check_redis(settings: Settings) -> None:
    """Return when Redis answers: that of REDIS_URL, or the one that `up` runs over this data directory."""
    try:
        await address.check(address.address(settings))
    except SettingsWrong:
        if settings.redis_url:
            raise
        raise SettingsWrong(
            f"No Valkey answers in the data directory {settings.data_dir}: "
            "start `consult up` over it first, or set REDIS_URL to a server that runs."
        ) from None


def check_tls(settings: Settings) -> None:
    """Return when there is no certificate, or one that fits its key. Raises SettingsWrong otherwise."""
    if not settings.tls_certificate:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An empty password, so that a key that has one is refused and not asked for.
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password="")
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SettingsWrong(
            f"CONSULT_TLS_CERTIFICATE ({settings.tls_certificate}) and CONSULT_TLS_KEY ({settings.tls_key}) "
            f"cannot be used ({reason}): name a PEM certificate and its key without a password."
        ) from None
