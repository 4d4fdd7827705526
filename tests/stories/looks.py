"""A story's own looks at a state that the gallery of all pages does not reach."""

from tests.stories.people import Person
from tests.support.looking import PICTURES, Eye, Finding


async def shown(somebody: Person, name: str, findings: list[Finding]) -> Eye:
    """An eye on this person's page; its pictures are kept beside the gallery's."""
    (PICTURES / somebody.language).mkdir(parents=True, exist_ok=True)
    return Eye(somebody.page, f"{somebody.language}/{name}", findings)
