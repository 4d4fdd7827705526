"""Looking at a page as a careful person would: at several sizes, in light and dark, and by axe-core."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import CDPSession, Page

from consult.settings import Settings

HERE = Path(__file__).parent
PICTURES = HERE.parent / "pictures"
GRAVE = frozenset({"serious", "critical"})
HEIGHTS = {320: 640, 683: 384, 768: 1024, 1366: 768, 1920: 1080}
LARGEST_TOUCH_WIDTH = 768

_KEY = re.compile(r'^msgid "(\w+(?:\.\w+)+)"', re.MULTILINE)
_LOOK = (HERE / "looking.js").read_text(encoding="utf-8")
_AXE = """async (runOnly) =>
    (await axe.run({ resultTypes: ["violations"], selectors: false, ...runOnly })).violations"""
# What the dark colours can change.
_OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_ENDLESS = """() => document.getAnimations()
    .filter((each) => each.playState === "running" && each.effect.getComputedTiming().iterations === Infinity)
    .length"""
_RUNNING = """() => document.getAnimations().filter((each) => each.playState === "running").length"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and where it was seen."""

    where: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Eye:
    """Looks at one page; what it finds is gathered in `findings`."""

    def __init__(self, page: Page, place: str, findings: list[Finding]) -> None:
        self._page = page
        self._place = place
        self._findings = findings
        self._protocol: CDPSession | None = None

    async def at(self, width: int, scheme: str = "light") -> str:
        """Make the page this wide, with a finger up to a tablet's width and a mouse above."""
        if self._protocol is None:
            self._protocol = await self._page.context.new_cdp_session(self._page)
        await self._protocol.send(
            "Emulation.setTouchEmulationEnabled", {"enabled": width <= LARGEST_TOUCH_WIDTH}
        )
        await self._page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        await self._page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await _settled(self._page)
        return f"{self._place}-{width}{'-dark' if scheme == 'dark' else ''}"

    async def looks(self, width: int, scheme: str = "light", whole: bool = True) -> None:
        """Check the page at this width and keep its picture."""
        where = await self.at(width, scheme)
        await self._finds(where, touch=width <= LARGEST_TOUCH_WIDTH)
        path = PICTURES / f"{where}.png"
        await self._page.screenshot(path=path, full_page=whole)

    async def asks_axe(self, width: int, scheme: str, whole: bool) -> None:
        """As `looks`, and what axe-core finds; in dark only of colours, since nothing else is another."""
        await self.looks(width, scheme, whole)
        if not await self._page.evaluate("() => 'axe' in window"):
            await self._page.evaluate(Axe().axe_script)
        rules = _OF_COLOURS if scheme == "dark" else {}
        for violation in await self._page.evaluate(_AXE, rules):
            if violation["impact"] in GRAVE:
                nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
                self._add(f"{self._place}-{width}-{scheme}", "axe", f"{violation['id']}: {nodes}")

    async def enlarges(self, width: int) -> None:
        """Letters of twice the size: everything can still be read without scrolling sideways."""
        where = f"{await self.at(width)}-200%"
        await self._page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        await _settled(self._page)
        await self._finds(where, touch=False, only=("scrolls sideways", "cut at the", "out of the"))
        await self._page.evaluate("() => { document.documentElement.style.fontSize = ''; }")

    async def keeps_still(self, halo: bool) -> None:
        """Only the ringing halo moves without end, and nothing moves for who asked for that."""
        endless = await self._page.evaluate(_ENDLESS)
        if endless != int(halo):
            self._add(self._place, "motion", f"{endless} endless motions")
        await self._page.emulate_media(reduced_motion="reduce")
        if running := await self._page.evaluate(_RUNNING):
            self._add(self._place, "motion", f"{running} motions although less was asked for")
        await self._page.emulate_media(reduced_motion="no-preference")

    async def meets(self, role: str, names: list[str], language: str) -> None:
        """These accessible names are there, letter for letter (a key's name may stand behind)."""
        for name in names:
            pattern = re.compile(rf"^{re.escape(name)}( F\d+)?$")
            if await self._page.get_by_role(role, name=pattern).count() == 0:  # type: ignore[arg-type]
                self._add(self._place, "names", f"no {role} named {name!r}")

    async def _finds(self, where: str, touch: bool, only: tuple[str, ...] = ("",)) -> None:
        for what in await self._page.evaluate(_LOOK, {"touch": touch, "keys": _keys()}):
            if what.startswith(only):
                self._add(where, "sight", what)

    def _add(self, where: str, kind: str, what: str) -> None:
        self._findings.append(Finding(where, kind, what))


async def _settled(page: Page) -> None:
    """Two frames later, and every finite motion at its end."""
    await page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            await frame();
            await frame();
            for (const each of document.getAnimations())
                if (each.effect.getComputedTiming().iterations !== Infinity) each.finish();
        }"""
    )


@cache
def _keys() -> list[str]:
    catalogues = (Settings().web_root / "text").glob("*/*.po")
    return sorted({key for path in catalogues for key in _KEY.findall(path.read_text(encoding="utf-8"))})
