"""Photos of documents in two browsers: chosen, seen before sending, arrived once, opened large."""

import re

import pytest
from playwright.async_api import Locator, Route, expect

from consult.pages.catalogue import LANGUAGES
from tests.papers.samples import HOSTILE, drawn, encoded, jpeg, with_everything_told
from tests.stories.gallery import Gallery
from tests.stories.people import Person, Town
from tests.support.house import House
from tests.support.kept import kept_here
from tests.support.waiting import until

WORDS = {
    "id": {"photo": "Foto dokumen", "pick": "Pilih foto dari perangkat", "caption": "Keterangan foto",
           "send": "Kirim foto", "grab": "Ambil dari kamera panggilan"},
    "en": {"photo": "Document photo", "pick": "Choose a photo on this device",
           "caption": "What the photo shows", "send": "Send photo", "grab": "Take from the call’s camera"},
}  # fmt: skip


def named(somebody: Person, word: str) -> Locator:
    return somebody.page.get_by_role("button", name=WORDS[somebody.language][word], exact=True)


async def chooses(somebody: Person, content: bytes, name: str = "resi.jpg", kind: str = "image/jpeg") -> None:
    """Opens the sheet, if it is not open, and chooses this file."""
    if await named(somebody, "pick").count() == 0:
        await named(somebody, "photo").click()
    async with somebody.page.expect_file_chooser() as choosing:
        await named(somebody, "pick").click()
    await (await choosing.value).set_files([{"name": name, "mimeType": kind, "buffer": content}])


async def sends(somebody: Person, caption: str) -> None:
    await somebody.page.get_by_label(WORDS[somebody.language]["caption"], exact=True).fill(caption)
    await named(somebody, "send").click()


def photo(somebody: Person, caption: str) -> Locator:
    return somebody.log.locator(".photo").filter(has_text=caption)


async def sees(somebody: Person, caption: str) -> tuple[int, int]:
    """The size of the small picture, once it is drawn."""
    image = photo(somebody, caption).locator("img")
    await expect(image).to_have_count(1)
    drawn_here = "(image) => image.complete && image.naturalWidth > 0"
    await somebody.page.wait_for_function(drawn_here, arg=await image.element_handle())
    size: list[int] = await image.evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    return size[0], size[1]


async def opens_large(somebody: Person, caption: str) -> tuple[int, int]:
    """The size of the large one; Escape closes it, and the focus is where it was."""
    thumb = photo(somebody, caption).get_by_role("button")
    await thumb.click()
    image = somebody.page.get_by_role("dialog").get_by_role("img")
    await somebody.page.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 0", arg=await image.element_handle()
    )
    size: list[int] = await image.evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    await somebody.page.keyboard.press("Escape")
    await expect(somebody.page.get_by_role("dialog")).to_have_count(0)
    await expect(thumb).to_be_focused()
    return size[0], size[1]


