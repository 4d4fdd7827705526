"""The supervisor's board changes by itself within two seconds, because it is told, not because it asks."""

import json
import re

import pytest
from playwright.async_api import Locator, expect

from tests.stories.desk import shows
from tests.stories.looks import looked_at
from tests.stories.people import Person, Town
from tests.support.house import House
from tests.support.looking import Finding
from tests.support.waiting import until

WITHIN_MS = 2_000
SERVICE = "Izin Praktik Perawat (SIPP)"


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_PING_SECONDS": 1}


def cell(supervisor: Person, column: str, service: str = SERVICE) -> Locator:
    """What stands in the service's row under the heading `column`."""
    columns = ["waiting", "longest", "serving"]
    row = supervisor.page.get_by_role("row", name=re.compile(re.escape(service)))
    return row.get_by_role("cell").nth(columns.index(column))


def figure(supervisor: Person, word: str) -> Locator:
    return (
        supervisor.page.get_by_role("region", name="Jumlah semua layanan")
        .locator(".fig")
        .filter(has=supervisor.page.get_by_role("heading", name=supervisor.says(word), exact=True))
    )


def officers(supervisor: Person, group: str) -> Locator:
    """The names under that state."""
    panel = supervisor.page.get_by_role("region", name=re.compile("^Petugas"))
    return panel.locator(f"h3:has-text('{group}') + ul").get_by_role("listitem")


async def test_the_board_is_told_of_every_change_and_never_asks(town: Town, house: House) -> None:
    supervisor = await town.person(width=1366, height=900)
    said: list[str] = []
    heard: list[str] = []
    supervisor.page.on(
        "websocket",
        lambda socket: (
            socket.on("framesent", lambda frame: said.append(json.loads(frame)["t"])),
            socket.on("framereceived", lambda frame: heard.append(json.loads(frame)["t"])),
        ),
    )
    await supervisor.page.goto(f"{house.urls[1]}/sign-in")
    await supervisor.field("user_name").fill("pengawas")
    await supervisor.field("password").fill(house.passwords["pengawas"])
    await supervisor.button("sign_in").click()
    await expect(cell(supervisor, "waiting")).to_contain_text("0")
    for column in ("waiting", "longest", "serving"):
        await expect(
            supervisor.page.get_by_role("columnheader", name=supervisor.says(column))
        ).to_be_visible()
    for name in ("Petugas 1", "Petugas 2", "Petugas 3"):
        await expect(officers(supervisor, "Tidak bertugas").filter(has_text=name)).to_be_visible()
    asked: list[str] = []
    supervisor.page.on("request", lambda request: asked.append(request.url))
    supervisor.page.on("framenavigated", lambda frame: asked.append(frame.url))
    told = heard.count("BoardShown")

    first = await town.applicant("Ibu Papan", server=0)
    await expect(cell(supervisor, "waiting")).to_contain_text("1", timeout=WITHIN_MS)
    await expect(figure(supervisor, "waiting")).to_contain_text("1 obrolan, 0 video")
    await expect(cell(supervisor, "longest")).to_contain_text(re.compile(r"00:\d\d"))
    await expect(figure(supervisor, "longest")).to_contain_text(SERVICE)
    alert = supervisor.page.get_by_text(f"{SERVICE}: 1 menunggu, tidak ada petugas bertugas.")
    await expect(alert).to_be_visible()
    second = await town.applicant("Bapak Papan", server=1, channel="video")
    await expect(cell(supervisor, "waiting")).to_contain_text("2", timeout=WITHIN_MS)

    officer = await town.staff("petugas1", server=0)
    await officer.button("pause").click()
    await expect(officers(supervisor, "Jeda")).to_contain_text("Petugas 1", timeout=WITHIN_MS)
    await expect(alert).to_be_hidden()
    await officer.button("ready").click()
    await expect(officers(supervisor, "Siap").filter(has_text="Ditawarkan")).to_contain_text(
        "Petugas 1", timeout=WITHIN_MS
    )
    await officer.takes("Ibu Papan")
    await first.is_served()
    await expect(cell(supervisor, "serving")).to_contain_text("1", timeout=WITHIN_MS)
    await expect(cell(supervisor, "waiting")).to_contain_text("1", timeout=WITHIN_MS)
    await expect(officers(supervisor, "Melayani")).to_contain_text("Petugas 1", timeout=WITHIN_MS)
    await expect(officers(supervisor, "Melayani")).to_contain_text("1 obrolan")
    await second.button("leave").click()
    await second.page.get_by_role("button", name="Ya, keluar").click()
    await expect(cell(supervisor, "waiting")).to_contain_text("0", timeout=WITHIN_MS)
    await officer.ends()
    await expect(cell(supervisor, "serving")).to_contain_text("0", timeout=WITHIN_MS)

    assert heard.count("BoardShown") - told >= 6, "each change was told"
    assert set(said) <= {"Hello", "Ping"}, "nothing was asked over the socket"
    assert not asked, "nothing was asked over HTTP"
    # A board that is filled from time to time would be told while nothing happens, too.
    quiet_from = len(heard)
    await until(lambda: heard[quiet_from:].count("Pong") >= 4)
    assert "BoardShown" not in heard[quiet_from:]


def row(supervisor: Person, label: str) -> Locator:
    """The consultation, or the number that was looked for, with what may be done about it."""
    panel = supervisor.page.get_by_role("region", name=re.compile("^Konsultasi berlangsung"))
    return panel.get_by_role("listitem").filter(has_text=label)


