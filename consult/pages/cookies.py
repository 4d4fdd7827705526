"""Setting and dropping cookies: never readable by scripts, only over TLS where there is TLS."""

from collections.abc import Mapping

from starlette.responses import Response

from consult.accounts.cookies import CookieNames

LANGUAGE_SECONDS = 365 * 86_400
DEVICE_SECONDS = 180 * 86_400


class Cookies:
    def __init__(self, names: CookieNames) -> None:
        self._names = names

    def read(self, cookies: Mapping[str, str], plain: str) -> str | None:
        return cookies.get(self._names.name(plain)) or None

    def put(
        self, response: Response, plain: str, value: str, seconds: float | None, strict: bool = True
    ) -> None:
        """`seconds` None: until the browser closes."""
        response.set_cookie(
            self._names.name(plain),
            value,
            max_age=None if seconds is None else round(seconds),
            path="/",
            secure=self._names.secure,
            httponly=True,
            samesite="strict" if strict else "lax",
        )

    def drop(self, response: Response, plain: str) -> None:
        response.delete_cookie(
            self._names.name(plain), path="/", secure=self._names.secure, httponly=True, samesite="strict"
        )
