"""The conversation in two browsers: marks, typing, what is not sent yet, text as text, the end."""

import json
import re

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.stories.looks import looked_at
from tests.stories.people import Person, Town
from tests.support.house import House
from tests.support.looking import Finding

UNSENT = "Belum terkirim, menunggu jaringan"
LIMIT = 4_000
# A page hears of it within so long: the database's own patience, and the page's.
TOLD_MS = 40_000
KEPT = {
    "id": "Pesan Anda tersimpan di sini dan dikirim begitu pulih.",
    "en": "Your messages are kept here and sent once it is back.",
}
KEPT_HERE = {"id": "Belum terkirim, tersimpan di sini", "en": "Not sent yet, kept here"}
BACK = {"id": "Sistem sudah pulih.", "en": "The system is back."}
BOARD = {
    "id": "Sistem sedang terganggu dan tidak bisa menyimpan.",
    "en": "The system has a problem and cannot store anything.",
}
TEXTS = ["sebelumnya", "tertahan", "dari petugas"]


def bubble(somebody: Person, text: str) -> Locator:
    """The own message with this text, with its mark."""
    return somebody.log.locator(".mine").filter(has_text=re.compile(re.escape(text)))


async def holds_back_messages(page: Page) -> list[bool]:
    """From the next load on, what is written here stays under way while the only item is True."""
    held = [True]

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if not (held[0] and json.loads(message)["t"] == "PostMessage"):
                server.send(message)

        socket.on_message(pass_on)

    await page.route_web_socket(re.compile("/socket"), through)
    return held


async def test_marks_tell_sent_delivered_and_read_on_both_sides(town: Town) -> None:
    # As wide as a tablet: the desk shows its parts one at a time.
    citizen, officer = await town.consultation("Ibu Tanda", width=800)
    parts = officer.page.get_by_role("group", name="Bagian meja")
    await parts.get_by_role("button", name=re.compile("^Percakapan")).click()
    await citizen.write("satu")
    await expect(bubble(citizen, "satu")).to_contain_text("Dibaca")
    await parts.get_by_role("button", name=re.compile("^Antrean")).click()
    await citizen.write("dua")
    await expect(bubble(citizen, "dua")).to_contain_text("Diterima")
    await expect(officer.page).to_have_title(re.compile(r"^\(1\) Pesan baru"))

    await officer.page.goto("about:blank")
    await citizen.write("tiga")
    await expect(bubble(citizen, "tiga")).to_contain_text("Terkirim")
    await expect(bubble(citizen, "dua")).to_contain_text("Diterima")
    await officer.page.goto(f"{town.house.urls[1]}/officer")
    await officer.reads("tiga")
    for text in ("dua", "tiga"):
        await expect(bubble(citizen, text)).to_contain_text("Dibaca")

    await citizen.page.goto("about:blank")
    await officer.write("empat")
    await expect(bubble(officer, "empat")).to_contain_text("Terkirim")
    await citizen.page.go_back()
    await citizen.reads("empat")
    await expect(bubble(officer, "empat")).to_contain_text("Dibaca")