async def test_a_photo_is_seen_before_it_is_sent_and_large_by_both(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Foto")
    await chooses(citizen, with_everything_told())
    preview = citizen.page.get_by_role("img", name="Foto yang akan dikirim")
    await expect(preview).to_be_visible()
    await sends(citizen, "Foto resi")
    for reader in (citizen, officer):
        assert await sees(reader, "Foto resi") == (360, 480)
        assert await opens_large(reader, "Foto resi") == (600, 800)
    await expect(photo(citizen, "Foto resi")).to_contain_text("Dibaca")
    # A photo larger than the screen of any document is made smaller before it goes.
    await chooses(officer, encoded(drawn(4_000, 2_000), "PNG"), "peta.png", "image/png")
    made = officer.page.get_by_role("img", name="Foto yang akan dikirim")
    await officer.page.wait_for_function(
        "(image) => image.naturalWidth === 3000", arg=await made.element_handle()
    )
    await sends(officer, "Peta lokasi")
    assert await sees(citizen, "Peta lokasi") == (480, 240)
    assert await opens_large(citizen, "Peta lokasi") == (3_000, 1_500)


async def test_an_unsent_photo_outlives_a_reload_and_arrives_once(town: Town, house: House) -> None:
    citizen, officer = await town.consultation("Ibu Terputus")
    house.cable.pull()
    await expect(citizen.page.get_by_text("Koneksi terputus.")).to_be_visible()
    await chooses(citizen, jpeg())
    await sends(citizen, "Foto tertahan")
    waiting = citizen.page.get_by_role("list", name="Foto yang belum terkirim").get_by_role("listitem")
    await expect(waiting).to_contain_text("Belum terkirim, menunggu jaringan")
    # It arrives, but no answer comes back: the photo is there, and the page does not know.
    losing, lost = True, 0

    async def lose(route: Route) -> None:
        nonlocal lost
        if route.request.method != "PUT" or not losing:
            return await route.continue_()
        answer = await route.fetch()
        assert answer.status == (200 if lost else 201)
        lost += 1
        await route.abort()

    await citizen.page.route(re.compile("/photos/"), lose)
    house.cable.plug_in()
    await sees(officer, "Foto tertahan")
    await citizen.page.reload()
    await sees(citizen, "Foto tertahan")
    await expect(waiting).to_contain_text(re.compile("Belum terkirim|Mengirim|diperiksa"))
    losing = False
    await expect(waiting).to_have_count(0, timeout=40_000)
    assert lost >= 1
    for reader in (citizen, officer):
        await sees(reader, "Foto tertahan")
    await until(lambda: _none_kept(citizen), 20)
    await citizen.page.reload()
    await sees(citizen, "Foto tertahan")
    await expect(waiting).to_have_count(0)


async def _none_kept(somebody: Person) -> bool:
    """The browser holds no photo that it would send again."""
    return await kept_here(somebody.page, "consult", "photos") == 0


async def test_what_is_no_photo_is_said_with_what_to_do(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Berkas")
    for content, name, words in (
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), "foto.heic", "Foto HEIC belum bisa dibuka di sini."),
        (HOSTILE["html"], "surat.jpg", "Berkas ini bukan foto yang bisa dibuka."),
        (jpeg()[:300], "putus.jpg", "Berkas ini bukan foto yang bisa dibuka."),
    ):
        await chooses(citizen, content, name)
        await expect(citizen.page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    await chooses(citizen, jpeg())
    await expect(citizen.page.get_by_role("alert").filter(has_text="Berkas ini")).to_be_hidden()
    # What the service refuses stands with the reason until the person decides.
    refusal = '{"code": "bad_photo", "values": {"reason": "many", "most": 40}}'
    await citizen.page.route(re.compile("/photos/"), lambda route: route.fulfill(status=422, body=refusal))
    await sends(citizen, "Foto ke-41")
    waiting = citizen.page.get_by_role("list", name="Foto yang belum terkirim").get_by_role("listitem")
    await expect(waiting).to_contain_text("Konsultasi ini sudah memuat 40 foto")
    await citizen.page.unroute(re.compile("/photos/"))
    await waiting.get_by_role("button", name="Kirim lagi").click()
    await sees(officer, "Foto ke-41")
    await expect(waiting).to_have_count(0)


async def test_a_photo_from_the_camera_of_a_call(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Kamera")
    # Wide enough for video and chat side by side.
    await citizen.page.set_viewport_size({"width": 1024, "height": 740})
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    await officer.sees_moving_pictures()
    await named(officer, "photo").click()
    await named(officer, "grab").click()
    await sends(officer, "Tunjukkan bagian ini")
    width, height = await sees(citizen, "Tunjukkan bagian ini")
    assert max(width, height) == 480
    # The call went on meanwhile.
    await citizen.sees_moving_pictures()
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everybody_can_send_and_see_photos(town: Town, language: str) -> None:
    """axe, sight and motion of the sheet, the conversation and the large photo; pictures are kept."""
    gallery = Gallery(language)
    citizen = await town.applicant("Ibu Galeri", language=language)
    officer = await town.staff("petugas1", language=language)
    await officer.button("ready").click()
    await officer.takes("Ibu Galeri")
    await citizen.is_served()
    await named(citizen, "photo").click()
    await gallery.phone("photo-choose", citizen.page, whole=False)
    await chooses(citizen, with_everything_told())
    await gallery.phone("photo-preview", citizen.page, whole=False)
    await sends(citizen, "Foto resi")
    for reader in (citizen, officer):
        await sees(reader, "Foto resi")
    refusal = '{"code": "bad_photo", "values": {"reason": "many", "most": 40}}'
    await citizen.page.route(re.compile("/photos/"), lambda route: route.fulfill(status=422, body=refusal))
    await chooses(citizen, jpeg())
    await sends(citizen, "Foto lain")
    await expect(citizen.page.locator(".unsentphoto")).to_contain_text("40")
    await gallery.phone("photo-sent", citizen.page, whole=False)
    await gallery.desk("photo-desk", officer.page)
    await photo(officer, "Foto resi").get_by_role("button").click()
    await gallery.desk("photo-large", officer.page)
    assert not gallery.findings, "\n".join(str(finding) for finding in gallery.findings)
