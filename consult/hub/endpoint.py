"""The socket's handshake: whose page it is, in order of cost: origin, network address, hello, session."""

import asyncio
import hmac
import logging
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from consult.accounts.doorkeeper import Visit
from consult.accounts.origins import Origins
from consult.errors import BadRequest, Busy, TooLarge
from consult.hub.clerk import TABLES
from consult.hub.connection import connection_id_of
from consult.hub.hub import Hub
from consult.hub.limits import Kind
from consult.wire import codec
from consult.wire.closes import MEANING, Close
from consult.wire.from_client import Hello

log = logging.getLogger(__name__)


class Endpoint:
    """An ASGI application for one route."""

    def __init__(self, hub: Hub, origins: Origins) -> None:
        self._hub = hub
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not self._from_our_page(websocket):
            # Before it is accepted: the browser of somebody else's page learns nothing but "no".
            await receive()
            await send({"type": "websocket.close", "code": int(Close.FORBIDDEN)})
            return
        host = websocket.client.host if websocket.client else ""
        # Before anything is waited for: a page that gave up on this process may have opened another by then.
        opened_at_ns = self._hub.clock.now_ns()
        with self._hub.crowd.one_more(host) as room:
            try:
                await receive()
                await send({"type": "websocket.accept"})
                cookies = websocket.cookies
                del websocket  # for as long as the page is open, nothing of the handshake is needed
                await self._serve(cookies, host, room, receive, send, opened_at_ns)
            except OSError:
                log.debug("the other end left during the handshake")

    def _from_our_page(self, websocket: WebSocket) -> bool:
        port = (websocket.scope.get("server") or (None, None))[1]
        if not self._origins.allows(websocket.headers.get("origin"), port):
            return False
        return websocket.headers.get("sec-fetch-site", "same-origin") == "same-origin"

    async def _serve(
        self,
        cookies: dict[str, str],
        host: str,
        room: bool,
        receive: Receive,
        send: Send,
        opened_at_ns: int,
    ) -> None:
        if self._hub.draining:
            await _close(send, Close.RESTART)
        elif not room:
            await _close(send, Close.FLOOD)
        else:
            hello = await self._hello(receive)
            if hello is None:
                return
            visit = hello if isinstance(hello, Close) else await self._known(cookies, hello)
            if isinstance(visit, Close):
                await _close(send, visit)
            elif isinstance(hello, Hello):
                name = connection_id_of(opened_at_ns, hello.stream)
                await self._hub.serve(visit, hello, receive, send, connection_id=name, host=host)

    async def _hello(self, receive: Receive) -> Hello | Close | None:
        """The first frame, or why there will be none; None when the other end has left."""
        try:
            async with asyncio.timeout(self._hub.services.settings.hello_seconds):
                message = await receive()
        except TimeoutError:
            return Close.HELLO_MISSING
        if message["type"] == "websocket.disconnect":
            return None
        return _read_hello(message)

    async def _known(self, cookies: dict[str, str], hello: Hello) -> Visit | Close:
        try:
            doorkeeper = self._hub.services.doorkeeper
            if hello.guest is not None:
                visit = await doorkeeper.guest(cookies, hello.guest)
            else:
                visit = await doorkeeper.who(cookies, hello.ticket)
        except Busy as error:
            log.warning("a session could not be looked up: %s", error.code)
            return Close.SERVER_ERROR
        except Exception as error:
            log.error("a session could not be looked up", exc_info=error)
            return Close.SERVER_ERROR
        if visit is None:
            return Close.SESSION_ENDED
        if visit.caller.role not in TABLES or not hmac.compare_digest(
            hello.csrf.encode(), visit.csrf.encode()
        ):
            return Close.FORBIDDEN
        meter = self._hub.meters.of(visit.caller.address, visit.caller.role)
        return Close.FLOOD if meter.take(Kind.HELLO, time.monotonic()) is not None else visit


def _read_hello(message: MutableMapping[str, Any]) -> Hello | Close:
    """Nobody is known yet, so nothing is explained: what is no hello closes the connection."""
    text = message.get("text")
    if text is None:
        return Close.MALFORMED
    try:
        frame = codec.decode(text)
    except TooLarge:
        return Close.TOO_LARGE
    except BadRequest:
        version = codec.version_of(text)
        return Close.MALFORMED if version in (None, 1) else Close.VERSION_UNKNOWN
    return frame if isinstance(frame, Hello) else Close.MALFORMED


async def _close(send: Send, close: Close) -> None:
    await send({"type": "websocket.close", "code": int(close), "reason": MEANING[close].reason})
