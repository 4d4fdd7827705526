"""What may happen in a call between a Chromium and a Firefox once it stands: screen, recording, listening."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.network.firefox import Firefox
from tests.network.office import Office
from tests.network.pair import WatchedTown
from tests.stories.connections import FLOWS, KEEP_CONNECTIONS
from tests.stories.people import Person
from tests.stories.test_recording import decoded
from tests.stories.test_shared_screen import IS_CAMERA, IS_SCREEN, SHARE, STOP
from tests.support.waiting import until

SETTINGS, ASK, AGREE, WITHDRAW = "Pengaturan panggilan", "Minta izin merekam", "Setuju direkam", "Cabut izin"
LISTEN, STOP_LISTENING = "Ikut mendengarkan", "Berhenti mendengarkan"
BANNER = "Pengawas ikut mendengarkan"
PATIENCE_SECONDS = 60.0


class Side:
    """Somebody in the call, in whichever browser."""

    def __init__(self, page: Page | Firefox) -> None:
        self.page = page

    async def press(self, name: str) -> None:
        if isinstance(self.page, Firefox):
            await self.page.press(name)
        else:
            await self.page.get_by_role("button", name=name, exact=True).click()

    async def true(self, expression: str) -> None:
        async def look() -> bool:
            return bool(await self.page.evaluate(expression))

        await until(look, PATIENCE_SECONDS)

    async def reads(self, words: str, is_there: bool = True) -> None:
        found = f"document.body.innerText.includes({json.dumps(words)})"
        await self.true(found if is_there else f"!{found}")

    async def sees(self, what: str) -> None:
        await self.true(f"Boolean(({what})('remote'))")


async def shares_screen(sharing: Side, other: Side) -> None:
    """The other browser decodes the screen, and then the camera again."""
    await sharing.press(SHARE)
    await other.sees(IS_SCREEN)
    await other.reads("berbagi layar")
    await sharing.press(STOP)
    await other.sees(IS_CAMERA)


async def is_recorded(office: Office, officer: Side, citizen: Side) -> dict[str, int]:
    """By the officer's browser, with the citizen's yes, until the citizen withdraws it; the file plays."""
    await officer.press(SETTINGS)
    await officer.press(ASK)
    await citizen.press(AGREE)
    await until(lambda: _slices(office) >= 2, PATIENCE_SECONDS)
    await citizen.press(WITHDRAW)
    for side in (officer, citizen):
        await side.reads("Sedang direkam", is_there=False)
    (row,) = office.rows("SELECT * FROM recording")
    assert (row["stage"], row["reason"]) == ("stopped", "withdrawn"), row
    kept = office.rows("SELECT file FROM recording_slice ORDER BY number")
    directory = Path(office.data_dir) / "recordings"
    content = b"".join([await asyncio.to_thread((directory / one["file"]).read_bytes) for one in kept])
    pictures, sounds, different = decoded(content)
    assert pictures >= different > 10 and sounds > 100, (pictures, sounds, different)
    return {"pictures": pictures, "sounds": sounds, "different": different}


def _slices(office: Office) -> int:
    return len(office.rows("SELECT number FROM recording_slice"))


async def is_listened_to(supervisor: Side, *sides: Side) -> dict[str, Any]:
    """Both are told, the supervisor hears both and sends nothing, and it ends by the supervisor's tap."""
    starts = f"(one) => one.checkVisibility() && one.textContent.trim().startsWith({json.dumps(LISTEN)})"
    pressed = f"[...document.querySelectorAll('button:enabled')].filter({starts}).map((one) => one.click())"
    await supervisor.true(f"{pressed}.length > 0")
    for side in sides:
        await side.reads(BANNER)
    flows: dict[str, Any] = {}

    async def hears_both() -> bool:
        flows.update(await supervisor.page.evaluate(f"({FLOWS})()"))
        return flows["connections"] == 2 and flows["heard"] > 50 and flows["energy"] > 0

    await until(hears_both, PATIENCE_SECONDS)
    assert (flows["sent"], flows["seen"]) == (0, 0), flows
    await supervisor.press(STOP_LISTENING)
    for side in sides:
        await side.reads(BANNER, is_there=False)
    return flows


@asynccontextmanager
async def supervisor_in_chromium(town: WatchedTown) -> AsyncIterator[Side]:
    person: Person = await town.staff("pengawas", 0)
    await person.context.add_init_script(KEEP_CONNECTIONS)
    await person.page.reload()
    yield Side(person.page)


@asynccontextmanager
async def supervisor_in_firefox(firefox: Firefox, office: Office) -> AsyncIterator[Side]:
    """A second person at the same Firefox."""
    page = await firefox.another_person(KEEP_CONNECTIONS)
    await signs_in(page, office, "pengawas", 0)
    yield Side(page)


async def signs_in(page: Firefox, office: Office, user_name: str, at: int) -> None:
    await page.open(f"{office.urls[at]}/sign-in?lang=id")
    await page.fill("Nama pengguna", user_name)
    await page.fill("Kata sandi", office.passwords[user_name])
    await page.press("Masuk")
