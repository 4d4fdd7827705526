"""Pages in the reader's language: the Jinja2 environment and what every template may use."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from consult.pages.assets import Assets
from consult.pages.catalogue import LANGUAGES, Catalogue
from consult.pages.cookies import LANGUAGE_SECONDS, Cookies
from consult.pages.icons import Icons
from consult.pages.times import Times
from consult.pages.wording import Say
from consult.settings import Settings


class Templates:
    def __init__(
        self, settings: Settings, catalogue: Catalogue, assets: Assets, times: Times, cookies: Cookies
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._cookies = cookies
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(settings.web_root / "templates"),
            autoescape=True,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        icons = Icons(settings.web_root)
        self.environment.globals |= {
            "asset": assets.url,
            "icon": icons.icon,
            "mark": icons.mark,
            "sprite": icons.sprite,
            "call_centre": settings.call_centre,
            "call_centre_number": "".join(c for c in settings.call_centre if c.isdigit() or c == "+"),
            "zone": settings.time_zone,
            "may_record": settings.recording != "off",
            "recorded_by": settings.recording,
            "zone_label": settings.zone_label,
            "languages": LANGUAGES,
        }
        self.environment.filters |= {
            "clock": times.clock,
            "bare_clock": times.bare_clock,
            "when": jinja2.pass_context(lambda context, at: times.when(at, context["lang"])),
            "week": jinja2.pass_context(lambda context, week: times.week(week, context["lang"])),
            "day": jinja2.pass_context(lambda context, at: times.day(at, context["lang"])),
        }

    def language(self, request: Request) -> str:
        """The one asked for in the address, else the one chosen before, else Indonesian."""
        for wanted in (request.query_params.get("lang"), self._cookies.read(request.cookies, "lang")):
            if wanted in LANGUAGES:
                return wanted
        return LANGUAGES[0]

    def sayer(self, request: Request) -> Say:
        """Texts in the language of this request, for sentences that a page puts together."""
        language = self.language(request)

        def say(key: str, **values: str | int) -> str:
            return self._catalogue.say(language, key, **values)

        return say

    def page(
        self, request: Request, name: str, context: dict[str, Any], status: int = 200, switch_path: str = ""
    ) -> HTMLResponse:
        """`switch_path`: where the other language leads, when that is not this page's own address."""
        language = self.language(request)
        template = self.environment.get_template(name)
        content = template.render(self._common(request, language, switch_path) | context)
        response = HTMLResponse(content, status)
        if request.query_params.get("lang") in LANGUAGES:
            self._cookies.put(response, "lang", language, LANGUAGE_SECONDS, strict=False)
        return response

    def _common(self, request: Request, language: str, switch_path: str) -> dict[str, Any]:
        other = next(one for one in LANGUAGES if one != language)

        def t(key: str, **values: Any) -> str:
            return self._catalogue.say(language, key, **values)

        def texts(group: str) -> str:
            return self._catalogue.module(language, group).url

        return {
            "t": t,
            "texts": texts,
            "lang": language,
            "other_lang": other,
            "other_lang_url": switch_path + _with_language(request, other),
            "office_name": getattr(self._settings, f"office_name_{language}"),
            "csrf": "",
            "person": None,
        }


def _with_language(request: Request, language: str) -> str:
    # Relative, so that a path like //elsewhere.example cannot turn the link into another site's.
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    return "?" + urlencode([*kept, ("lang", language)])
