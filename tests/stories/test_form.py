"""The form for a number: faults, spellings of a phone number, the privacy notice, both languages."""

import re

import pytest
from playwright.async_api import expect

from consult.office import notice
from tests.stories.people import Person, Town
from tests.support.house import House

TICKET_PATH = re.compile(r"/t/[a-z0-9]+$")


def row_of(somebody: Person, house: House) -> dict[str, object]:
    """The ticket of the page this person is on."""
    ticket = re.sub(r".*/t/", "", somebody.page.url).split("#")[0]
    return house.rows("SELECT * FROM ticket WHERE id = ?", ticket)[0]


FAULTS = {
    "id": {
        "name": "Isi nama lengkap.",
        "phone": "Nomor telepon ini kurang panjang. Periksa angkanya.",
        "notice": "Baca pemberitahuan privasi, lalu beri tanda centang.",
    },
    "en": {
        "name": "Enter a full name.",
        "phone": "This phone number is too short. Check the digits.",
        "notice": "Read the privacy notice, then tick the box.",
    },
}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(
    town: Town, house: House, language: str
) -> None:
    somebody = await town.person(language)
    page = somebody.page
    await page.goto(f"{house.urls[0]}/?lang={language}")
    service = {"id": "Penelitian", "en": "Research"}[language]
    await somebody.fills_in(" ", service, channel="video", phone="0812")
    await somebody.field("application").fill("P-2026/11/7")
    await page.get_by_role("checkbox", name=somebody.says("notice")).uncheck(force=True)
    chosen = await somebody.field("service").input_value()
    await somebody.button("take").click()
    await expect(page.locator("#faults")).to_be_focused()
    for name, words in FAULTS[language].items():
        field = page.locator(f"[name={name}]")
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description(words)
        await expect(page.locator("#faults").get_by_role("link", name=words)).to_have_attribute(
            "href", f"#{name}"
        )
    await expect(somebody.field("service")).to_have_value(chosen)
    await expect(somebody.field("phone")).to_have_value("0812")
    await expect(somebody.field("application")).to_have_value("P-2026/11/7")
    await expect(page.get_by_role("radio", name=somebody.says("video"), exact=True)).to_be_checked()
    await expect(page.get_by_role("checkbox", name=somebody.says("notice"))).not_to_be_checked()

    await somebody.field("name").fill("Siti Contoh")
    await somebody.field("phone").fill("0812 3456 7890")
    await page.get_by_role("checkbox", name=somebody.says("notice")).check(force=True)
    await somebody.button("take").click()
    await page.wait_for_url(TICKET_PATH)
    row = row_of(somebody, house)
    assert (row["name"], row["phone"], row["channel"]) == ("Siti Contoh", "+6281234567890", "video")
    assert row["application_number"] == "P-2026/11/7"
    assert (row["notice_version"], row["notice_language"], row["language"]) == (
        notice.VERSION,
        language,
        language,
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("62 (812) 3456.7890", "+6281234567890"),
        ("021 3456 789", "+62213456789"),
    ],
)
async def test_a_phone_number_may_be_spelt_in_any_usual_way(
    town: Town, house: House, typed: str, kept: str
) -> None:
    somebody = await town.person(java_script_enabled=False)
    await somebody.page.goto(house.urls[1])
    await somebody.fills_in("Ibu Telepon", phone=typed)
    await somebody.button("take").click()
    await somebody.page.wait_for_url(re.compile(r"/t/[a-z0-9]+#"))
    assert row_of(somebody, house)["phone"] == kept


async def test_the_privacy_notice_can_be_read_before_the_box_is_ticked(town: Town, house: House) -> None:
    somebody = await town.person(language="en")
    await somebody.page.goto(f"{house.urls[0]}/?lang=en")
    async with somebody.context.expect_page() as opened:
        await somebody.page.get_by_role("link", name="privacy notice").click()
    page = await opened.value
    await expect(page.get_by_role("heading", name="Privacy notice")).to_be_visible()
    await expect(page.get_by_text(f"Version {notice.VERSION}", exact=True)).to_be_visible()


async def test_the_language_can_be_changed_on_every_page(town: Town, house: House) -> None:
    async def changes(somebody: Person, opened_by: str | None = None) -> None:
        for words, language in (("English", "en"), ("Indonesia", "id")):
            if opened_by == "menu":
                await somebody.page.locator("summary").first.click()
            elif opened_by:
                await somebody.page.get_by_role("button", name=re.compile(opened_by)).click()
            await somebody.page.get_by_role("link", name=words, exact=True).locator("visible=true").click()
            await expect(somebody.page.locator(f"html[lang={language}]")).to_have_count(1)

    somebody = await town.person()
    for path in ("/", "/continue", "/privacy", "/sign-in", "/no-such-page"):
        await somebody.page.goto(house.urls[1] + path)
        await changes(somebody)
    await town.takes_number(somebody, "Ibu Dwibahasa", server=1)
    await changes(somebody)
    officer = await town.staff("petugas3")
    await changes(officer, "menu")
    await officer.button("ready").click()
    await officer.takes("Ibu Dwibahasa")
    await somebody.is_served()
    await changes(somebody, "Lainnya|More")
    await somebody.is_served()
    await somebody.ends()
    await expect(somebody.page.get_by_role("heading", name="Konsultasi selesai")).to_be_visible()
    await changes(somebody)
    for user_name in ("pengawas", "admin"):
        await changes(await town.staff(user_name), "menu")
