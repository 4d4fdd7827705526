"""The administrator's page: services, hours, closures and people; each change is an event row."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consult.accounts.doorkeeper import Visit
from consult.duty.rules import MOST_CAPACITY
from consult.errors import BadRequest, Conflict, NotFound
from consult.office.hours import USUAL_WEEK
from consult.pages.forms import Errors, read_fields
from consult.pages.office_forms import (
    CLOSURE_FIELDS,
    HOURS_FIELDS,
    PERSON_FIELDS,
    SERVICE_FIELDS,
    read_capacity,
    read_closure,
    read_hours,
    read_role,
    read_service,
)
from consult.pages.office_shown import person_shown, service_shown
from consult.pages.services import PageServices
from consult.pages.templates import Templates
from consult.pages.wording import fault_of

ROLES = ("officer", "supervisor", "administrator")
DONE = frozenset(
    {
        "service_added",
        "service_retired",
        "hours_set",
        "closure_added",
        "closure_removed",
        "person_added",
        "person_disabled",
        "person_enabled",
        "skills_set",
        "capacity_set",
    }
)
NOTHING_FAILED: dict[str, Any] = {"failed": "", "failed_for": "", "form": {}, "errors": {}}


class OfficePages:
    def __init__(self, services: PageServices, templates: Templates) -> None:
        self._office = services.office
        self._staff = services.staff
        self._doorkeeper = services.doorkeeper
        self._desk = services.desk
        self._settings = services.settings
        self._templates = templates

    async def page(self, request: Request, visit: Visit) -> Response:
        return await self._show(request, visit, NOTHING_FAILED, 200)

    async def add_service(self, request: Request, visit: Visit) -> Response:
        fields, say = await read_fields(request), self._templates.sayer(request)
        new, errors = read_service(fields, say)
        if new is not None:
            try:
                await self._office.add_service(
                    new.letter, new.name_id, new.name_en, new.always_open, USUAL_WEEK, visit.caller.subject
                )
                return _done("service_added")
            except Conflict:
                errors = {"letter": say("field.letter_taken")}
        return await self._failed(request, visit, "service", fields.typed(*SERVICE_FIELDS), errors)

    async def retire_service(self, request: Request, visit: Visit) -> Response:
        await self._office.retire_service(request.path_params["service"], visit.caller.subject)
        return _done("service_retired")

    async def set_hours(self, request: Request, visit: Visit) -> Response:
        fields, service_id = await read_fields(request), request.path_params["service"]
        week, errors = read_hours(fields, self._templates.sayer(request))
        if not errors:
            always_open = fields.ticked("always_open")
            await self._office.set_hours(service_id, always_open, week, visit.caller.subject)
            return _done("hours_set")
        typed = fields.typed("always_open", *HOURS_FIELDS)
        return await self._failed(request, visit, "hours", typed, errors, service_id)

    async def add_closure(self, request: Request, visit: Visit) -> Response:
        fields, say = await read_fields(request), self._templates.sayer(request)
        today = (await self._office.shown()).now.date()
        new, errors = read_closure(fields, today, say)
        if new is not None:
            try:
                await self._office.add_closure(new.day, new.reason_id, new.reason_en, visit.caller.subject)
                return _done("closure_added")
            except Conflict:
                errors = {"day": say("field.day_taken")}
        return await self._failed(request, visit, "closure", fields.typed(*CLOSURE_FIELDS), errors)

    async def remove_closure(self, request: Request, visit: Visit) -> Response:
        try:
            day = date.fromisoformat(request.path_params["day"])
        except ValueError:
            raise NotFound() from None
        await self._office.remove_closure(day, visit.caller.subject)
        return _done("closure_removed")

    async def add_person(self, request: Request, visit: Visit) -> Response:
        fields, say = await read_fields(request), self._templates.sayer(request)
        role = read_role(fields)
        errors: Errors = {}
        if role is None:
            errors = {"role": say("field.role_missing")}
        else:
            try:
                await self._staff.add(
                    fields.one("user_name"),
                    fields.one("name"),
                    role,
                    fields.one("password"),
                    fields.all("services"),
                    visit.caller.subject,
                )
                return _done("person_added")
            except BadRequest as refusal:
                errors = dict([fault_of(refusal, say)])
            except Conflict:
                errors = {"user_name": say("field.user_name_taken")}
        typed: dict[str, Any] = {**fields.typed(*PERSON_FIELDS), "services": fields.all("services")}
        return await self._failed(request, visit, "person", typed, errors)

    async def disable_person(self, request: Request, visit: Visit) -> Response:
        await self._doorkeeper.disable(request.path_params["person"], visit.caller)
        return _done("person_disabled")

    async def set_skills(self, request: Request, visit: Visit) -> Response:
        fields = await read_fields(request)
        person_id = request.path_params["person"]
        await self._staff.set_skills(person_id, fields.all("services"), visit.caller.subject)
        return _done("skills_set")

    async def enable_person(self, request: Request, visit: Visit) -> Response:
        await self._doorkeeper.enable(request.path_params["person"], visit.caller)
        return _done("person_enabled")

    async def set_capacity(self, request: Request, visit: Visit) -> Response:
        fields, person_id = await read_fields(request), request.path_params["person"]
        capacity = read_capacity(fields)
        if capacity is None:
            say = self._templates.sayer(request)
            errors = {"capacity": say("field.capacity_range", most=MOST_CAPACITY)}
            return await self._failed(request, visit, "capacity", fields.typed("capacity"), errors, person_id)
        await self._desk.set_capacity(visit.caller, person_id, capacity)
        return _done("capacity_set")

    async def _failed(
        self,
        request: Request,
        visit: Visit,
        form_id: str,
        typed: dict[str, Any],
        errors: Errors,
        service_id: str = "",
    ) -> Response:
        failed = {"failed": form_id, "failed_for": service_id, "form": typed, "errors": errors}
        return await self._show(request, visit, failed, 422)

    async def _show(self, request: Request, visit: Visit, failed: dict[str, Any], status: int) -> Response:
        language, say = self._templates.language(request), self._templates.sayer(request)
        office = await self._office.shown()
        names = {service.id: service.name(language) for service in office.services}
        people, capacities = await self._staff.everybody(), await self._desk.capacities()
        done = request.query_params.get("done", "")
        context = {
            "person": visit.caller,
            "csrf": visit.csrf,
            "services": [service_shown(service, language) for service in office.services],
            "closures": [{"day": one.day, "reason": one.reason(language)} for one in office.closures],
            "people": [
                person_shown(
                    one, say(f"role.{one.role.value}"), names, capacities.get(one.id), visit.caller.id
                )
                for one in people
            ],
            "most_capacity": MOST_CAPACITY,
            "chat_units": self._settings.chat_units,
            "video_units": self._settings.video_units,
            "roles": [{"id": role, "name": say(f"role.{role}")} for role in ROLES],
            "done": say(f"office.done.{done}") if done in DONE else "",
        }
        return self._templates.page(request, "office.html", context | failed, status, "/office")


def _done(what: str) -> Response:
    return RedirectResponse(f"/office?done={what}", 303)
