"""The sweep: once a second, whatever is due is done. Several at once do no harm."""

import asyncio
import logging
import os
import signal

from consult.running.application import Application

ROUND_SECONDS = 1.0

log = logging.getLogger("consult.sweep")


async def sweep(application: Application, ready_fd: int | None = None) -> None:
    """Sweep until SIGTERM or SIGINT."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    await application.start()
    try:
        if ready_fd is not None:
            os.write(ready_fd, b"1")
            os.close(ready_fd)
        failed = False
        while not ending.is_set():
            failed = await _round(application, failed)
            await _pause(ending)
    finally:
        await application.stop()


async def _round(application: Application, failed_before: bool) -> bool:
    """One round; a failure is logged once, not every second, and the next round tries again."""
    try:
        await application.sweep_once()
    except Exception as error:
        if not failed_before:
            log.exception("The sweep failed (%s) and tries again every second.", type(error).__name__)
        return True
    if failed_before:
        log.info("The sweep works again.")
    return False


async def _pause(ending: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(ending.wait(), ROUND_SECONDS)
    except TimeoutError:
        return
