"""The icon set: drawings from `web/templates/parts/icons.svg`, as markup for templates and for scripts."""

import re
from pathlib import Path

from markupsafe import Markup, escape

_SYMBOL = re.compile(r'<symbol id="([a-z-]+)" viewBox="0 0 24 24">(.*?)</symbol>')
MARK = "mark"


class Icons:
    """Icons are decoration: hidden from assistive software, always beside a word."""

    def __init__(self, web_root: Path) -> None:
        drawing = (web_root / "templates" / "parts" / "icons.svg").read_text(encoding="utf-8")
        self._shapes: dict[str, str] = dict(_SYMBOL.findall(drawing))

    def icon(self, name: str, size: str = "") -> Markup:
        """One icon; `size` is a further class (`s`, `xs`). Raises KeyError for an unknown name."""
        kind = f"ico {escape(size)}" if size else "ico"
        shape = self._shapes[name]
        return Markup(f'<svg class="{kind}" viewBox="0 0 24 24" aria-hidden="true">{shape}</svg>')  # noqa: S704

    def mark(self) -> Markup:
        """The sign of the service: a slip that speaks."""
        shape = self._shapes[MARK]
        return Markup(  # noqa: S704
            f'<svg class="mark-sign" viewBox="0 0 24 24" aria-hidden="true">{shape}</svg>'
        )

    def sprite(self, *names: str) -> Markup:
        """Symbols `#i-<name>` for scripts to `<use>`; all of them when none is named.

        In the page itself, because a strict policy keeps some browsers from using another file's symbols.
        """
        wanted = names or tuple(name for name in sorted(self._shapes) if name != MARK)
        symbols = "".join(
            f'<symbol id="i-{name}" viewBox="0 0 24 24">{self._shapes[name]}</symbol>' for name in wanted
        )
        return Markup(f'<svg class="sprite" aria-hidden="true">{symbols}</svg>')  # noqa: S704
