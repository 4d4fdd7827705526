"""Recordings over HTTP: slices from the officer's page, and playing, each time written down."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from consult.accounts.doorkeeper import Visit
from consult.errors import BadRequest, NotFound, RateLimited, TooLarge
from consult.pages.services import PageServices
from consult.pages.templates import Templates
from consult.recordings.slices import Slice

_LINK = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,6}")


class RecordingPages:
    def __init__(self, services: PageServices, templates: Templates) -> None:
        self._services = services
        self._templates = templates

    async def list(self, request: Request, visit: Visit) -> Response:
        context = {
            "person": visit.caller,
            "csrf": visit.csrf,
            "recordings": await self._services.slices.kept(),
            "keep_days": self._services.settings.recording_keep_days,
        }
        return self._templates.page(request, "recordings.html", context)

    async def play(self, request: Request, visit: Visit) -> Response:
        """The whole recording as one file, to be saved: it is not shown in the page."""
        recording_id: str = request.path_params["recording"]
        content = await self._services.slices.play(visit.caller, recording_id)
        # Only a known id comes here, so it is safe in a header.
        name = f'attachment; filename="{recording_id}.webm"'
        return StreamingResponse(content, media_type="video/webm", headers={"Content-Disposition": name})

    async def keep(self, request: Request, visit: Visit) -> Response:
        """One slice. Again with the same bytes, it is answered the same."""
        if self._services.settings.recording == "server":
            raise NotFound()  # here no page makes files
        await self._take_allowance(visit)
        number = request.path_params["number"]
        link = request.headers.get("x-consult-link", "")
        if _NUMBER.fullmatch(number) is None or _LINK.fullmatch(link) is None:
            raise BadRequest(reason="slice")
        content = await request.body()
        if len(content) > self._services.settings.recording_slice_bytes:
            raise TooLarge()
        given = Slice(
            request.path_params["recording"],
            int(number),
            bytes.fromhex(link),
            content,
            last=request.headers.get("x-consult-last") == "1",
        )
        following = await self._services.slices.keep(visit.caller, given)
        return JSONResponse({"next": following})

    async def _take_allowance(self, visit: Visit) -> None:
        most = self._services.settings.recording_slices_in_10_seconds
        retry_ms = await self._services.allowance.take("slices", visit.caller.id, most, 10)
        if retry_ms is not None:
            raise RateLimited(retry_ms=retry_ms)
