"""People at their browsers, driven by the names that the pages promise."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.support.house import House

NAMES = {
    "id": {
        "service": "Layanan",
        "name": "Nama lengkap",
        "phone": "Nomor telepon",
        "application": "Nomor permohonan (jika ada)",
        "chat": "Obrolan",
        "video": "Panggilan video",
        "notice": "Saya sudah membaca pemberitahuan privasi",
        "take": "Ambil nomor antrean",
        "number": "Nomor antrean",
        "position": "Posisi",
        "leave": "Keluar dari antrean",
        "check": "Cek perangkat",
        "log": "Percakapan",
        "write": "Tulis pesan",
        "send": "Kirim",
        "end": "Akhiri konsultasi",
        "accept_video": "Terima dengan video",
        "accept_audio": "Terima suara saja",
        "decline": "Tolak",
        "mute": "Matikan mikrofon",
        "camera_off": "Matikan kamera",
        "hang_up": "Akhiri panggilan",
        "user_name": "Nama pengguna",
        "password": "Kata sandi",
        "sign_in": "Masuk",
        "ready": "Siap melayani",
        "pause": "Jeda",
        "pause_reason": "Alasan jeda",
        "serve_next": "Layani berikutnya",
        "accept": "Terima",
        "pass": "Lewati",
        "offers": "Tawaran",
        "waiting": "Menunggu",
        "longest": "Tunggu terlama",
        "serving": "Sedang dilayani",
    },
    "en": {
        "service": "Service",
        "name": "Full name",
        "phone": "Phone number",
        "application": "Application number (if any)",
        "chat": "Chat",
        "video": "Video call",
        "notice": "I have read the privacy notice",
        "take": "Take a queue number",
        "number": "Queue number",
        "position": "Position",
        "leave": "Leave the queue",
        "check": "Device check",
        "log": "Conversation",
        "write": "Write a message",
        "send": "Send",
        "end": "End consultation",
        "accept_video": "Accept with video",
        "accept_audio": "Accept audio only",
        "decline": "Decline",
        "mute": "Mute",
        "camera_off": "Turn camera off",
        "hang_up": "Hang up",
        "user_name": "User name",
        "password": "Password",
        "sign_in": "Sign in",
        "ready": "Ready",
        "pause": "Pause",
        "pause_reason": "Reason for the pause",
        "serve_next": "Serve next",
        "accept": "Accept",
        "pass": "Pass",
        "offers": "Offer",
        "waiting": "Waiting",
        "longest": "Longest wait",
        "serving": "In service",
    },
}


@dataclass
class Person:
    context: BrowserContext
    page: Page
    language: str
    faults: list[str]

    def says(self, word: str) -> str:
        return NAMES[self.language][word]

    def button(self, word: str) -> Locator:
        # A key hint may stand behind the name ("Terima F2").
        name = re.compile(rf"^{re.escape(self.says(word))}( F\d+)?$")
        return self.page.get_by_role("button", name=name)

    def field(self, word: str) -> Locator:
        return self.page.get_by_label(self.says(word), exact=True)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name=self.says("log"))

    @property
    def position(self) -> Locator:
        return self.field("position")

    async def is_served(self) -> None:
        """An officer has opened the conversation."""
        await expect(self.page.get_by_role("textbox", name=self.says("write"))).to_be_visible(timeout=10_000)

    async def takes(self, name: str) -> None:
        """This officer accepts the offer of that citizen."""
        region = self.page.get_by_role("region", name=self.says("offers"))
        await expect(region.get_by_text(name)).to_be_visible(timeout=10_000)
        await self.button("accept").click()

    async def fills_in(
        self, name: str, service: str = "SIPP", channel: str = "chat", phone: str = "0812 0000 0000"
    ) -> None:
        """Everything that the form for a number needs."""
        option = self.field("service").locator("option", has_text=service)
        await self.field("service").select_option(value=await option.get_attribute("value"))
        await self.field("name").fill(name)
        await self.field("phone").fill(phone)
        await self.page.get_by_role("radio", name=self.says(channel), exact=True).check(force=True)
        await self.page.get_by_role("checkbox", name=self.says("notice")).check(force=True)

    async def ends(self) -> None:
        """Ends the consultation, which is asked where the button stands."""
        await self.button("end").click()
        await self.page.get_by_role("button", name=re.compile("^(Ya|Yes)")).click()

    async def write(self, text: str) -> None:
        await self.page.get_by_role("textbox", name=self.says("write")).fill(text)
        await self.button("send").click()

    async def reads(self, text: str) -> None:
        await expect(self.log.get_by_text(text, exact=True)).to_be_visible(timeout=20_000)

    async def sees_moving_pictures(self) -> None:
        """The other side's video is decoded here: more and more frames of it."""
        await self.page.wait_for_function(
            """() => [...document.querySelectorAll("video")].some((video) => {
                const quality = video.getVideoPlaybackQuality();
                return !video.muted && video.videoWidth > 2 && quality.totalVideoFrames > 10;
            })""",
            timeout=30_000,
        )


