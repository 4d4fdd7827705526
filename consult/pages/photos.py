"""Photos of documents over HTTP: taken from, and shown to, the people of one consultation and nobody else."""

from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consult.accounts.doorkeeper import Visit
from consult.accounts.visitor import token_fits
from consult.errors import BadRequest, NotAllowed, NotFound
from consult.pages.services import PageServices
from consult.papers.photo import ID
from consult.people import Role

# The caption goes in a header, percent-encoded: an address would stand in the logs of every proxy.
CAPTION = "x-consult-caption"
TOKEN = "x-consult-csrf"  # noqa: S105 - the header's name
HEADERS = {
    "Content-Disposition": 'attachment; filename="foto.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


class PhotoPages:
    def __init__(self, services: PageServices) -> None:
        self._services = services

    async def take(self, request: Request) -> Response:
        """The body is the photo; its name in the address is the sender's, so that it can be sent again."""
        ticket_id, photo_id = _names(request)
        visit = await self._sender(request, ticket_id)
        await self._services.tray.expect(visit.caller, ticket_id, photo_id)
        caption = _caption(request)
        content = await request.body()
        laid = await self._services.tray.lay(visit.caller, ticket_id, photo_id, content, caption)
        return JSONResponse({"seq": laid.seq}, 200 if laid.fresh is None else 201)

    async def show(self, request: Request) -> Response:
        return await self._shown(request, small=False)

    async def show_small(self, request: Request) -> Response:
        return await self._shown(request, small=True)

    async def _shown(self, request: Request, small: bool) -> Response:
        ticket_id, photo_id = _names(request)
        for visit in await self._visits(request, ticket_id):
            try:
                content = await self._services.tray.show(visit.caller, ticket_id, photo_id, small)
            except NotFound:
                continue
            return Response(content, media_type="image/jpeg", headers=HEADERS)
        raise NotFound()

    async def _sender(self, request: Request, ticket_id: str) -> Visit:
        """Raises NotFound for strangers, NotAllowed without the token of the sender's own page."""
        visits = await self._visits(request, ticket_id)
        if not visits:
            raise NotFound()
        token = request.headers.get(TOKEN)
        for visit in visits:
            if token_fits(visit.csrf, token):
                return visit
        raise NotAllowed()

    async def _visits(self, request: Request, ticket_id: str) -> list[Visit]:
        """One browser may hold both a citizen's session and an officer's."""
        doorkeeper = self._services.doorkeeper
        asked = [await doorkeeper.who(request.cookies, ticket_id), await doorkeeper.who(request.cookies)]
        return [one for one in asked if one is not None and one.caller.role in {Role.APPLICANT, Role.OFFICER}]


def _names(request: Request) -> tuple[str, str]:
    photo_id: str = request.path_params["photo"]
    if ID.fullmatch(photo_id) is None:
        raise NotFound()
    return request.path_params["ticket"], photo_id


def _caption(request: Request) -> str:
    try:
        return unquote(request.headers.get(CAPTION, ""), errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(reason="caption") from None
