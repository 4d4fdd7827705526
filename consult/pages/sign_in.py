"""Signing in and out, for the people of the office."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consult.accounts.doorkeeper import Visit
from consult.errors import Busy, ConsultError, RateLimited, SignInFailed
from consult.pages.cookies import DEVICE_SECONDS, Cookies
from consult.pages.facts import Facts
from consult.pages.forms import AnonymousForms, Errors, Fields, FormKey, read_fields
from consult.pages.guard import SIGN_IN
from consult.pages.problems import STATUS, tell_when
from consult.pages.services import PageServices
from consult.pages.templates import Templates
from consult.pages.wording import sentence_of
from consult.people import Role
from consult.queue.going_home import StillServing

HOMES = {Role.OFFICER: "/officer", Role.SUPERVISOR: "/supervisor", Role.ADMINISTRATOR: "/office"}
LONGEST_PASSWORD = 1_024


class SignInPages:
    def __init__(
        self,
        services: PageServices,
        templates: Templates,
        cookies: Cookies,
        forms: AnonymousForms,
        facts: Facts,
    ) -> None:
        self._services = services
        self._templates = templates
        self._cookies = cookies
        self._forms = forms
        self._facts = facts

    async def page(self, request: Request) -> Response:
        visit = await self._services.doorkeeper.who(request.cookies)
        if visit is not None:
            return RedirectResponse(HOMES[visit.caller.role], 303)
        return await self._show(request, self._forms.key(request), Fields(), {}, 200)

    async def sign_in(self, request: Request) -> Response:
        fields, key = await read_fields(request), self._forms.key(request)
        say = self._templates.sayer(request)
        if not self._forms.genuine(key, fields):
            return await self._show(request, key, fields, {"form": say("field.form_expired")}, 403)
        try:
            signed_in = await self._services.doorkeeper.sign_in(
                fields.one("user_name"),
                fields.one("password")[:LONGEST_PASSWORD],
                request.client.host if request.client else None,
                self._cookies.read(request.cookies, "device"),
                self._cookies.read(request.cookies, "staff"),
            )
        except (SignInFailed, RateLimited, Busy) as refusal:
            return await self._refused(request, key, fields, refusal)
        response = RedirectResponse(HOMES[signed_in.role], 303)
        seconds = self._services.settings.staff_session_hours * 3600
        self._cookies.put(response, "staff", signed_in.reference, seconds, strict=False)
        self._cookies.put(response, "device", signed_in.device, DEVICE_SECONDS)
        return response

    async def _refused(
        self, request: Request, key: FormKey, fields: Fields, refusal: ConsultError
    ) -> Response:
        sentence = sentence_of(refusal, self._templates.sayer(request))
        shown = await self._show(request, key, fields, {"form": sentence}, STATUS[refusal.code])
        tell_when(shown, refusal)
        return shown

    async def sign_out(self, request: Request, visit: Visit) -> Response:
        """An officer who still serves people is asked first: the desk's script does, or the page here."""
        agreed = (await read_fields(request)).one("agreed") == "yes"
        home = self._services.going_home
        try:
            left = await self._services.doorkeeper.sign_out(
                visit, lambda conn: home.leave(conn, visit.caller, agreed)
            )
        except StillServing as serving:
            context = {"csrf": visit.csrf, "count": serving.count}
            return self._templates.page(request, "sign_out.html", context, 409, "/officer")
        if left is not None:
            await home.tell(left)
        response = RedirectResponse(SIGN_IN, 303)
        self._cookies.drop(response, "staff")
        return response

    async def _show(
        self, request: Request, key: FormKey, fields: Fields, errors: Errors, status: int
    ) -> Response:
        context = {
            "csrf": key.token,
            "form": fields.typed("user_name"),
            "errors": errors,
            "week": await self._week(self._templates.language(request)),
        }
        return self._forms.keep(self._templates.page(request, "sign_in.html", context, status), key)

    async def _week(self, language: str) -> str:
        try:
            return await self._facts.week(language)
        except Busy:
            return ""  # what was typed is worth more than the hours beside it
