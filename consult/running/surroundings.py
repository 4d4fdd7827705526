"""Whether Redis and the database are there; each fault is one plain sentence with its mend."""

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