async def steps_in(supervisor: Person, label: str, act: str, reason: str) -> None:
    await row(supervisor, label).get_by_role("button", name=f"{act} {label}", exact=True).click()
    form = row(supervisor, label).get_by_role("form", name=re.compile(label))
    await form.get_by_role("button", name=re.compile("^Ya")).click()
    await expect(form.get_by_role("alert")).to_have_text("Tulis alasannya dulu.")
    await form.get_by_label("Alasan").fill(reason)
    await form.get_by_role("button", name=re.compile("^Ya")).click()


async def test_a_consultation_is_ended_and_a_number_blocked_with_a_reason_for_the_office(
    town: Town, house: House
) -> None:
    citizen, officer = await town.consultation("Ibu Henti")
    await officer.button("pause").click()
    other = await town.applicant("Bapak Blokir", server=1)
    labels = {
        each["name"]: each["label"]
        for each in house.rows("SELECT name, label FROM ticket WHERE stage <> 'ended'")
    }
    supervisor = await town.staff("pengawas", server=0)
    served, waiting = labels["Ibu Henti"], labels["Bapak Blokir"]
    await expect(row(supervisor, served)).to_contain_text("Petugas 1")
    await row(supervisor, served).get_by_role("button", name=f"Akhiri konsultasi {served}").click()
    findings: list[Finding] = []
    await looked_at(supervisor, "board-ending", findings)
    assert not findings, "\n".join(map(str, findings))
    await steps_in(supervisor, served, "Akhiri konsultasi", "Petugas sakit mendadak")
    await expect(supervisor.page.get_by_text(f"Konsultasi {served} diakhiri.")).to_be_visible()
    await expect(row(supervisor, served)).to_have_count(0)
    main = citizen.page.get_by_role("main")
    await expect(main.get_by_text(re.compile("^Kantor mengakhiri konsultasi ini.*1500164"))).to_be_visible()
    told = officer.page.get_by_role("region", name=officer.says("offers"))
    await expect(told.get_by_text(f"Pengawas mengakhiri konsultasi {served}.")).to_be_visible()

    await supervisor.page.get_by_label("Cari nomor antrean").fill(waiting.replace("-0", " ").lower())
    await supervisor.page.get_by_role("button", name="Cari", exact=True).click()
    await expect(row(supervisor, waiting)).to_contain_text("Menunggu")
    await row(supervisor, waiting).get_by_role("button", name=f"Dahulukan {waiting}").click()
    await looked_at(supervisor, "board-forward", findings)
    await row(supervisor, waiting).get_by_label("Lebih awal").select_option("60 menit")
    await steps_in(supervisor, waiting, "Dahulukan", "Izin habis hari ini")
    await expect(supervisor.page.get_by_text(f"Nomor {waiting} didahulukan.")).to_be_visible()
    moved = house.rows("SELECT joined_at - order_at AS earlier FROM ticket WHERE name = 'Bapak Blokir'")
    assert moved[0]["earlier"] == 3_600_000
    await steps_in(supervisor, waiting, "Blokir", "Nomor palsu")
    await expect(row(supervisor, waiting)).to_have_count(0)
    await expect(
        other.page.get_by_role("main").get_by_text(re.compile(r"^Kantor menutup nomor ini\. .*1500164"))
    ).to_be_visible()
    panel = supervisor.page.get_by_role("region", name=re.compile("^Petugas"))
    await panel.locator("summary", has_text="Akhiri tugas petugas").click()
    await panel.get_by_role("button", name="Ya, akhiri tugas").click()
    await expect(panel.get_by_role("alert")).to_have_text("Pilih petugasnya dulu.")
    await looked_at(supervisor, "board-shift", findings)
    assert not findings, "\n".join(map(str, findings))
    await panel.get_by_label("Petugas", exact=True).select_option("Petugas 1")
    await panel.get_by_role("button", name="Ya, akhiri tugas").click()
    await expect(panel.get_by_role("status")).to_have_text("Tugas Petugas 1 diakhiri.")
    await expect(officers(supervisor, "Tidak bertugas").filter(has_text="Petugas 1")).to_be_visible()
    await expect(told.get_by_text("Pengawas mengakhiri tugas Anda.", exact=True)).to_be_visible()
    kept = house.rows("SELECT text FROM entry WHERE lane = 'staff' AND kind = 'ended' ORDER BY at")
    assert [each["text"] for each in kept] == ["Petugas sakit mendadak", "Nomor palsu"]


async def test_who_is_given_back_again_and_again_is_named_until_somebody_serves_them(town: Town) -> None:
    supervisor = await town.staff("pengawas", language="en")
    await town.applicant("Ibu Bolak", server=0)
    officer = await town.staff("petugas1")
    findings: list[Finding] = []
    again = supervisor.page.get_by_text("back in the queue 3 times")
    for _ in range(3):
        await expect(again).to_be_hidden()
        await officer.button("ready").click()
        await shows(officer, "Ibu Bolak")
        await officer.button("pause").click()
    await expect(again).to_be_visible()
    await looked_at(supervisor, "board-returned", findings)
    assert not findings, "\n".join(map(str, findings))
    await officer.button("ready").click()
    await officer.takes("Ibu Bolak")
    await expect(again).to_be_hidden()
