"""The web application: pages, the hub's socket route, and the security that wraps both."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from consult.errors import ConsultError
from consult.pages.assets import Assets
from consult.pages.catalogue import Catalogue
from consult.pages.cookies import Cookies
from consult.pages.problems import Problems
from consult.pages.routes import Site, routes
from consult.pages.security import Security
from consult.pages.services import PageServices
from consult.pages.templates import Templates
from consult.pages.times import Times

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def build_site(services: PageServices) -> Site:
    """Reads templates, texts and assets once; a page is then answered from memory."""
    settings = services.settings
    catalogue, assets = Catalogue(settings.web_root), Assets(settings.web_root)
    times = Times(catalogue, settings.zone, settings.zone_label)
    cookies = Cookies(services.doorkeeper.cookie_names)
    templates = Templates(settings, catalogue, assets, times, cookies)
    return Site(services, catalogue, assets, times, cookies, templates)


def build_asgi(
    services: PageServices,
    hub_routes: Sequence[BaseRoute] = (),
    sockets: Mapping[str, ASGIApp] | None = None,
    lifespan: Lifespan | None = None,
) -> ASGIApp:
    """Everything that a server process answers; `sockets` are the hub's, by their path."""
    site = build_site(services)
    problems = Problems(site.templates)
    app = Starlette(
        routes=[*routes(site), *hub_routes],
        exception_handlers={
            ConsultError: problems.refused,
            HTTPException: problems.http,
            Exception: problems.failed,
        },
        lifespan=lifespan,
    )
    return Security(app, services.settings, sockets)
