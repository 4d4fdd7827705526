"""Every page and every main state of it, brought about by people, one after the other."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.stories.earlier import opens
from tests.stories.gallery import Gallery
from tests.stories.people import Person, Town
from tests.support.waiting import until

TALK = {
    "id": (
        ("officer", "Selamat pagi, Bu. Ada yang bisa saya bantu soal SIPP?"),
        ("applicant", "Pagi. SIPP saya habis bulan depan. Apakah STR lama masih bisa dipakai?"),
        ("officer", "Bisa, selama STR masih berlaku. Boleh kirim nomor permohonannya?"),
        ("applicant", "SIPP-2026-00417"),
    ),
    "en": (
        ("officer", "Good morning. How can I help with your nurse licence?"),
        ("applicant", "Good morning. It ends next month. Can I still use my old registration?"),
        ("officer", "Yes, while the registration is valid. May I have the application number?"),
        ("applicant", "SIPP-2026-00417"),
    ),
}
UNSENT = {"id": "Baik, saya unggah suratnya hari ini.", "en": "Good, I will upload the letter today."}
PATIENCE_MS = 20_000
YES = {"id": re.compile("^Ya"), "en": re.compile("^Yes")}


class Day:
    """One day at the office, told in one language."""

    def __init__(self, town: Town, gallery: Gallery) -> None:
        self.town = town
        self.gallery = gallery
        self.language = gallery.language

    async def passes(self) -> None:
        expect.set_options(timeout=PATIENCE_MS)
        await self._public_pages()
        await self._sign_in_page()
        self.supervisor = await self.town.staff("pengawas", language=self.language)
        self.officer = await self.town.staff("petugas1", language=self.language)
        await self._empty_rooms()
        await self._waiting()
        await self._conversations()
        await self._leaving()
        await self._calls()
        await self._another_device()
        await self._end()
        await self._office_pages()

    async def _goes(self, person: Person, path: str) -> None:
        await person.page.goto(f"{self.town.house.urls[0]}{path}?lang={self.language}")

    async def _public_pages(self) -> None:
        visitor, show = await self.town.person(self.language), self.gallery.phone
        await self._goes(visitor, "/")
        await show("start", visitor.page)
        await self.gallery.meets(visitor, "button", ["take"])
        await self.gallery.meets(visitor, "radio", ["chat", "video"])
        await self.gallery.meets(visitor, "checkbox", ["notice"])
        await self.gallery.meets(visitor, "combobox", ["service"])
        await self.gallery.meets(visitor, "textbox", ["name", "phone", "application"])
        await visitor.field("service").select_option(index=2)
        await visitor.button("take").click()
        await show("start-errors", visitor.page)
        await self._goes(visitor, "/privacy")
        await show("privacy", visitor.page)
        await self._goes(visitor, "/continue")
        await show("continue", visitor.page)
        await visitor.page.locator("#label").fill("B-999")
        await visitor.page.locator("#pin").fill("000000")
        await visitor.page.locator("main form button").click()
        await show("continue-errors", visitor.page)
        await self._goes(visitor, "/no-such-page")
        await show("not-found", visitor.page)
        await self._goes(visitor, "/t/no-such-number")
        await show("no-such-number", visitor.page)
        self.visitor = visitor

    async def _sign_in_page(self) -> None:
        page = self.visitor.page
        await self._goes(self.visitor, "/sign-in")
        await self.gallery.phone("sign-in", page)
        await self.gallery.meets(self.visitor, "button", ["sign_in"])
        await self.gallery.meets(self.visitor, "textbox", ["user_name", "password"])
        await self.visitor.field("user_name").fill("petugas9")
        await self.visitor.field("password").fill("bukan ini")
        await self.visitor.button("sign_in").click()
        await expect(page.locator("#fault")).to_be_visible()
        await self.gallery.phone("sign-in-errors", page)

    async def _empty_rooms(self) -> None:
        await expect(self.officer.button("ready")).to_be_enabled()
        await self.gallery.desk("desk-off-duty", self.officer.page)
        await self.gallery.meets(self.officer, "button", ["ready", "pause", "serve_next"])
        await self.gallery.desk("board-empty", self.supervisor.page, whole=True)

    async def _waiting(self) -> None:
        town, language, show = self.town, self.language, self.gallery.phone
        self.first = await town.applicant("Sari Contoh", language=language)
        await expect(self.first.page.locator("[data-part=nobody]")).to_be_visible()
        await show("waiting-nobody", self.first.page)
        self.second = await town.applicant("Joko Contoh", server=1, language=language)
        self.third = await town.applicant("Wati Contoh", language=language)
        self.fourth = await town.applicant("Bayu Contoh", language=language, channel="video")
        await self.officer.button("ready").click()
        await expect(self.officer.button("accept")).to_be_enabled()
        await expect(self.second.page.locator("[data-part=turn]")).to_be_visible()
        await show("waiting", self.fourth.page)
        await self.gallery.meets(self.fourth, "button", ["leave"])
        await self.gallery.meets(self.fourth, "group", ["number", "position"])
        await self.fourth.button("leave").click()
        await show("waiting-leave", self.fourth.page)
        await show("next", self.second.page)
        await show("offered", self.first.page)
        await self.gallery.desk("desk-offer", self.officer.page)
        await self.gallery.meets(self.officer, "button", ["accept", "pass"])

    async def _conversations(self) -> None:
        await self.officer.button("accept").click()
        for side, text in TALK[self.language]:
            writer = self.officer if side == "officer" else self.first
            await writer.write(text)
            await self.first.reads(text)
            await self.officer.reads(text)
        await self.gallery.phone("chat", self.first.page, whole=False)
        await self.gallery.meets(self.first, "button", ["video", "end", "send"])
        await self.gallery.meets(self.first, "log", ["log"])
        await self.gallery.meets(self.first, "textbox", ["write"])
        await self.gallery.desk("desk-one", self.officer.page)
        await self.officer.button("accept").click()
        await expect(self.officer.page.locator(".pane:visible")).to_have_count(2)
        await expect(self.officer.button("accept")).to_be_enabled()
        await self.gallery.desk("desk", self.officer.page)
        await self.gallery.desk("board-busy", self.supervisor.page, whole=True)
        await self._chat_states()

    async def _chat_states(self) -> None:
        page, show = self.first.page, self.gallery.phone
        more = page.locator(".servbar [data-part=more]")
        await more.click()
        await show("chat-more", page, whole=False)
        await more.click()
        await self.first.button("end").click()
        await show("chat-end", page, whole=False)
        await page.locator(".acts .ask button").first.click()
        self.town.house.cable.pull()
        await self.first.write(UNSENT[self.language])
        await expect(page.locator("#banner")).not_to_be_empty()
        await show("chat-offline", page, whole=False)
        await self.gallery.phone("waiting-offline", self.fourth.page)
        self.town.house.cable.plug_in()
        # After so long a cut only requests go for a minute; a fresh page tries the socket first.
        await page.reload()
        await self.officer.reads(UNSENT[self.language])

    async def _leaving(self) -> None:
        await self.third.button("leave").click()
        for leaver in (self.third, self.fourth):
            await leaver.page.get_by_role("button", name=YES[self.language]).click()
            await expect(leaver.page.locator("body")).to_have_attribute("data-state", "ended")
        await self.gallery.phone("left", self.third.page)
        await self.officer.button("pause").click()
        await self.second.button("end").click()
        await self.second.page.get_by_role("button", name=YES[self.language]).click()
        await expect(self.officer.page.locator(".pane .over")).to_be_visible()
        await self.gallery.desk("desk-paused", self.officer.page)
        await self.officer.page.locator(".pane .over button").click()

    async def _calls(self) -> None:
        first, officer, show = self.first, self.officer, self.gallery.phone
        await officer.button("video").click()
        await expect(first.button("accept_video")).to_be_enabled()
        await show("ringing", first.page, halo=True, whole=False)
        await self.gallery.meets(first, "button", ["accept_video", "accept_audio", "decline"])
        await first.button("accept_video").click()
        await first.sees_moving_pictures()
        await officer.sees_moving_pictures()
        await show("call", first.page, whole=False)
        await self.gallery.meets(first, "button", ["mute", "camera_off", "hang_up"])
        await self.gallery.desk("desk-call", officer.page)
        await self.gallery.meets(officer, "button", ["mute", "camera_off", "hang_up"])
        await self.gallery.desk("board-call", self.supervisor.page, whole=True)
        await first.page.set_viewport_size({"width": 320, "height": 640})
        await first.page.locator(".stage [data-part=chat]").click()
        await show("call-chat", first.page, whole=False)
        await first.button("hang_up").click()
        await expect(officer.button("hang_up")).to_have_count(0)
        await officer.button("video").click()
        await expect(first.button("accept_audio")).to_be_enabled()
        await first.button("accept_audio").click()
        await expect(first.button("mute")).to_be_visible()
        await show("call-audio", first.page, whole=False)
        await first.button("hang_up").click()

    async def _another_device(self) -> None:
        old = self.first.page
        new = await self.first.context.new_page()
        await new.goto(old.url)
        await expect(old.locator("body")).to_have_attribute("data-state", "moved")
        await self.gallery.phone("moved", old)
        await old.close()
        self.first.page = new

    async def _end(self) -> None:
        await self.officer.page.locator(".menu summary").click()
        await self.officer.page.locator(".menu [data-part=sign-out] button").click()
        await expect(self.officer.page.locator("#sign-out")).to_be_visible()
        await self.gallery.desk("desk-sign-out", self.officer.page)
        await self.officer.page.locator("#sign-out [data-part=stay]").click()
        await self.officer.page.locator(".pane [data-part=end]").click()
        await self.gallery.desk("desk-end", self.officer.page)
        await self.officer.page.get_by_role("button", name=YES[self.language]).click()
        await expect(self.first.page.locator("body")).to_have_attribute("data-state", "ended")
        await self.gallery.phone("ended", self.first.page)
        await self._goes(self.first, "/")
        await self.officer.page.locator(".menu summary").click()
        await self.gallery.desk("desk-empty", self.officer.page)

    async def _office_pages(self) -> None:
        admin = await self.town.staff("admin", language=self.language)
        page = admin.page
        await self.gallery.desk("office", page, whole=True)
        await page.locator("#people .add summary").click()
        await page.locator("#people .add input[name=name]").fill("Petugas")
        await page.locator("#people .add input[name=user_name]").fill("petugas1")
        await page.locator("#people .add input[name=password]").fill("pendek")
        await page.locator("#people .add form > button").click()
        await expect(page.locator("#faults")).to_be_visible()
        await self.gallery.desk("office-errors", page, whole=True)
        await opens(self.town.house, always=False)
        await page.locator("#closures .add summary").click()
        today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
        await page.locator("#closure-day").fill(today.isoformat())
        await page.locator("#closure-reason_id").fill("Hari libur daerah")
        await page.locator("#closure-reason_en").fill("Regional holiday")
        await page.locator("#closures .add form > button").click()
        await expect(page.locator("#closures .thing")).to_have_count(1)
        await until(lambda: self._finds_open(False), PATIENCE_MS / 1000)
        await self.gallery.phone("closed", self.visitor.page)
        await opens(self.town.house, always=True)
        await page.locator("#closures .thing button").click()
        await expect(page.locator("#closures .thing")).to_have_count(0)
        await until(lambda: self._finds_open(True), PATIENCE_MS / 1000)

    async def _finds_open(self, expected: bool) -> bool:
        """The other server asks the database again in a moment."""
        await self._goes(self.visitor, "/")
        return (await self.visitor.page.locator("#join").count() > 0) == expected