class Town:
    forms_are_filled_in = False
    """Whether everybody fills in the form for a number and that for signing in on the page.

    Stories of those forms do so themselves; for the others their requests do, which is a page less for each.
    """

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self._browser = browser
        self.people: list[Person] = []

    async def person(
        self,
        language: str = "id",
        width: int = 360,
        height: int = 740,
        browser: Browser | None = None,
        **options: Any,
    ) -> Person:
        """Somebody with a browser of their own; `options` are those of its context."""
        given = {"permissions": ["camera", "microphone"], "locale": "id-ID"} | options
        size = {"width": width, "height": height}
        context = await (browser or self._browser).new_context(viewport=size, **given)
        return await self.tab(context, language)

    async def tab(self, context: BrowserContext, language: str = "id") -> Person:
        """One more page in somebody's browser."""
        page = await context.new_page()
        somebody = Person(context, page, language, [])
        page.on("pageerror", lambda error: somebody.faults.append(str(error)))
        page.on("console", lambda message: _note_refused_content(somebody, message.text))
        self.people.append(somebody)
        return somebody

    async def applicant(
        self, name: str, server: int = 0, language: str = "id", service: str = "SIPP", channel: str = "chat"
    ) -> Person:
        """Somebody who has just taken a number."""
        somebody = await self.person(language)
        if self.forms_are_filled_in:
            await self.takes_number(somebody, name, server, service, channel)
            return somebody
        home = f"{self.house.urls[server]}/?lang={language}"
        page = await (await somebody.context.request.get(home)).text()
        [chosen] = re.findall(rf'<option value="([a-z0-9]+)">[^<]*{re.escape(service)}', page)
        who = {"name": name, "phone": "0812 0000 0000", "channel": channel, "notice": "on"}
        await self._sends_form(somebody, home, "/tickets", page, {"service": chosen, **who})
        return somebody

    async def _sends_form(
        self, somebody: Person, shown_at: str, action: str, page: str, fields: dict[str, str | float | bool]
    ) -> None:
        """As the button of that page does, and then where the answer leads."""
        [token] = set(re.findall(r'name="csrf" value="([^"]+)"', page))
        to = urljoin(shown_at, action)
        origin = {"Origin": urljoin(shown_at, "/")[:-1]}
        answer = await somebody.context.request.post(
            to, form={"csrf": token, **fields}, headers=origin, max_redirects=0
        )
        assert answer.status == 303, f"{answer.status}: {await answer.text()}"
        await somebody.page.goto(urljoin(to, answer.headers["location"]))

    async def takes_number(
        self, somebody: Person, name: str, server: int = 0, service: str = "SIPP", channel: str = "chat"
    ) -> None:
        await somebody.page.goto(f"{self.house.urls[server]}/?lang={somebody.language}")
        await somebody.fills_in(name, service, channel)
        await somebody.button("take").click()
        await somebody.page.wait_for_url(re.compile(r"/t/[a-z0-9]+$"))

    async def consultation(
        self, name: str, user_name: str = "petugas1", at: int = 0, officer_at: int = 1, width: int = 1366
    ) -> tuple[Person, Person]:
        """A citizen and an officer in their conversation, in different server processes."""
        citizen = await self.applicant(name, at)
        officer = await self.staff(user_name, officer_at, width=width)
        await officer.button("ready").click()
        await officer.takes(name)
        await citizen.is_served()
        return citizen, officer

    async def staff(self, user_name: str, server: int = 1, language: str = "id", width: int = 1366) -> Person:
        somebody = await self.person(language, width, 768)
        home = f"{self.house.urls[server]}/sign-in?lang={language}"
        if not self.forms_are_filled_in:
            page = await (await somebody.context.request.get(home)).text()
            who = {"user_name": user_name, "password": self.house.passwords[user_name]}
            await self._sends_form(somebody, home, "/sign-in", page, who)
            return somebody
        await somebody.page.goto(home)
        await somebody.field("user_name").fill(user_name)
        await somebody.field("password").fill(self.house.passwords[user_name])
        await somebody.button("sign_in").click()
        await somebody.page.wait_for_url(re.compile(r"/(officer|supervisor|office)$"))
        return somebody

    async def go_home(self) -> None:
        for somebody in self.people:
            await somebody.context.close()
        faults = [fault for somebody in self.people for fault in somebody.faults]
        assert not faults, faults


def _note_refused_content(somebody: Person, text: str) -> None:
    if "Content Security Policy" in text:
        somebody.faults.append(text)
