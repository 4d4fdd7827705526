"""Who gives no camera or microphone is told what to tap, in the words of the browser, and may try again."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.stories.looks import shown
from tests.stories.people import Person, Town
from tests.stories.test_call_quality import served
from tests.stories.test_video import asking_browser as asking_browser
from tests.stories.test_video import bare_browser as bare_browser
from tests.support.looking import Finding

STAGE = re.compile("^(Panggilan dengan|Call with)")
IN_USE = """
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.inUse = true;
    navigator.mediaDevices.getUserMedia = async (wishes) => {
        if (window.inUse) throw new DOMException("in use", "NotReadableError");
        return real(wishes);
    };
"""
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36"


async def _called(town: Town, citizen: Person, name: str) -> Person:
    officer = await served(town, citizen, name)
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await citizen.sees_moving_pictures()
    return officer


async def _is_told(citizen: Person, *words: str) -> None:
    stage = citizen.page.get_by_role("region", name=STAGE)
    for each in words:
        await expect(stage.get_by_text(each)).to_be_visible()
    # Nothing lies over the controls, and nothing is cut, on the smallest phone.
    await citizen.page.set_viewport_size({"width": 320, "height": 568})
    wide = "document.documentElement.scrollWidth"
    assert await citizen.page.evaluate(wide) <= 320
    await citizen.button("hang_up").click(trial=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "Klik ikon di kiri alamat"), ("en", "Click the icon left of the address")],
)
async def test_denied(town: Town, asking_browser: Browser, language: str, words: str) -> None:
    citizen = await town.person(language, browser=asking_browser, permissions=[])
    officer = await _called(town, citizen, "Ibu Larangan")
    await _is_told(citizen, words)
    findings: list[Finding] = []
    eye = await shown(citizen, "permission-guide", findings)
    await eye.enlarges(320)
    for width, scheme in ((320, "light"), (1366, "dark")):
        await eye.asks_axe(width, scheme, whole=False)
    assert not findings, "\n".join(map(str, findings))
    await _allows_and_takes_it_back(citizen, officer, words)


async def _allows_and_takes_it_back(citizen: Person, officer: Person, words: str) -> None:
    """A permission that goes in the middle of a call ends what was given: both sides are told."""
    muted = officer.page.get_by_text("Mikrofonnya mati")
    await citizen.context.grant_permissions(["camera", "microphone"])
    await citizen.page.get_by_role("button", name=re.compile("^(Coba lagi|Try again)$")).click()
    await officer.sees_moving_pictures()
    await expect(muted).to_be_hidden()
    await citizen.context.clear_permissions()
    await expect(citizen.page.get_by_role("region", name=STAGE).get_by_text(words)).to_be_visible()
    await expect(muted).to_be_visible()


async def test_missing(town: Town, bare_browser: Browser) -> None:
    citizen = await town.person(browser=bare_browser, permissions=[])
    await _called(town, citizen, "Ibu Tanpa Kamera")
    await _is_told(citizen, "Kamera dan mikrofon tidak ditemukan.", "Pasang kamera atau mikrofon")


async def test_in_use_by_another_application_and_then_free_again(town: Town) -> None:
    citizen = await town.person()
    await citizen.page.add_init_script(IN_USE)
    await citizen.page.add_init_script(
        f"Object.defineProperty(navigator, 'userAgent', {{ get: () => '{PHONE}' }})"
    )
    officer = await _called(town, citizen, "Ibu Sibuk")
    await _is_told(citizen, "Kamera dan mikrofon dipakai aplikasi lain.", "panggilan telepon atau WhatsApp")
    await citizen.page.evaluate("window.inUse = false")
    await citizen.page.get_by_role("button", name="Coba lagi").click()
    await officer.sees_moving_pictures()
    await expect(officer.page.get_by_text("Mikrofonnya mati")).to_be_hidden()
    await expect(citizen.page.get_by_text("dipakai aplikasi lain")).to_be_hidden()
