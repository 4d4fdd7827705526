"""Forms: reading what was posted, and the token that proves the form was ours."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.cookies import bytes_of, new_random
from consult.accounts.visitor import token_fits, token_of
from consult.errors import BadRequest
from consult.pages.cookies import Cookies

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 200

Errors = dict[str, str]
"""Field -> sentence; `form` for the whole form."""


class Fields:
    """What a form sent; a field that is missing is empty."""

    def __init__(self, values: dict[str, list[str]] | None = None) -> None:
        self._values = values or {}

    def one(self, name: str) -> str:
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def ticked(self, name: str) -> bool:
        return self.one(name) == "on"

    def everything(self) -> list[tuple[str, str]]:
        """Each field with each of its values."""
        return [(name, value) for name, values in self._values.items() for value in values]

    def typed(self, *names: str) -> dict[str, str]:
        """These fields as they were typed, to show them again."""
        return {name: self.one(name) for name in names}


async def read_fields(request: Request) -> Fields:
    """Raises BadRequest for anything but a plain form in UTF-8. Files are not taken here."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM_TYPE:
        raise BadRequest(reason="form")
    try:
        body = (await request.body()).decode("ascii")
        values = parse_qs(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadRequest(reason="form") from None
    # PostgreSQL stores no NUL, and no person types one.
    if any("\x00" in value for several in values.values() for value in several):
        raise BadRequest(reason="form")
    return Fields(values)


@dataclass(frozen=True, slots=True)
class FormKey:
    """The form cookie of a browser and the token that its forms carry."""

    cookie: str
    fresh: bool

    @property
    def token(self) -> str:
        return token_of(self.cookie)


class AnonymousForms:
    """Tokens of forms before anybody signed in: bound to a cookie of this browser."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    def key(self, request: Request) -> FormKey:
        known = self._cookies.read(request.cookies, "form")
        if known is not None and bytes_of(known) is not None:
            return FormKey(known, fresh=False)
        return FormKey(new_random(), fresh=True)

    def keep(self, response: Response, key: FormKey) -> Response:
        if key.fresh:
            self._cookies.put(response, "form", key.cookie, seconds=None)
        return response

    @staticmethod
    def genuine(key: FormKey, fields: Fields) -> bool:
        return not key.fresh and token_fits(key.token, fields.one("csrf"))
