"""`docs/settings.md` is what the settings say."""

from dataclasses import fields

from consult.running.settings_page import settings_page
from consult.settings import Settings, variable
from tests.running.program import REPOSITORY


def test_the_page_is_current() -> None:
    written = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == settings_page(), "run scripts/docs"


def test_every_setting_is_on_the_page_with_what_it_is_for() -> None:
    page = settings_page()
    for item in fields(Settings):
        assert f"| `{variable(item.name)}` |" in page
        assert f"| {item.metadata['about']} |" in page
