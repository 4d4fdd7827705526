"""What holds for every request: allowed origins, the size of a body, and the headers of every answer."""

import re
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consult.accounts.cookies import CookieNames
from consult.accounts.origins import Origins
from consult.settings import Settings

BODY_BYTES = 65_536
SLICE_PATH = re.compile(r"/recordings/[^/]+/slices/[^/]+")
PHOTO_PATH = re.compile(r"/t/[a-z0-9]{8,32}/photos/[a-f0-9]{32}")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HSTS_SECONDS = 365 * 86_400

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "font-src": "'none'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PERMISSIONS = "camera=(self), microphone=(self), display-capture={}, geolocation=(), payment=()"
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it a browser sends `Origin: null` with the posts of our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS.format("()"),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def may_share_screens(page: Response) -> Response:
    """The same page, which may ask the browser for a screen to share: only pages with calls may."""
    page.headers["Permissions-Policy"] = PERMISSIONS.format("(self)")
    return page


class BodyTooLarge(Exception):
    """The body passed the limit while it was read."""


class Security:
    """Wraps the whole application, so that its error pages carry the headers too.

    Sockets pass: the hub checks their origin itself, before it accepts. They go to it by the shortest way:
    each layer between would keep its part of the memory for as long as a page is open, and see every frame.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, sockets: Mapping[str, ASGIApp] | None = None
    ) -> None:
        self._app = app
        self._sockets = sockets or {}
        self._origins = Origins(settings)
        # Bodies that are no forms.
        self._larger = ((SLICE_PATH, settings.recording_slice_bytes), (PHOTO_PATH, settings.photo_bytes))
        self._headers = dict(HEADERS)
        if CookieNames.of(settings).secure:
            self._headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            app = self._sockets.get(scope.get("path", ""), self._app)
            await app(scope, receive, send)
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, _limited(receive, self._most_bytes(scope)), send_with_headers)
        except BodyTooLarge:
            if begun:
                raise
            await _refuse(413, "too_large")(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        if scope["method"] in SAFE_METHODS:
            return None
        headers = Headers(scope=scope)
        if not self._same_origin(scope, headers):
            return _refuse(403, "not_allowed")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._most_bytes(scope):
            return _refuse(413, "too_large")
        return None

    def _most_bytes(self, scope: Scope) -> int:
        if scope["method"] != "PUT":
            return BODY_BYTES
        return next((most for path, most in self._larger if path.fullmatch(scope["path"])), BODY_BYTES)

    def _same_origin(self, scope: Scope, headers: Headers) -> bool:
        origins: Iterable[str] = headers.getlist("origin")
        server = scope.get("server")
        port = server[1] if server else None
        allowed = [self._origins.allows(origin, port) for origin in origins]
        return allowed == [True] and headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _refuse(status: int, code: str) -> JSONResponse:
    return JSONResponse({"code": code, "values": {}}, status)


def _limited(receive: Receive, most_bytes: int) -> Receive:
    read_bytes = 0

    async def receive_limited() -> Message:
        nonlocal read_bytes
        message = await receive()
        if message["type"] == "http.request":
            read_bytes += len(message.get("body", b""))
            if read_bytes > most_bytes:
                raise BodyTooLarge
        return message

    return receive_limited