async def test_each_side_sees_that_the_other_is_typing(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Ketik")
    await citizen.page.get_by_role("textbox", name=citizen.says("write")).press_sequentially("Selamat")
    await expect(officer.page.get_by_text("Ibu Ketik sedang mengetik")).to_be_visible()
    await citizen.button("send").click()
    await officer.reads("Selamat")
    await expect(officer.page.get_by_text("Ibu Ketik sedang mengetik")).to_be_hidden()
    await officer.page.get_by_role("textbox", name=officer.says("write")).press_sequentially("Pagi")
    await expect(citizen.page.get_by_text("Petugas 1 sedang mengetik")).to_be_visible()


async def test_unsent_messages_are_marked_kept_over_a_reload_and_delivered_once(
    town: Town, house: House
) -> None:
    citizen, officer = await town.consultation("Ibu Kabel")
    await citizen.write("sebelum putus")
    await officer.reads("sebelum putus")
    house.cable.pull()
    for number in (1, 2):
        await citizen.write(f"tertahan {number}")
    for number in (1, 2):
        await expect(bubble(citizen, f"tertahan {number}")).to_contain_text(UNSENT)
    await expect(citizen.page.get_by_text("Koneksi terputus.")).to_be_visible()

    held = await holds_back_messages(citizen.page)
    house.cable.plug_in()
    await citizen.page.reload()
    await expect(bubble(citizen, "sebelum putus")).to_be_visible()
    for number in (1, 2):
        await expect(bubble(citizen, f"tertahan {number}")).to_contain_text("Mengirim")
    house.cable.pull()
    for number in (1, 2):
        await expect(bubble(citizen, f"tertahan {number}")).to_contain_text(UNSENT)
    held[0] = False
    house.cable.plug_in()
    for number in (1, 2):
        await officer.reads(f"tertahan {number}")
        await expect(bubble(citizen, f"tertahan {number}")).to_contain_text(
            re.compile("Terkirim|Diterima|Dibaca")
        )
    await citizen.write("sesudah tersambung")
    await officer.reads("sesudah tersambung")
    for reader in (citizen, officer):
        texts = await reader.log.locator(".text").all_inner_texts()
        assert texts == ["sebelum putus", "tertahan 1", "tertahan 2", "sesudah tersambung"]
    # What was said aloud is taken back, too.
    await expect(citizen.page.get_by_text(UNSENT)).to_have_count(0, timeout=15_000)


async def test_text_is_shown_as_text_and_what_is_too_long_stays_in_the_box(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu <b>Tebal</b>")
    dialogs: list[str] = []
    officer.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script> &amp; {{7*7}}'
    await citizen.write(hostile)
    await officer.reads(hostile)
    await expect(officer.page.get_by_role("complementary", name="Data B")).to_contain_text("Ibu <b>Tebal</b>")
    await expect(officer.log.locator("img, script, b")).to_have_count(0)
    await citizen.write("lihat https://pelayanan.jakarta.go.id/a?b=c&d=e.")
    link = officer.log.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://pelayanan.jakarta.go.id/a?b=c&d=e")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await citizen.write("javascript:alert(1)")
    await officer.reads("javascript:alert(1)")
    await expect(link).to_have_count(1)
    assert not dialogs

    long = ("Persyaratan panjang 🙂 " * 200)[: LIMIT + 3]
    # The first bound counts characters as people do: one face is one.
    long += "x" * (LIMIT + 1 - len(long.strip()))
    await citizen.write(long)
    await expect(citizen.page.get_by_text("Pesan kepanjangan")).to_be_visible()
    box = citizen.page.get_by_role("textbox", name=citizen.says("write"))
    await expect(box).to_have_value(long)
    await citizen.write(long.strip()[:LIMIT])
    await expect(officer.log.locator(".msg .text").last).to_have_text(long.strip()[:LIMIT].strip())
    widths = await officer.log.evaluate("log => [log.scrollWidth, log.clientWidth]")
    assert widths[0] <= widths[1], "long text wraps"


async def test_the_end_is_asked_in_place_and_leaves_the_conversation_to_read(town: Town) -> None:
    citizen, officer = await town.consultation("Ibu Akhir")
    await officer.write("Berkas sudah lengkap.")
    await citizen.reads("Berkas sudah lengkap.")
    await citizen.button("end").click()
    await expect(
        citizen.page.get_by_text("Akhiri konsultasi ini? Percakapan tetap bisa dibaca.")
    ).to_be_visible()
    await citizen.page.get_by_role("button", name="Lanjutkan").click()
    await citizen.write("Terima kasih.")
    await officer.reads("Terima kasih.")

    await officer.button("end").click()
    await expect(officer.page.get_by_text(re.compile(r"^Akhiri konsultasi B-\d{3}\?"))).to_be_visible()
    await officer.page.get_by_role("button", name="Batal").click()
    await citizen.ends()
    await expect(citizen.page.get_by_role("heading", name="Konsultasi selesai")).to_be_visible()
    await expect(citizen.page.get_by_text("Anda mengakhiri konsultasi ini.")).to_be_visible()
    for text in ("Berkas sudah lengkap.", "Terima kasih."):
        await citizen.reads(text)
        await officer.reads(text)
    for side in (citizen, officer):
        await expect(side.page.get_by_role("textbox", name=side.says("write"))).to_have_count(0)
    await expect(officer.page.get_by_text("Konsultasi ini sudah selesai.")).to_be_visible()
    async with citizen.page.expect_download() as started:
        await citizen.page.get_by_role("button", name="Unduh percakapan").click()
    kept = (await (await started.value).path()).read_text(encoding="utf-8")
    assert "Petugas 1: Berkas sudah lengkap." in kept
    assert "Anda: Terima kasih." in kept
    await citizen.page.reload()
    await expect(citizen.page.get_by_role("heading", name="Konsultasi selesai")).to_be_visible()
    await citizen.reads("Terima kasih.")
    await expect(citizen.page.get_by_role("link", name="Ambil nomor baru")).to_be_visible()
    await _is_taken_up_again(citizen, officer)
    await _is_rated(citizen)
    await _is_called_back(citizen, officer)


async def _is_taken_up_again(citizen: Person, officer: Person) -> None:
    await citizen.page.get_by_role("button", name="Lanjutkan konsultasi ini").click()
    await officer.takes("Ibu Akhir")
    await citizen.is_served()
    await citizen.reads("Terima kasih.")
    await citizen.write("Satu pertanyaan lagi.")
    await officer.reads("Satu pertanyaan lagi.")
    await officer.ends()
    await expect(citizen.page.get_by_text("Petugas telah menyelesaikan konsultasi Anda.")).to_be_visible()


async def _is_rated(citizen: Person) -> None:
    rating = citizen.page.get_by_role("region", name="Seberapa terbantu Anda?")
    remark = rating.get_by_role("textbox", name="Catatan untuk kantor")
    await remark.fill("Jelas dan sabar.")
    await rating.get_by_role("button", name="Kirim penilaian").click()
    await expect(rating.get_by_text("Pilih dahulu seberapa terbantu Anda.")).to_be_visible()
    await rating.get_by_role("radio", name="Sangat terbantu").check()
    await citizen.page.reload()
    await expect(remark).to_have_value("Jelas dan sabar.")
    await expect(rating.get_by_role("radio", name="Sangat terbantu")).to_be_checked()
    await rating.get_by_role("button", name="Kirim penilaian").click()
    thanks = citizen.page.get_by_text("Penilaian Anda sudah kami terima.")
    await expect(thanks).to_be_visible()
    await citizen.page.reload()
    await expect(thanks).to_be_visible()
    await expect(citizen.page.get_by_role("button", name="Kirim penilaian")).to_have_count(0)


async def _is_called_back(citizen: Person, officer: Person) -> None:
    await officer.page.get_by_role("button", name=re.compile("^Panggil kembali B-")).click()
    await officer.takes("Ibu Akhir")
    await citizen.is_served()
    for text in ("Terima kasih.", "Satu pertanyaan lagi."):
        await officer.reads(text)


def strip(somebody: Person, words: dict[str, str]) -> Locator:
    return somebody.page.get_by_role("status").filter(
        has_text=re.compile(re.escape(words[somebody.language]))
    )


async def test_who_talks_and_who_watches_is_told_and_every_message_arrives_once(
    town: Town, house: House
) -> None:
    supervisor = await town.staff("pengawas", 0)
    citizen, officer = await town.consultation("Ibu Gangguan")
    waiting = await town.applicant("Ibu Menunggu", 1, "en", service="IUJK")
    await citizen.write("sebelumnya")
    await officer.reads("sebelumnya")
    visitor = await town.person("en")
    await visitor.page.goto(f"{house.urls[1]}/?lang=en")
    await visitor.fills_in("Ibu Formulir")
    findings: list[Finding] = []
    with house.takes_no_writes():
        await citizen.write("tertahan")
        await officer.write("dari petugas")
        for side in (citizen, officer):
            await expect(strip(side, KEPT)).to_be_visible(timeout=TOLD_MS)
        await expect(bubble(citizen, "tertahan")).to_contain_text(KEPT_HERE["id"])
        await expect(bubble(officer, "dari petugas")).to_contain_text(KEPT_HERE["id"])
        await expect(supervisor.page.get_by_text(BOARD["id"])).to_be_visible(timeout=TOLD_MS)
        await expect(waiting.page.get_by_text("Your place is kept. This page goes on")).to_be_visible(
            timeout=TOLD_MS
        )
        await citizen.page.reload()
        await expect(bubble(citizen, "tertahan")).to_contain_text(KEPT_HERE["id"], timeout=TOLD_MS)
        await expect(strip(citizen, KEPT)).to_be_visible()
        await visitor.button("take").click()
        await expect(visitor.page.get_by_text("The system has a problem.")).to_be_visible(timeout=TOLD_MS)
        for name, somebody in (
            ("disrupted", citizen),
            ("disrupted-waiting", waiting),
            ("disrupted-desk", officer),
            ("disrupted-board", supervisor),
            ("disrupted-form", visitor),
        ):
            await looked_at(somebody, name, findings)
    for side in (citizen, officer):
        await expect(strip(side, BACK)).to_be_visible(timeout=TOLD_MS)
    await expect(supervisor.page.get_by_text(BOARD["id"])).to_be_hidden(timeout=TOLD_MS)
    await citizen.reads("dari petugas")
    await officer.reads("tertahan")
    for reader in (citizen, officer):
        await expect(strip(reader, BACK)).to_be_hidden()
        await expect(reader.page.locator("#banner")).to_have_text("", use_inner_text=True)
        texts = await reader.log.locator(".text").all_inner_texts()
        assert sorted(texts) == sorted(TEXTS)
    await visitor.button("take").click()
    await visitor.page.wait_for_url(re.compile(r"/t/[a-z0-9]+$"))
    ticket = citizen.page.url.split("/t/")[1].partition("#")[0]
    kept = house.rows("SELECT text FROM entry WHERE kind = 'message' AND ticket_id = ?", ticket)
    assert sorted(row["text"] for row in kept) == sorted(TEXTS)
    assert not findings, "\n".join(map(str, findings))
