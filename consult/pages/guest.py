"""The page of a third person in a call: one neutral shell for every link; the secret is in its fragment."""

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consult.accounts.guest_door import Asking, GuestDoor
from consult.errors import BadRequest, NotFound
from consult.pages.cookies import Cookies
from consult.pages.templates import Templates

_GUEST_ID = re.compile(r"[a-z0-9]{8,32}")
SESSION_SECONDS = 12 * 3600

T = TypeVar("T")

Secret = Annotated[str, Meta(max_length=128)]


class OpenLink(msgspec.Struct):
    """What the shell's script posts first: the link's secret, or nothing when the cookie should do."""

    secret: Secret | None = None


class AskToJoin(msgspec.Struct):
    """What the guest says of itself. `tab`: random bytes of this page, so that asking twice is once."""

    secret: Secret
    tab: Annotated[str, Meta(max_length=64)]
    name: Annotated[str, Meta(max_length=1_024)]
    notice: bool


_open_decoder = msgspec.json.Decoder(OpenLink)
_ask_decoder = msgspec.json.Decoder(AskToJoin)


class GuestPages:
    def __init__(self, door: GuestDoor, templates: Templates, cookies: Cookies) -> None:
        self._door = door
        self._templates = templates
        self._cookies = cookies

    async def shell(self, request: Request) -> Response:
        return self._templates.page(request, "guest.html", {})

    async def open(self, request: Request) -> Response:
        """The token of a page opened before, or as whom the link invites; one answer to all wrong ones."""
        guest_id, asked = _guest_id(request), await _read(request, _open_decoder)
        reference = self._cookies.read(request.cookies, f"j_{guest_id}")
        if reference is not None:
            try:
                return JSONResponse({"csrf": await self._door.again(guest_id, reference)})
            except NotFound:
                pass  # of an earlier life of this link; its secret may still be good
        if asked.secret is None:
            raise NotFound()
        return JSONResponse({"role": await self._door.look(guest_id, asked.secret, _address(request))})

    async def ask(self, request: Request) -> Response:
        """Use the link up: a session for this page alone, which waits to be let in."""
        guest_id, said = _guest_id(request), await _read(request, _ask_decoder)
        language = self._templates.language(request)
        asking = Asking(said.secret, said.tab, said.name, language, said.notice)
        came = await self._door.ask(guest_id, asking, _address(request))
        response = JSONResponse({"csrf": came.csrf})
        self._cookies.put(response, f"j_{guest_id}", came.reference, SESSION_SECONDS)
        return response


def _guest_id(request: Request) -> str:
    """Raises NotFound for what no invitation could be called: such a name must not become a cookie."""
    guest_id: str = request.path_params["guest"]
    if _GUEST_ID.fullmatch(guest_id) is None:
        raise NotFound()
    return guest_id


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


async def _read(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise BadRequest(reason="json")
    try:
        return decoder.decode(await request.body())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadRequest(reason="json") from None
