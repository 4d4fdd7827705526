"""Pictures of every state, and what was found while they were taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from playwright.async_api import Page

from consult.pages.catalogue import LANGUAGES
from tests.stories.people import Person
from tests.support.looking import PICTURES, Eye, Finding


@dataclass
class Gallery:
    """Shows each state to the eye.

    Colours and the widths between the smallest and the usual do not depend on the language: they are looked
    at in the first one.
    """

    language: str
    findings: list[Finding] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    async def phone(self, name: str, page: Page, halo: bool = False, whole: bool = True) -> None:
        eye = self._eye(name, page)
        await eye.keeps_still(halo)
        await eye.enlarges(320)
        if self._first:
            await eye.looks(1366, whole=whole)
            await eye.asks_axe(320, "dark", whole)
        await eye.asks_axe(320, "light", whole)

    async def desk(self, name: str, page: Page, whole: bool = False) -> None:
        eye = self._eye(name, page)
        for width in (320, 683, 768, 1920) if self._first else (320,):
            await eye.looks(width, whole=whole)
        await eye.keeps_still(halo=False)
        if self._first:
            await eye.asks_axe(1366, "dark", whole)
        await eye.asks_axe(1366, "light", whole)

    async def meets(self, person: Person, role: str, words: Iterable[str]) -> None:
        eye = Eye(person.page, f"{self.language}/{self.shown[-1]}", self.findings)
        await eye.meets(role, [person.says(word) for word in words], self.language)

    @property
    def _first(self) -> bool:
        return self.language == LANGUAGES[0]

    def _eye(self, name: str, page: Page) -> Eye:
        (PICTURES / self.language).mkdir(parents=True, exist_ok=True)
        self.shown.append(name)
        return Eye(page, f"{self.language}/{name}", self.findings)
