"""`GET /api/events` and `POST /api/send`: what a socket would carry, for pages that cannot open one."""

import hmac
import logging
import re
import time

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consult.accounts.doorkeeper import Visit
from consult.errors import Busy
from consult.hub.clerk import TABLES
from consult.hub.hub import Hub
from consult.hub.limits import Kind
from consult.hub.polling.polling import Fetched, Polling
from consult.wire import codec
from consult.wire.closes import Close
from consult.wire.from_client import Hello

log = logging.getLogger(__name__)

FRAMES_AT_ONCE = 64
_CONNECTION = re.compile(r"\d{20}-[A-Za-z0-9_-]{1,8}")


class _Sent(msgspec.Struct):
    frames: list[msgspec.Raw]


_sent = msgspec.json.Decoder(_Sent)


def poll_routes(hub: Hub) -> list[Route]:
    api = _Api(hub)
    return [
        Route("/api/events", api.events, methods=["GET"]),
        Route("/api/send", api.send, methods=["POST"]),
    ]


class _Api:
    """Who asks is shown by the session's cookie and a header that no other site can make a browser send."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._polling = Polling(hub)

    async def events(self, request: Request) -> Response:
        """Facts since what the page holds, at the latest after 20 seconds."""
        hello = _hello(request)
        if hello is None:
            return self._closed(Close.MALFORMED)
        host = _host(request)
        with self._hub.crowd.one_more(host) as room:  # once it is known, its seat counts
            visit = await self._visit(request, hello, Kind.POLL) if room else Close.FLOOD
        if isinstance(visit, Close):
            return self._closed(visit)
        given = request.headers.get("x-consult-connection", "")
        connection = given if _CONNECTION.fullmatch(given) else None
        at_once = request.query_params.get("now") == "1"
        return self._answer(await self._polling.fetch(visit, hello, connection, at_once, host))

    async def send(self, request: Request) -> Response:
        """Carry out frames in their order and answer them."""
        hello = _hello(request)
        if hello is None:
            return self._closed(Close.MALFORMED)
        with self._hub.crowd.one_more(_host(request)) as room:
            visit = await self._visit(request, hello, Kind.SEND) if room else Close.FLOOD
            if isinstance(visit, Close):
                return self._closed(visit)
            try:
                sent = _sent.decode(await request.body())
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                return self._closed(Close.MALFORMED)
            if len(sent.frames) > FRAMES_AT_ONCE:
                return self._closed(Close.MALFORMED)
            answers, close = await self._polling.send(
                visit, hello.stream, [bytes(raw) for raw in sent.frames]
            )
        return self._answer(Fetched("", [codec.encode(answer).decode() for answer in answers], close))

    async def _visit(self, request: Request, hello: Hello, kind: Kind) -> Visit | Close:
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Close.FORBIDDEN
        try:
            visit = await self._hub.services.doorkeeper.who(request.cookies, hello.ticket)
        except Busy as error:
            log.warning("a session could not be looked up: %s", error.code)
            return Close.SERVER_ERROR
        if visit is None:
            return Close.SESSION_ENDED
        known = hmac.compare_digest(hello.csrf.encode(), visit.csrf.encode())
        if not known or visit.caller.role not in TABLES:
            return Close.FORBIDDEN
        meter = self._hub.meters.of(visit.caller.address, visit.caller.role)
        return visit if meter.take(kind, time.monotonic()) is None else Close.FLOOD

    def _answer(self, fetched: Fetched) -> Response:
        # Frames are JSON already.
        content = (
            f'{{"now":{self._hub.clock.now_ms()},"connection":"{fetched.connection}",'
            f'"close":{"null" if fetched.close is None else int(fetched.close)},'
            f'"frames":[{",".join(fetched.frames)}]}}'
        )
        return Response(content, media_type="application/json")

    def _closed(self, close: Close) -> Response:
        now_ms = self._hub.clock.now_ms()
        return JSONResponse({"now": now_ms, "connection": "", "close": int(close), "frames": []})


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _hello(request: Request) -> Hello | None:
    """What a socket's first frame says, from headers and query; None when it is not of the agreed shape."""
    query, headers = request.query_params, request.headers
    told = {
        "t": "Hello",
        "v": 1,
        "stream": headers.get("x-consult-stream", ""),
        "csrf": headers.get("x-consult-csrf", ""),
        "ticket": query.get("ticket"),
        "epoch": query.get("epoch"),
        "seqs": _seqs(query.get("after", ""), query.get("ticket")),
    }
    try:
        return msgspec.convert(told, Hello)
    except msgspec.ValidationError:
        return None


def _seqs(after: str, ticket: str | None) -> dict[str, int] | None:
    """`17`, of the ticket named beside it, or `ticket:17,ticket:3`."""
    found: dict[str, int] = {}
    for part in filter(None, after.split(",")):
        name, _, seq = part.rpartition(":")
        key = name or ticket
        if key is None or not seq.isascii() or not seq.isdigit() or len(seq) > 15:
            return None
        found[key] = int(seq)
    return found
