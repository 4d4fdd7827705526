"""The check of devices and network on the waiting page: a real Chromium with pretended devices."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from consult.precall.letters import mirror_path
from tests.running.program import Program
from tests.stories.desk import offer
from tests.stories.looks import shown
from tests.stories.people import Person, Town
from tests.support.browser import chromium
from tests.support.house import House
from tests.support.looking import Finding
from tests.support.waiting import until

# How good the way is depends on what else this machine does meanwhile.
VERDICT = re.compile("^(Baik|Cukup|Suara saja)$")
DESK = {"good": "baik", "fair": "cukup", "audio_only": "hanya suara disarankan"}


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_CHECKS_AT_ONCE": 1}


@pytest.fixture
async def mirror(house: House) -> AsyncIterator[Program]:
    running = house.checks_devices()
    await until(mirror_path(house.data_dir).exists)
    yield running
    running.process.terminate()
    await asyncio.to_thread(running.process.wait)


# When the page sent what, by its own clock: a busy machine takes its time to press and to look.
TIMED = """() => {
    const send = WebSocket.prototype.send;
    window.sentAt = {};
    WebSocket.prototype.send = function (frame) {
        window.sentAt[JSON.parse(String(frame)).t] ??= performance.now();
        send.call(this, frame);
    };
}"""


async def says(somebody: Person, words: str | re.Pattern[str]) -> None:
    region = somebody.page.get_by_role("region", name=somebody.says("check"))
    await expect(region.get_by_text(words)).to_be_visible(timeout=20_000)


async def measures(town: Town, name: str) -> Person:
    """Somebody whose check is under way, with a peer that is kept for it."""
    somebody, begun = await town.person(), asyncio.Event()

    def heard(frame: str | bytes) -> None:
        if '"CheckBegun"' in str(frame):
            begun.set()

    somebody.page.on("websocket", lambda socket: socket.on("framereceived", heard))
    await town.takes_number(somebody, name)
    await somebody.button("check").click()
    await says(somebody, "Mengukur jaringan, paling lama 15 detik.")
    async with asyncio.timeout(20):
        await begun.wait()
    return somebody


async def test_it_is_over_within_15_seconds_and_the_officer_sees_the_verdict(
    town: Town, house: House, mirror: Program
) -> None:
    citizen = await town.applicant("Ibu Periksa")
    await citizen.page.evaluate(TIMED)
    await citizen.button("check").click()
    await citizen.page.get_by_role("button", name="Ya", exact=True).click()
    await says(citizen, VERDICT)
    assert await citizen.page.evaluate("() => window.sentAt.ReportCheck - window.sentAt.BeginCheck") < 15_000
    await says(citizen, "Terdengar")
    await says(citizen, re.compile(r"^Langsung.* · bolak-balik \d+ md · hilang [\d,]+ % · \d+ kbit/s"))
    (kept,) = house.rows("SELECT * FROM device_check ORDER BY at DESC LIMIT 1")
    words = DESK[kept["verdict"]]
    assert house.rows(
        "SELECT 1 FROM event WHERE kind = 'device_check' AND subject = ?", f"ticket:{kept['ticket_id']}"
    )

    officer = await town.staff("petugas1")
    await officer.button("ready").click()
    await expect(offer(officer).get_by_text(words, exact=True)).to_be_visible()
    await officer.takes("Ibu Periksa")
    await expect(officer.page.get_by_text(f"Cek perangkat: {words}", exact=True)).to_be_visible()
    await officer.page.reload()
    await expect(officer.page.get_by_text(f"Cek perangkat: {words}", exact=True)).to_be_visible()


async def test_one_too_many_is_told_when_and_keeps_the_place(town: Town, mirror: Program) -> None:
    second = await town.applicant("Ibu Satu", server=1)
    first = await measures(town, "Ibu Dua")
    await second.button("check").click()
    await says(second, re.compile(r"^Banyak orang sedang mengecek\. Coba lagi dalam \d+ detik\.$"))
    await says(first, VERDICT)
    await expect(second.position).to_contain_text("1")


async def test_the_mirror_dies_and_the_place_is_untouched(town: Town, house: House, mirror: Program) -> None:
    citizen = await measures(town, "Ibu Putus")
    mirror.process.send_signal(signal.SIGKILL)
    await says(citizen, "Pemeriksaan terputus di sisi kami. Nomor antrean Anda aman. Coba lagi.")
    await expect(citizen.position).to_contain_text("1")
    ticket = citizen.page.url.rpartition("/")[2]
    assert house.rows("SELECT stage FROM ticket WHERE id = ?", ticket) == [{"stage": "waiting"}]


async def test_without_a_mirror_it_says_so(town: Town) -> None:
    citizen = await town.applicant("Ibu Nanti")
    await citizen.button("check").click()
    await says(citizen, re.compile("^Pemeriksaan belum tersedia"))


async def test_without_camera_and_microphone_chat_is_left(town: Town, mirror: Program) -> None:
    async with chromium(devices=()) as bare:
        citizen = await town.person(browser=bare, permissions=[])
        await town.takes_number(citizen, "Ibu Tanpa")
        await citizen.button("check").click()
        await says(citizen, "Obrolan saja")
        await says(citizen, "Pasang mikrofon atau headset, lalu cek lagi.")
        await citizen.context.close()


@pytest.mark.parametrize(
    ("language", "yes", "verdict"),
    [("id", "Ya", VERDICT), ("en", "Yes", re.compile("^(Good|Fair|Audio only)$"))],
)
async def test_everybody_can_see_and_use_it(
    town: Town, mirror: Program, language: str, yes: str, verdict: re.Pattern[str]
) -> None:
    citizen = await town.applicant("Ibu Teliti", language=language)
    findings: list[Finding] = []
    await citizen.button("check").click()
    await citizen.page.get_by_role("button", name=yes, exact=True).click()
    await says(citizen, verdict)
    eye = await shown(citizen, "device-check", findings)
    await eye.enlarges(320)
    for width, scheme in ((320, "light"), (1366, "dark")):
        await eye.asks_axe(width, scheme, whole=True)
    assert not findings, "\n".join(map(str, findings))
