"""`consult up`: the data directory, the embedded Valkey, the database, the servers and the sweep, as one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress

from consult.errors import SettingsWrong
from consult.live.server import EmbeddedValkey
from consult.running import data_directory, demo, notices, surroundings, tables_ready
from consult.running.crew import Crew
from consult.running.listening import check_tls, listen
from consult.settings import Settings

LOOK_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0


async def up(settings: Settings) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP; leave nothing running.

    Raises SettingsWrong when something does not let it start.
    """
    lock = data_directory.claim(settings.data_dir)
    listener = listen(settings.host, settings.port)
    try:
        check_tls(settings)
        records = settings.recording == "server"
        crew = Crew(settings.workers, (settings.host, settings.port), listener.fileno(), say, records)
        await _until_told(_keep_open(settings, crew), crew)
    finally:
        listener.close()
        os.close(lock)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _until_told(work: Coroutine[None, None, None], crew: Crew) -> None:
    """Carry out `work` until it fails or a signal asks for its end; a second Ctrl-C ends it at once."""
    working = asyncio.create_task(work)

    def told() -> None:
        if working.cancelling():
            crew.kill()
        working.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told)
    with suppress(asyncio.CancelledError):
        await working


async def _keep_open(settings: Settings, crew: Crew) -> None:
    async with _redis(settings):
        await tables_ready.prepare(settings)
        await demo.furnish(settings)
        try:
            await crew.open()
            print(await notices.welcome(settings), flush=True)
            await crew.complete()
            await asyncio.Event().wait()
        finally:
            await crew.stop()


@asynccontextmanager
async def _redis(settings: Settings) -> AsyncIterator[None]:
    """The Redis of the settings, or the embedded Valkey for as long as this lasts."""
    if settings.redis_url:
        await surroundings.check_redis(settings)
        yield
        return
    valkey = EmbeddedValkey(settings.data_dir)
    valkey.start()
    watching = asyncio.create_task(_watch(valkey))
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        valkey.stop()


async def _watch(valkey: EmbeddedValkey) -> None:
    pause_seconds = LOOK_SECONDS
    while True:
        await asyncio.sleep(pause_seconds)
        if valkey.alive():
            pause_seconds = LOOK_SECONDS
            continue
        say("Valkey ended and is started again.")
        try:
            # From this thread: Linux ends Valkey with the thread that started it.
            valkey.start()
        except SettingsWrong as fault:
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)
            say(str(fault))
