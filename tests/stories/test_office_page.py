"""The administrator's page: services, hours and people; and what a closed service says to who comes."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, expect

from tests.stories.looks import looked_at
from tests.stories.people import Person, Town
from tests.support.house import House
from tests.support.looking import Finding
from tests.support.waiting import until

JAKARTA = ZoneInfo("Asia/Jakarta")
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
TOLD_WITHIN_MS = 5_000


def entry(admin: Person, words: str, part: str = "services") -> Locator:
    """The service, or the one of people, with these words."""
    return admin.page.locator(f"#{part} .things > li").filter(has=admin.page.get_by_text(words, exact=True))


async def says_done(admin: Person, words: str) -> None:
    await expect(admin.page.get_by_role("status").filter(has_text=words)).to_be_visible()


async def adds_service(admin: Person, letter: str, name: str, english: str, always_open: bool) -> None:
    await admin.page.locator("summary", has_text="Tambah layanan").click()
    form = admin.page.locator("form[action='/office/services']")
    await form.get_by_label("Huruf").fill(letter)
    await form.locator("[name=name_id]").fill(name)
    await form.locator("[name=name_en]").fill(english)
    if always_open:
        await form.get_by_role("checkbox").check()
    await form.get_by_role("button").click()


async def opens_only_tomorrow(admin: Person, service: str) -> str:
    """Set the hours so that the service is closed now; what people should read then."""
    tomorrow = datetime.now(JAKARTA) + timedelta(days=1)
    await entry(admin, service).locator("summary", has_text="Jam").click()
    form = entry(admin, service).locator("form.hours")
    await form.get_by_role("checkbox").uncheck()
    for number in range(7):
        for edge, clock in (("opens", "07:30"), ("closes", "16:00")):
            await form.locator(f"[name={edge}_{number}]").fill(clock if number == tomorrow.weekday() else "")
    await form.get_by_role("button").click()
    await says_done(admin, "Jam layanan disimpan.")
    return f"{DAYS[tomorrow.weekday()]}, {tomorrow.day} "


async def opens_always(admin: Person, service: str) -> None:
    await entry(admin, service).locator("summary", has_text="Jam").click()
    form = entry(admin, service).locator("form.hours")
    await form.get_by_role("checkbox").check()
    await form.get_by_role("button").click()
    await says_done(admin, "Jam layanan disimpan.")


async def the_other_server_knows(passer_by: Person, house: House, service: str) -> None:
    """It reads the office anew after a moment."""

    async def closed() -> bool:
        await passer_by.page.goto(f"{house.urls[1]}/")
        return await passer_by.field("service").locator("option", has_text=service).is_disabled()

    await until(closed)


async def test_a_service_is_added_and_closed_by_its_hours_and_says_when_it_opens(
    town: Town, house: House
) -> None:
    admin = await town.staff("admin", server=0)
    await adds_service(admin, "F", "Izin Apotek", "Pharmacy Permit", always_open=False)
    await says_done(admin, "Layanan ditambahkan dengan jam Senin–Jumat, 07.30–16.00.")
    await expect(entry(admin, "Izin Apotek")).to_contain_text("Senin–Jumat")
    hours = (
        "SELECT weekday, opens_minute, closes_minute FROM service_hours h JOIN service s ON s.id = service_id"
    )
    usual = house.rows(f"{hours} WHERE letter = 'F' ORDER BY weekday")
    assert [tuple(row.values()) for row in usual] == [(day, 450, 960) for day in range(5)]
    await opens_always(admin, "Izin Apotek")
    somebody = await town.person()
    await somebody.page.goto(house.urls[1])
    await somebody.fills_in("Ibu Apotek", service="Izin Apotek")

    opens = await opens_only_tomorrow(admin, "Izin Apotek")
    await the_other_server_knows(await town.person(), house, "Izin Apotek")
    await somebody.button("take").click()
    await expect(somebody.page.locator("#faults")).to_contain_text("Layanan ini sedang tutup")
    main = somebody.page.get_by_role("main")
    await expect(main).to_contain_text(re.compile(rf"Buka lagi {opens}\w+, pukul 07\.30 WIB"))
    await expect(main.get_by_role("link", name="1500164")).to_be_visible()
    await expect(somebody.field("name")).to_have_value("Ibu Apotek")
    assert house.rows("SELECT id FROM ticket WHERE name = 'Ibu Apotek'") == []
    await somebody.page.goto(f"{house.urls[1]}/")
    choice = somebody.field("service").locator("option", has_text="Izin Apotek")
    await expect(choice).to_be_disabled()
    await expect(choice).to_contain_text("tutup")
    await expect(main.get_by_role("link", name="1500164")).to_be_visible()
    await expect(
        main.get_by_text(re.compile(rf"^Izin Apotek buka lagi {opens}\w+, pukul 07\.30 WIB$"))
    ).to_be_visible()
    await entry(admin, "Izin Apotek").locator("summary", has_text="Hentikan").click()
    await entry(admin, "Izin Apotek").locator("form[action$='/retire']").get_by_role("button").click()
    await says_done(admin, "Layanan tidak lagi mengeluarkan nomor baru.")
    await expect(entry(admin, "Izin Apotek")).to_have_count(0)


async def test_an_office_that_is_closed_says_when_it_opens_and_whom_to_phone(
    town: Town, house: House
) -> None:
    admin = await town.staff("admin", server=0)
    names = [row["name_id"] for row in house.rows("SELECT name_id FROM service WHERE retired_at IS NULL")]
    for name in names:
        opens = await opens_only_tomorrow(admin, name)
    try:
        somebody = await town.person()
        await somebody.page.goto(house.urls[1])
        heading = somebody.page.get_by_role("heading", level=1)
        await expect(heading).to_have_text(re.compile(rf"Konsultasi buka lagi {opens}\w+, pukul 07\.30 WIB"))
        number = somebody.page.get_by_role("link", name="1500164")
        await expect(number).to_have_attribute("href", "tel:1500164")
        await expect(somebody.button("take")).to_have_count(0)
        await somebody.page.get_by_role("link", name="English", exact=True).click()
        await expect(heading).to_have_text(re.compile(r"opens again .*, (at )?07\.30 WIB"))
    finally:
        for name in names:
            await opens_always(admin, name)


async def test_what_an_administrator_typed_wrong_is_said_beside_it_and_kept(town: Town) -> None:
    admin = await town.staff("admin")
    await adds_service(admin, "A", "Izin Kembar", "Twin Permit", always_open=False)
    letter = admin.page.locator("#service-letter")
    await expect(letter).to_have_accessible_description("Huruf ini sudah dipakai layanan lain.")
    await expect(admin.page.locator("#service-name_id")).to_have_value("Izin Kembar")
    await expect(admin.page.locator("#service-name_en")).to_have_value("Twin Permit")


async def test_a_new_officer_works_and_is_shut_out_within_five_seconds_once_disabled(
    town: Town, house: House
) -> None:
    admin = await town.staff("admin", server=0)
    await admin.page.locator("summary", has_text="Tambah orang").click()
    form = admin.page.locator("form[action='/office/people']")
    await form.locator("[name=name]").fill("Petugas Baru")
    await form.locator("[name=user_name]").fill("petugas.baru")
    await form.get_by_label("Peran").select_option("officer")
    await form.locator("[name=password]").fill("kereta malam ke utara")
    for box in await form.get_by_role("checkbox").all():
        await box.check()
    await form.get_by_role("button").click()
    await says_done(admin, "Orang ini sudah dapat masuk.")

    house.passwords["petugas.baru"] = "kereta malam ke utara"
    citizen = await town.applicant("Ibu Kembali", server=0)
    officer = await town.staff("petugas.baru", server=1)
    await officer.button("ready").click()
    await officer.takes("Ibu Kembali")
    await citizen.is_served()

    someone = entry(admin, "Petugas Baru", "people")
    await someone.locator("summary", has_text="Nonaktifkan").click()
    await someone.locator("form[action$='/disable']").get_by_role("button").click()
    shut = officer.page.get_by_role("alert").filter(has=officer.page.get_by_role("link", name="Masuk lagi"))
    await expect(shut).to_be_visible(timeout=TOLD_WITHIN_MS)
    await says_done(admin, "Akun dinonaktifkan dan sesinya diakhiri.")
    await expect(someone).to_contain_text("Nonaktif")
    await officer.page.reload()
    await officer.page.wait_for_url(re.compile("/sign-in"))
    await officer.field("user_name").fill("petugas.baru")
    await officer.field("password").fill("kereta malam ke utara")
    await officer.button("sign_in").click()
    await expect(officer.page.get_by_text("Nama pengguna atau kata sandi salah.")).to_be_visible()
    await expect(citizen.position).to_contain_text("1")

    await someone.get_by_role("button", name="Aktifkan lagi").click()
    await says_done(admin, "Akun aktif lagi dengan kata sandi lamanya.")
    await officer.field("password").fill("kereta malam ke utara")
    await officer.button("sign_in").click()
    await officer.button("ready").click()
    await officer.takes("Ibu Kembali")
    await citizen.is_served()
    await someone.locator("summary", has_text="Ubah kapasitas").click()
    findings: list[Finding] = []
    await looked_at(admin, "office-capacity", findings)
    assert not findings, "\n".join(map(str, findings))
    await someone.get_by_label("Unit sekaligus untuk Petugas Baru").fill("1")
    await someone.get_by_role("button", name="Simpan kapasitas").click()
    await says_done(admin, "Kapasitas petugas disimpan.")
    await expect(someone).to_contain_text("1 unit sekaligus")
    await expect(officer.page.get_by_text("1 dari 1 unit, tidak ada tawaran baru")).to_be_visible()
