"""The pages of officers and supervisors: shells that their scripts fill from the socket."""

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.doorkeeper import Visit
from consult.pages.security import may_share_screens
from consult.pages.templates import Templates


class Desks:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def officer(self, request: Request, visit: Visit) -> Response:
        return may_share_screens(self._shell(request, "officer.html", visit))

    async def supervisor(self, request: Request, visit: Visit) -> Response:
        return self._shell(request, "supervisor.html", visit)

    def _shell(self, request: Request, name: str, visit: Visit) -> Response:
        return self._templates.page(request, name, {"person": visit.caller, "csrf": visit.csrf})
