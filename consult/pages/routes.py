"""Every URL of the service on one page, with who may use it. (The socket is the hub's: `/socket`.)"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consult.errors import NotFound
from consult.office import notice
from consult.pages.assets import IMMUTABLE, Assets, asset_of, asset_response
from consult.pages.catalogue import Catalogue
from consult.pages.cookies import Cookies
from consult.pages.desks import Desks
from consult.pages.facts import Facts
from consult.pages.forms import AnonymousForms
from consult.pages.guard import Endpoint, Guard, StaffEndpoint
from consult.pages.guest import GuestPages
from consult.pages.health import Health
from consult.pages.office import OfficePages
from consult.pages.photos import PhotoPages
from consult.pages.recordings import RecordingPages
from consult.pages.services import PageServices
from consult.pages.sign_in import SignInPages
from consult.pages.start import Start
from consult.pages.templates import Templates
from consult.pages.ticket import TicketPages
from consult.pages.times import Times
from consult.people import Role

OFFICER = frozenset({Role.OFFICER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
STAFF = OFFICER | SUPERVISOR | ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that the pages are made of."""

    services: PageServices
    catalogue: Catalogue
    assets: Assets
    times: Times
    cookies: Cookies
    templates: Templates


def routes(site: Site) -> list[Route]:
    """The route table. What names no roles is open to everybody."""
    forms = AnonymousForms(site.cookies)
    facts = Facts(site.services.database, site.services.office, site.services.line, site.times)
    start = Start(site.services, site.templates, site.cookies, forms, facts)
    ticket = TicketPages(site.services, site.templates, site.cookies, forms)
    guest = GuestPages(site.services.guest_door, site.templates, site.cookies)
    photos = PhotoPages(site.services)
    sign_in = SignInPages(site.services, site.templates, site.cookies, forms, facts)
    desks, office = Desks(site.templates), OfficePages(site.services, site.templates)
    recordings = RecordingPages(site.services, site.templates)
    health = Health(site.services.database, site.services.live)
    guard = Guard(site.services.doorkeeper)

    def staff(method: str, path: str, roles: frozenset[Role], answer: StaffEndpoint) -> Route:
        return _route(method, path, guard.only(roles, answer))

    return [
        _route("GET", "/", start.page),
        _route("GET", "/tickets", start.back),
        _route("POST", "/tickets", start.take_number),
        _route("POST", "/forget", start.forget),
        _route("GET", "/t/{ticket}", ticket.shell),
        _route("POST", "/t/{ticket}/open", ticket.open),
        _route("POST", "/t/{ticket}/forget", ticket.forget),
        _route("GET", "/j/{guest}", guest.shell),
        _route("POST", "/j/{guest}/open", guest.open),
        _route("POST", "/j/{guest}/ask", guest.ask),
        _route("PUT", "/t/{ticket}/photos/{photo}", photos.take),
        _route("GET", "/t/{ticket}/photos/{photo}", photos.show),
        _route("GET", "/t/{ticket}/photos/{photo}/small", photos.show_small),
        _route("GET", "/continue", ticket.continue_page),
        _route("POST", "/continue", ticket.continue_here),
        _route("GET", "/privacy", _privacy(site.templates)),
        _route("GET", "/sign-in", sign_in.page),
        _route("POST", "/sign-in", sign_in.sign_in),
        staff("POST", "/sign-out", STAFF, sign_in.sign_out),
        staff("GET", "/officer", OFFICER, desks.officer),
        staff("GET", "/supervisor", SUPERVISOR, desks.supervisor),
        staff("GET", "/recordings", SUPERVISOR, recordings.list),
        staff("GET", "/recordings/{recording}", SUPERVISOR, recordings.play),
        staff("PUT", "/recordings/{recording}/slices/{number}", OFFICER, recordings.keep),
        staff("GET", "/office", ADMINISTRATOR, office.page),
        staff("POST", "/office/services", ADMINISTRATOR, office.add_service),
        staff("POST", "/office/services/{service}/retire", ADMINISTRATOR, office.retire_service),
        staff("POST", "/office/services/{service}/hours", ADMINISTRATOR, office.set_hours),
        staff("POST", "/office/closures", ADMINISTRATOR, office.add_closure),
        staff("POST", "/office/closures/{day}/remove", ADMINISTRATOR, office.remove_closure),
        staff("POST", "/office/people", ADMINISTRATOR, office.add_person),
        staff("POST", "/office/people/{person}/disable", ADMINISTRATOR, office.disable_person),
        staff("POST", "/office/people/{person}/enable", ADMINISTRATOR, office.enable_person),
        staff("POST", "/office/people/{person}/services", ADMINISTRATOR, office.set_skills),
        staff("POST", "/office/people/{person}/capacity", ADMINISTRATOR, office.set_capacity),
        _route("GET", "/livez", health.alive),
        _route("GET", "/readyz", health.ready),
        _route("GET", "/static/{version}/{name:path}", site.assets.answer),
        _route("GET", "/text/{language}/{name}", _texts(site.catalogue)),
    ]


def _route(method: str, path: str, answer: Endpoint) -> Route:
    return Route(path, answer, methods=[method])


def _privacy(templates: Templates) -> Endpoint:
    async def privacy(request: Request) -> Response:
        return templates.page(request, "privacy.html", {"notice_version": notice.VERSION})

    return privacy


def _texts(catalogue: Catalogue) -> Endpoint:
    kept = {module.url: asset_of(module.content, "texts.js") for module in catalogue.modules()}

    async def texts(request: Request) -> Response:
        language, name = request.path_params["language"], request.path_params["name"]
        asked = f"/text/{language}/{name}"
        if asked in kept:
            return asset_response(request, kept[asked], IMMUTABLE)
        # A page from before a deploy asks for an older wording: it gets today's, and does not keep it.
        try:
            now = catalogue.module(language, name.split(".", 1)[0])
        except KeyError:
            raise NotFound() from None
        return asset_response(request, kept[now.url], "no-store")

    return texts
