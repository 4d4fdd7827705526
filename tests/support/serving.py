"""Servers within the test's own process: real ports, the service's own uvicorn settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consult.app import App
from consult.running import listening
from consult.running.server import DrainingServer, configuration
from consult.settings import Settings
from tests.support.waiting import until


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """The app behind a port of its own; yields its address. Ends as on SIGTERM, without the signal."""
    listener = listening.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    server = DrainingServer(configuration(app, app.settings), app, None)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started or running.done())
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running
        app.passwords.close()


def settings_of(database_url: str, redis_url: str, **settings: object) -> Settings:
    """Settings for tests: quiet, over this database and Redis."""
    given: dict[str, object] = {"database_url": database_url, "redis_url": redis_url, "log_level": "error"}
    return Settings(**(given | settings))  # type: ignore[arg-type]
