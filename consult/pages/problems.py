"""When something cannot be done: one page, or JSON for scripts, with what happened and what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consult.errors import BY_CODE, BadRequest, Busy, ConsultError
from consult.pages.forms import read_fields
from consult.pages.templates import Templates
from consult.pages.wording import sentence_of

STATUS: Mapping[str, int] = dict.fromkeys(BY_CODE, HTTPStatus.CONFLICT) | {
    "bad_request": HTTPStatus.BAD_REQUEST,
    "not_allowed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "notice_unread": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad_photo": HTTPStatus.UNPROCESSABLE_ENTITY,
    "sign_in_failed": HTTPStatus.UNPROCESSABLE_ENTITY,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}
CODES = {404: "not_found", 405: "not_allowed", 413: "too_large"}
# What is typed in secret is not written into a page.
SECRET_FIELDS = frozenset({"password", "pin"})


def tell_when(response: Response, refusal: ConsultError) -> None:
    """Say in the header when to try again, if the refusal says so."""
    if refusal.retry_ms is not None:
        response.headers["Retry-After"] = str(-(-refusal.retry_ms // 1000))


class Problems:
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def refused(self, request: Request, error: Exception) -> Response:
        """A ConsultError that no page worded itself."""
        if not isinstance(error, ConsultError):
            raise error
        sentence = sentence_of(error, self._templates.sayer(request))
        again = await _again(request) if isinstance(error, Busy) else {}
        response = self._answer(request, STATUS[error.code], error.code, sentence, error.values, again)
        tell_when(response, error)
        return response

    async def http(self, request: Request, error: Exception) -> Response:
        """No such address, or not with this method."""
        if not isinstance(error, HTTPException):
            raise error
        code = CODES.get(error.status_code, "bad_request")
        say = self._templates.sayer(request)
        response = self._answer(request, error.status_code, code, say(f"error.{code}"), {})
        response.headers.update(error.headers or {})
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """A fault of ours; the log has it, the reader learns only that it was not theirs."""
        say = self._templates.sayer(request)
        return self._answer(request, 500, "server_error", say("error.server_error"), {})

    def _answer(
        self,
        request: Request,
        status: int,
        code: str,
        sentence: str,
        values: dict[str, Any],
        again: Mapping[str, Any] = MappingProxyType({}),
    ) -> Response:
        if _wants_json(request):
            return JSONResponse({"code": code, "values": values}, status)
        say = self._templates.sayer(request)
        key = (
            "problem.not_found" if status == 404 else "problem.server" if status >= 500 else "problem.refused"
        )
        context = {"status": status, "code": code, "title": say(key), "sentence": sentence, "home": "/"}
        return self._templates.page(request, "problem.html", context | dict(again), status)


async def _again(request: Request) -> dict[str, Any]:
    """How the reader asks for the same once more: a link, or the form with everything as it was filled in."""
    if request.method == "GET":
        return {"again": True}
    try:
        fields = (await read_fields(request)).everything()
    except BadRequest:
        return {}
    if any(name in SECRET_FIELDS for name, _ in fields):
        return {}
    return {"again": True, "fields": fields}


def _wants_json(request: Request) -> bool:
    sent = request.headers.get("content-type", "").split(";")[0].strip().lower()
    accepted = request.headers.get("accept", "")
    return sent == "application/json" or ("application/json" in accepted and "text/html" not in accepted)
