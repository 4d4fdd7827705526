"""For whoever watches the processes: alive, and ready to serve."""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consult.errors import ConsultError
from consult.live.redis import Live
from consult.storage import moments
from consult.storage.database import Database

ANSWER_SECONDS = 3.0


class Health:
    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live

    async def alive(self, request: Request) -> Response:
        """The event loop turns; says nothing of what it depends on."""
        return JSONResponse({"alive": True})

    async def ready(self, request: Request) -> Response:
        """200 when the database answers, otherwise 503. Without Redis the office goes on; it is only said."""
        database, redis = await asyncio.gather(
            _answers(self._database.read(moments.now)), _answers(self._live.ping())
        )
        return JSONResponse(
            {"ready": database, "database": database, "redis": redis}, 200 if database else 503
        )


async def _answers(question: Awaitable[object]) -> bool:
    # Waited for, not cancelled: a cancelled Redis call could hand its reply to somebody else.
    asked = asyncio.ensure_future(question)
    await asyncio.wait({asked}, timeout=ANSWER_SECONDS)
    if not asked.done():
        asked.add_done_callback(lambda late: late.exception())
        return False
    return not isinstance(asked.exception(), (ConsultError, OSError))
