"""The desk calls its officer by sound and notification, and answers to keys."""

import re

from playwright.async_api import expect

from tests.stories.desk import offer, panes, shows
from tests.stories.looks import DESK, looked_at
from tests.stories.people import Person, Town
from tests.support.looking import Finding

SPIES = """
    window.rung = 0;
    window.notices = [];
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { window.rung += 1; return make.call(this); };
    window.Notification = class extends EventTarget {
        static permission = "granted";
        constructor(title, options) { super(); window.notices.push(`${title}: ${options.body}`); }
        close() {}
    };
    document.hasFocus = () => false;
"""


async def test_an_offer_rings_and_notifies_whoever_looks_elsewhere(town: Town) -> None:
    officer = await town.staff("petugas1")
    await officer.page.add_init_script(SPIES)
    await officer.page.reload()
    await officer.button("ready").click()
    await expect(offer(officer)).to_contain_text("Siap. Tawaran berikutnya muncul di sini.")
    assert await officer.page.evaluate("[rung, notices.length]") == [0, 0]
    await town.applicant("Ibu Lonceng")
    await shows(officer, "Ibu Lonceng")
    await officer.page.wait_for_function("() => window.rung >= 4")
    notices = await officer.page.evaluate("notices")
    assert len(notices) == 1
    assert re.fullmatch(
        r"Tawaran B-\d{3}: Ibu Lonceng, Izin Praktik Perawat \(SIPP\)\. \d+ detik .*", notices[0]
    )
    await officer.button("accept").click()
    await expect(panes(officer)).to_contain_text("Ibu Lonceng")


async def _goes_to_the_file_and_back(officer: Person) -> None:
    """By F9: beside the panes, in a pane's place where there is no room beside it, and as a tab."""
    writing = officer.page.locator(".pane textarea:focus")
    for width, folds in ((1920, 0), (1100, 1), (700, 1)):
        await officer.page.set_viewport_size({"width": width, "height": 768})
        await expect(officer.page.locator(".cols[data-folds]")).to_have_count(folds)
        await officer.page.keyboard.press("F9")
        await expect(officer.page.locator("#file:focus, .pane.folded .fold:focus")).to_have_count(1)
        await officer.page.keyboard.press("F9")
        await expect(writing).to_have_count(1)
    await officer.page.set_viewport_size({"width": 1366, "height": 768})


async def test_keys_answer_offers_and_pick_up_unless_turned_off(town: Town) -> None:
    first = await town.applicant("Ibu Tombol")
    second = await town.applicant("Bapak Tombol")
    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await shows(officer, "Ibu Tombol")
    await expect(officer.button("pass")).to_be_enabled()
    await officer.page.keyboard.press("Shift+F2")
    await shows(officer, "Bapak Tombol")
    await expect(officer.button("accept")).to_be_enabled()
    await officer.page.keyboard.press("F2")
    await second.is_served()
    await officer.button("pause").click()
    await expect(officer.page.get_by_text("1 menunggu")).to_be_visible()
    await officer.page.get_by_role("button", name="Pintasan").click()
    findings: list[Finding] = []
    await looked_at(officer, "desk-keys", findings, DESK)
    await officer.page.get_by_role("checkbox", name="Pakai pintasan").uncheck()
    await officer.page.get_by_role("button", name="Tutup").click()
    await officer.page.keyboard.press("F4")
    # Orders go in order: had the key asked for anything, it would be done before this is read.
    await officer.write("Tombol tidak berlaku.")
    await second.reads("Tombol tidak berlaku.")
    await expect(panes(officer)).to_have_count(1)
    await officer.page.keyboard.press("F9")
    await expect(officer.page.get_by_role("textbox", name=officer.says("write"))).to_be_focused()
    await officer.page.get_by_role("button", name="Pintasan").click()
    await officer.page.get_by_role("checkbox", name="Pakai pintasan").check()
    await officer.page.get_by_role("button", name="Tutup").click()
    await officer.page.keyboard.press("F4")
    await first.is_served()
    await expect(panes(officer)).to_have_count(2)
    await _goes_to_the_file_and_back(officer)
    officer.language = "en"
    await officer.page.goto(re.sub(r"[?#].*|$", "?lang=en", officer.page.url, count=1))
    await officer.page.get_by_role("button", name="Shortcuts").click()
    await looked_at(officer, "desk-keys", findings, DESK)
    assert not findings, "\n".join(map(str, findings))
