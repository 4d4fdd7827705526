"""The start page: what to expect, and taking a number by a plain form."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consult.accounts.addresses import block_of
from consult.accounts.cookies import text_of
from consult.accounts.visitor import visitor_of
from consult.errors import ConsultError, RateLimited
from consult.pages.cookies import Cookies
from consult.pages.doorway import Doorway
from consult.pages.facts import Facts, ServiceChoice
from consult.pages.forms import AnonymousForms, Errors, Fields, FormKey, read_fields
from consult.pages.joining import FIELDS, read_ticket_form
from consult.pages.problems import STATUS, tell_when
from consult.pages.services import PageServices
from consult.pages.templates import Templates
from consult.pages.wording import sentence_of
from consult.queue.ticket_machine import Taken, TicketForm

JOINS_PER_SECONDS = 600


class Start:
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
        self._doorway = Doorway(services.settings.joins_at_once)

    async def page(self, request: Request) -> Response:
        chosen = Fields({"service": request.query_params.getlist("service")[:1] or [""]})
        return await self._show(request, self._forms.key(request), chosen, {}, 200)

    async def back(self, request: Request) -> Response:
        """The address of the form's post, opened by hand."""
        return RedirectResponse("/", 303)

    async def take_number(self, request: Request) -> Response:
        fields, key = await read_fields(request), self._forms.key(request)
        say = self._templates.sayer(request)
        if not self._forms.genuine(key, fields):
            return await self._show(request, key, fields, {"form": say("field.form_expired")}, 403)
        office = await self._services.office.shown()
        language = self._templates.language(request)
        form, errors = read_ticket_form(fields, office, language, say)
        if form is None:
            return await self._show(request, key, fields, errors, 422)
        visitor = visitor_of(self._cookies.read(request.cookies, "visitor"), key.cookie)
        if visitor is None:
            return await self._show(request, key, fields, {"form": say("field.form_expired")}, 403)
        try:
            with self._doorway.passing():
                taken = await self._take(request, form, visitor)
        except ConsultError as refusal:
            return await self._refused(request, key, fields, refusal)
        response = RedirectResponse(f"/t/{taken.ticket_id}#{taken.secret}", 303)
        seconds = self._services.settings.applicant_session_hours * 3600
        self._cookies.put(response, "visitor", text_of(visitor), seconds)
        return response

    async def _refused(
        self, request: Request, key: FormKey, fields: Fields, refusal: ConsultError
    ) -> Response:
        """The form again, as it was filled in, with the reason and when to try again."""
        sentence = sentence_of(refusal, self._templates.sayer(request))
        shown = await self._show(request, key, fields, {"form": sentence}, STATUS[refusal.code])
        tell_when(shown, refusal)
        return shown

    async def _take(self, request: Request, form: TicketForm, visitor: bytes) -> Taken:
        address = block_of(request.client.host if request.client else None)
        limit = self._services.settings.joins_per_address_in_10_minutes
        retry_ms = await self._services.allowance.take("join-address", address, limit, JOINS_PER_SECONDS)
        if retry_ms is not None:
            raise RateLimited(retry_ms=retry_ms)
        # The number counts within the office's day, by the same clock that says whether it is open.
        today = (await self._services.office.shown()).now.date()
        return await self._services.ticket_machine.take(form, visitor, today)

    async def forget(self, request: Request) -> Response:
        """ "Not me": the next person on this device is somebody else. The place in the line stays."""
        fields, key = await read_fields(request), self._forms.key(request)
        if not self._forms.genuine(key, fields):
            # Said aloud: the next person must not take this one's number for theirs.
            say = self._templates.sayer(request)
            expired = {"form": say("field.form_expired")}
            return await self._show(request, key, Fields(), expired, 403, when_closed=True)
        response = RedirectResponse("/", 303)
        forget_visitor(self._cookies, response)
        return response

    async def _show(
        self,
        request: Request,
        key: FormKey,
        fields: Fields,
        errors: Errors,
        status: int,
        when_closed: bool = False,
    ) -> Response:
        """`when_closed`: say the faults then, too; a form for a number is answered by that it is closed."""
        language = self._templates.language(request)
        services = await self._facts.choices(language)
        context = {
            "services": services,
            "week": await self._facts.week(language),
            "place": await self._place(request),
            "csrf": key.token,
            "form": fields.typed(*FIELDS),
            "errors": errors,
        }
        if services and not any(service.open for service in services):
            context |= await self._closed(services, language)
            context["errors"], shown_as = (errors, status) if when_closed else ({}, 200)
            response: Response = self._templates.page(request, "closed.html", context, shown_as, "/")
        else:
            response = self._templates.page(request, "start.html", context, status, "/")
        return self._forms.keep(response, key)

    async def _closed(self, services: list[ServiceChoice], language: str) -> dict[str, Any]:
        closure = (await self._services.office.shown()).closure_today()
        openings = [service.opens_at for service in services if service.opens_at is not None]
        return {
            "opens_at": min(openings, default=None),
            "closed_reason": closure.reason(language) if closure else "",
        }

    async def _place(self, request: Request) -> dict[str, str] | None:
        """The number that this browser holds already."""
        visitor = visitor_of(self._cookies.read(request.cookies, "visitor"), None)
        place = None if visitor is None else await self._services.admission.place_of(visitor)
        if place is None:
            return None
        return {"id": place.ticket_id, "label": place.label, "url": f"/t/{place.ticket_id}"}


def forget_visitor(cookies: Cookies, response: Response) -> None:
    """Both cookies, since the visitor is derived from the form's one on a first visit."""
    cookies.drop(response, "visitor")
    cookies.drop(response, "form")
