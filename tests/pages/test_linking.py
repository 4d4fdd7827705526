"""Several files sent as one: scripts keep scope and order, and what cannot be joined is refused."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from consult.pages.assets import Assets, sent
from consult.pages.linking import NotLinkable, plain, script, sheet
from consult.settings import Settings
from tests.support.browser import browser

__all__ = ["browser"]

WEB = Settings().web_root / "static"


@pytest.fixture
async def page(browser: Browser) -> Page:
    context = await browser.new_context()
    return await context.new_page()


async def _said(page: Page, joined_script: str) -> list[str]:
    """What a module says when it runs, each word once it is said."""
    await page.evaluate("window.said = []")
    await page.add_script_tag(content=joined_script, type="module")
    await page.wait_for_function("said.at(-1) === 'end'")
    said: list[str] = await page.evaluate("said")
    return said


async def test_every_module_runs_once_after_those_it_imports(page: Page) -> None:
    files = {
        "pages/all.js": """import { twice, again as once } from "../a.js";
import {
  Bell,
} from "../b.js";
import "../c.js";
const name = "all";
said.push(name, twice(2), once(3), new Bell().ring(), "end");
""",
        "a.js": """import { name } from "./deep/d.js";
/** Doubles. @param {number} n */
export function twice(n) {
  return `${name} ${2 * n}`;
}
// A comment that stands alone.
export const again = (n) => n; // and one that does not: "https://example.test/"
said.push("a");
""",
        "b.js": """export { ready, name as origin } from "./deep/d.js";
import { ready } from "./deep/d.js";
const name = await Promise.resolve("b");
/** @type {number} */ (0);
export class Bell {
  ring = () => [name, ready].join(" ");
}
said.push(name);
""",
        "c.js": """import { origin, ready } from "./b.js";
export {};
said.push(`c ${ready} ${origin}`);
""",
        "deep/d.js": """export const name = "d";
export async function never() {}
export const ready = "ready";
said.push(name);
""",
    }
    whole = script("pages/all.js", {name: plain(source) for name, source in files.items()})
    assert await _said(page, whole) == ["d", "a", "b", "c ready d", "all", "d 4", 3, "b ready", "end"]
    assert "stands alone" not in whole and "Doubles" not in whole and "and one that does not" in whole


async def test_a_module_that_asks_where_it_is_gets_its_own_place(page: Page) -> None:
    files = {
        "pages/p.js": 'import "../deep/d.js";\n',
        "deep/d.js": "new URL('./pace.js', import.meta.url);\n",
    }
    whole = script("pages/p.js", files)
    expression = whole.split("new URL(", 1)[1].split(";")[0]
    asked = f"new URL({expression}".replace("import.meta.url", "'https://office.test/static/1/pages/p.js'")
    assert await page.evaluate(f"String({asked})") == "https://office.test/static/1/deep/pace.js"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('import { a } from "./p.js";\n', "p.js imports q.js imports p.js"),
        ("export let count = 0;\n", "export let count"),
        ("export default 1;\n", "export default 1"),
        ('import * as all from "./r.js";\n', "import \\* as all"),
        ('export * from "./r.js";\n', "export \\*"),
        ('import { b, c } from "./r.js";\n', "q.js: ./r.js does not export b"),
    ],
)
def test_what_cannot_be_joined_is_refused_by_name(source: str, named: str) -> None:
    with pytest.raises(NotLinkable, match=named):
        script("p.js", {"p.js": 'import "./q.js";\n', "q.js": source, "r.js": "export const c = 1;\n"})


def test_a_comment_that_begins_behind_code_is_refused() -> None:
    with pytest.raises(NotLinkable, match="behind code"):
        plain("x(); /* one\n// two */\n")


def test_a_script_that_stands_alone_is_sent_as_it_is() -> None:
    assert script("p.js", {"p.js": "go();\n"}) == "go();\n"


def test_a_text_in_which_a_comment_might_stand_is_refused() -> None:
    with pytest.raises(NotLinkable, match="const text = `one"):
        plain("const text = `one\n// two`;\n")


def test_sheets_stand_where_they_were_named() -> None:
    sheets = {
        "pages/p.css": '@import "../a.css";\n@import "../dark.css" (color-gamut: p3);\np { top: 0; }\n',
        "a.css": "a { top: 0; }\n",
        "dark.css": "b { top: 0; }\n",
    }
    assert sheet("pages/p.css", sheets) == (
        "a { top: 0; }\n@media (color-gamut: p3) {\nb { top: 0; }\n}\np { top: 0; }\n"
    )


@pytest.mark.parametrize("source", ["a { background: url(b.svg); }\n", '@import "b.css" layer(x);\n'])
def test_a_sheet_with_what_cannot_be_joined_is_refused_by_name(source: str) -> None:
    with pytest.raises(NotLinkable, match=r"^a\.css"):
        sheet("pages/p.css", {"pages/p.css": '@import "../a.css";\n', "a.css": source})


def test_what_is_sent_is_whole_and_each_part_of_it_is_sent_once() -> None:
    files = {path.relative_to(WEB).as_posix(): path.read_bytes() for path in WEB.rglob("*.*")}
    found = sent(files)
    assert {
        "scripts/pages/ticket.js",
        "scripts/pace.js",
        "styles/pages/every.css",
        "mark.svg",
    } <= found.keys()
    assert len(found) < 30, "parts are not sent alone"
    for name, content in found.items():
        for beginning in (b"import ", b"export ", b"@import "):
            assert b"\n" + beginning not in b"\n" + content, f"{name} asks for another file"


def test_the_version_names_what_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers keep a file for good under its version, so that another way of joining is another version."""
    folder = tmp_path / "static" / "scripts" / "pages"
    folder.mkdir(parents=True)
    (folder / "p.js").write_text("const a = 1;\n")
    before = Assets(tmp_path).version
    monkeypatch.setattr("consult.pages.linking.script", lambda name, files: files[name] + "\n")
    assert Assets(tmp_path).version != before
