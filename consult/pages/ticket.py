"""A ticket's page: one neutral shell for every id; what belongs to it comes after a right key was shown."""

import re
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from consult.accounts.admission import Keys, Opened
from consult.accounts.visitor import token_fits, visitor_of
from consult.consultations.labels import label_of
from consult.errors import BadRequest, Busy, NotAllowed, NotFound, RateLimited
from consult.pages.cookies import Cookies
from consult.pages.forms import AnonymousForms, Errors, Fields, FormKey, read_fields
from consult.pages.problems import STATUS, tell_when
from consult.pages.security import may_share_screens
from consult.pages.services import PageServices
from consult.pages.start import forget_visitor
from consult.pages.templates import Templates
from consult.pages.wording import sentence_of

_TICKET_ID = re.compile(r"[a-z0-9]{8,32}")
_PIN = re.compile(r"[0-9]{6}")


class OpenTicket(msgspec.Struct):
    """What the shell's script posts: the link's secret, or nothing when cookies should do."""

    secret: Annotated[str, Meta(max_length=128)] | None = None


_open_decoder = msgspec.json.Decoder(OpenTicket)


class TicketPages:
    def __init__(
        self, services: PageServices, templates: Templates, cookies: Cookies, forms: AnonymousForms
    ) -> None:
        self._services = services
        self._templates = templates
        self._cookies = cookies
        self._forms = forms

    async def shell(self, request: Request) -> Response:
        context = {"ticket": request.path_params["ticket"]}
        return may_share_screens(self._templates.page(request, "ticket.html", context))

    async def open(self, request: Request) -> Response:
        """The session for this device, when the key is right; the same answer for every wrong one."""
        ticket_id, asked = _ticket_id(request), await _read_open(request)
        keys = Keys(
            asked.secret,
            visitor_of(self._cookies.read(request.cookies, "visitor"), None),
            self._cookies.read(request.cookies, f"t_{ticket_id}"),
        )
        opened = await self._services.admission.open_ticket(ticket_id, keys, _address(request))
        told = {
            "csrf": opened.csrf,
            "label": opened.label,
            "language": opened.language,
            "pin": opened.pin,
            "secret": opened.secret,
        }
        response = JSONResponse({name: value for name, value in told.items() if value is not None})
        self._keep(response, opened)
        return response

    async def forget(self, request: Request) -> Response:
        """This device no longer opens the ticket; the place in the line stays."""
        ticket_id, fields = _ticket_id(request), await read_fields(request)
        visit = await self._services.doorkeeper.who(request.cookies, ticket_id)
        if visit is not None and not token_fits(visit.csrf, fields.one("csrf")):
            raise NotAllowed()
        reference = self._cookies.read(request.cookies, f"t_{ticket_id}")
        if visit is not None and reference is not None:
            await self._services.admission.forget(reference)
        response = RedirectResponse("/", 303)
        self._cookies.drop(response, f"t_{ticket_id}")
        forget_visitor(self._cookies, response)
        return response

    async def continue_page(self, request: Request) -> Response:
        return self._continue(request, self._forms.key(request), Fields(), {}, 200)

    async def continue_here(self, request: Request) -> Response:
        """On another device, by the number and the PIN."""
        fields, key = await read_fields(request), self._forms.key(request)
        say = self._templates.sayer(request)
        if not self._forms.genuine(key, fields):
            return self._continue(request, key, fields, {"form": say("field.form_expired")}, 403)
        label, pin = label_of(fields.one("label")), "".join(fields.one("pin").split())
        errors: Errors = {}
        if label is None:
            errors["label"] = say(
                "field.label_unreadable" if fields.one("label").strip() else "field.label_missing"
            )
        if _PIN.fullmatch(pin) is None:
            errors["pin"] = say("field.pin_unreadable" if pin else "field.pin_missing")
        if label is None or errors:
            return self._continue(request, key, fields, errors, 422)
        try:
            opened = await self._services.admission.open_with_pin(label, pin, _address(request))
        except NotFound:
            return self._continue(request, key, fields, {"form": say("field.label_or_pin_wrong")}, 422)
        except (RateLimited, Busy) as refusal:
            errors = {"form": sentence_of(refusal, say)}
            shown = self._continue(request, key, fields, errors, STATUS[refusal.code])
            tell_when(shown, refusal)
            return shown
        response = RedirectResponse(f"/t/{opened.ticket_id}", 303)
        self._keep(response, opened)
        return response

    def _continue(
        self, request: Request, key: FormKey, fields: Fields, errors: Errors, status: int
    ) -> Response:
        context = {"csrf": key.token, "form": fields.typed("label"), "errors": errors}
        return self._forms.keep(self._templates.page(request, "continue.html", context, status), key)

    def _keep(self, response: Response, opened: Opened) -> None:
        if opened.reference is not None:
            seconds = self._services.settings.applicant_session_hours * 3600
            self._cookies.put(response, f"t_{opened.ticket_id}", opened.reference, seconds)


def _ticket_id(request: Request) -> str:
    """Raises NotFound for what no ticket could be called: such a name must not become a cookie."""
    ticket_id: str = request.path_params["ticket"]
    if _TICKET_ID.fullmatch(ticket_id) is None:
        raise NotFound()
    return ticket_id


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


async def _read_open(request: Request) -> OpenTicket:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise BadRequest(reason="json")
    try:
        return _open_decoder.decode(await request.body())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadRequest(reason="json") from None
