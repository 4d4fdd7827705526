"""The door of the staff's pages: who may come in, and that a post is really theirs."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consult.accounts.doorkeeper import Doorkeeper, Visit
from consult.accounts.visitor import token_fits
from consult.errors import NotAllowed, NotFound
from consult.pages.forms import read_fields
from consult.people import Role

Endpoint = Callable[[Request], Awaitable[Response]]
StaffEndpoint = Callable[[Request, Visit], Awaitable[Response]]

SIGN_IN = "/sign-in"


class Guard:
    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self._doorkeeper = doorkeeper

    def only(self, roles: frozenset[Role], answer: StaffEndpoint) -> Endpoint:
        """Strangers are sent to sign in; for another role the page does not exist."""

        async def guarded(request: Request) -> Response:
            visit = await self._doorkeeper.who(request.cookies)
            if visit is None:
                return RedirectResponse(SIGN_IN, 303)
            if visit.caller.role not in roles:
                raise NotFound()
            if request.method == "POST":
                fields = await read_fields(request)
                if not token_fits(visit.csrf, fields.one("csrf")):
                    raise NotAllowed()
            # What is no form carries the token in a header that no other site can make a browser send.
            if request.method == "PUT" and not token_fits(visit.csrf, request.headers.get("x-consult-csrf")):
                raise NotAllowed()
            return await answer(request, visit)

        return guarded
