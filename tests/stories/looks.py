"""A story's own looks at a state that the gallery of all pages does not reach."""

from tests.stories.people import Person
from tests.support.looking import PICTURES, Eye, Finding

PHONE, DESK = 320, 1366


async def shown(somebody: Person, name: str, findings: list[Finding]) -> Eye:
    """An eye on this person's page; its pictures are kept beside the gallery's."""
    (PICTURES / somebody.language).mkdir(parents=True, exist_ok=True)
    return Eye(somebody.page, f"{somebody.language}/{name}", findings)


async def looked_at(somebody: Person, name: str, findings: list[Finding], *widths: int) -> None:
    """What is wrong with this person's page at these widths; it is as wide as before afterwards."""
    before = somebody.page.viewport_size
    eye = await shown(somebody, name, findings)
    for width in widths or (PHONE, DESK):
        await eye.asks_axe(width, "light", whole=False)
    if before is not None:
        await somebody.page.set_viewport_size(before)
