from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from consult.accounts.visitor import token_of
from consult.consultations.credential import hash_of, pin_for
from consult.consultations.store import tickets
from consult.consultations.store.line import waiting_count
from consult.errors import BY_CODE
from consult.office import notice
from consult.office.hours import Span
from consult.pages.problems import STATUS
from tests.support.joining import FORM, join
from tests.support.offices import Door, open_door
from tests.support.visitor import Visitor, text_of, token_in, visiting


async def join_late(visitor: Visitor, service_id: str) -> httpx2.Response:
    """A form that was opened before the service closed."""
    token = token_of(visitor.cookie("form") or "")
    return await visitor.post("/tickets", FORM | {"service": service_id, "csrf": token})


async def test_taking_a_number_by_a_plain_form_leads_to_the_link_with_the_secret(
    door: Door, visitor: Visitor
) -> None:
    service = await door.service("B")

    answer = await join(visitor, service)

    assert answer.status_code == 303
    path, secret = answer.headers["location"].split("#")
    ticket_id = path.removeprefix("/t/")
    row = await door.app.database.read(lambda conn: tickets.find(conn, ticket_id))
    assert (row.label, row.name, row.phone) == ("B-001", "Sari Contoh", "+6281234567890")
    secret_hash, pin_hash = await door.app.database.read(lambda conn: tickets.hashes(conn, ticket_id)) or (
        b"",
        "",
    )
    assert secret_hash == hash_of(secret)
    assert await door.app.passwords.pin_fits(pin_hash, pin_for(secret))


async def test_a_double_tap_is_one_place(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    token = token_in(await visitor.get("/"))
    async with visiting(door.app.asgi) as other_tap:
        other_tap.client.cookies.update(visitor.client.cookies)
        form = FORM | {"service": service, "csrf": token}
        first, second = await visitor.post("/tickets", form), await other_tap.post("/tickets", form)

    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


async def test_not_me_makes_room_for_a_second_person_on_a_shared_phone(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    first = (await join(visitor, service)).headers["location"]
    start = await visitor.get("/")
    assert "A-001" in text_of(start)

    assert (await visitor.post("/forget", {"csrf": token_in(start)})).status_code == 303
    second = (await join(visitor, service)).headers["location"]

    assert first != second
    assert first.split("#")[0] != second.split("#")[0]


async def test_not_me_without_the_forms_token_changes_nothing(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    first = (await join(visitor, service)).headers["location"]

    refused = await visitor.post("/forget", {"csrf": "guessed"})

    assert refused.status_code == 403
    assert "tekan tombolnya sekali lagi" in text_of(refused)
    assert (await join(visitor, service)).headers["location"] == first


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("service", "", "Pilih layanan"),
        ("service", "no-such-service", "Pilih layanan"),
        ("name", "  \u200b ", "Isi nama lengkap"),
        ("name", "x" * 121, "paling panjang 120"),
        ("name", "12345", "dengan huruf"),
        ("phone", "", "Isi nomor telepon"),
        ("phone", "halo", "dengan angka"),
        ("phone", "0812", "kurang panjang"),
        ("phone", "08123456789012345", "tidak dikenal"),
        ("application_number", "9" * 65, "paling panjang 64"),
        ("channel", "telegraph", "Pilih obrolan"),
        ("notice", "", "pemberitahuan privasi, lalu"),
    ],
)
async def test_a_fault_is_said_and_what_was_typed_is_kept(
    door: Door, visitor: Visitor, field: str, typed: str, said: str
) -> None:
    service = await door.service()

    answer = await join(visitor, service, **{field: typed})

    assert answer.status_code == 422
    assert said in text_of(answer)
    for kept in {"name", "phone"} - {field}:
        assert f'value="{FORM[kept]}"' in answer.text
    assert await waiting(door, service) == 0


async def test_all_faults_are_said_at_once(door: Door, visitor: Visitor) -> None:
    await door.service()
    answer = await visitor.fill_in("/", "/tickets", name="", phone="", channel="")
    said = text_of(answer)
    for part in ("Pilih layanan", "Isi nama lengkap", "Isi nomor telepon", "Pilih obrolan"):
        assert part in said


async def test_what_was_typed_is_shown_as_text_only(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    answer = await join(visitor, service, name='"><script>alert(1)</script>', phone="")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_a_form_without_its_token_is_shown_again_with_what_was_typed(
    door: Door, visitor: Visitor
) -> None:
    service = await door.service()
    await visitor.get("/")

    answer = await visitor.post("/tickets", FORM | {"service": service, "csrf": "stale"})

    assert answer.status_code == 403
    assert "terlalu lama terbuka" in text_of(answer)
    assert 'value="Sari Contoh"' in answer.text
    again = FORM | {"service": service, "csrf": token_in(answer)}
    assert (await visitor.post("/tickets", again)).status_code == 303


async def test_numbers_from_one_address_are_limited(tmp_path: Path, office_url: str, valkey: str) -> None:
    async with open_door(tmp_path, office_url, valkey, joins_per_address_in_10_minutes=1) as door:
        service = await door.service()
        async with visiting(door.app.asgi) as first, visiting(door.app.asgi) as second:
            assert (await join(first, service)).status_code == 303
            answer = await join(second, service)
        assert answer.status_code == 429
        assert "Coba lagi dalam 10 menit" in text_of(answer)
        async with visiting(door.app.asgi, address="198.51.100.1") as elsewhere:
            assert (await join(elsewhere, service)).status_code == 303


async def test_a_full_queue_says_so(tmp_path: Path, office_url: str, valkey: str) -> None:
    async with open_door(tmp_path, office_url, valkey, queue_ceiling=1) as door:
        service = await door.service()
        async with visiting(door.app.asgi) as first, visiting(door.app.asgi) as second:
            assert (await join(first, service)).status_code == 303
            answer = await join(second, service)
        assert answer.status_code == 409
        assert "sudah penuh" in text_of(answer)


async def test_when_everything_is_closed_the_page_says_when_it_opens_and_whom_to_phone(
    door: Door, visitor: Visitor
) -> None:
    tomorrow = (await door.app.pages.office.shown()).now + timedelta(days=1)
    week = {tomorrow.weekday(): Span(8 * 60, 15 * 60)}
    service = await door.service(always_open=False, week=week)

    page = await visitor.get("/?lang=en")

    assert page.status_code == 200
    opens = f"{tomorrow:%A} {tomorrow.day} {tomorrow:%B}, 08.00 WIB"
    assert opens in text_of(page)
    assert "1500164" in page.text
    assert 'action="/tickets"' not in page.text
    answer = await join_late(visitor, service)
    assert opens in text_of(answer)
    assert await waiting(door, service) == 0


async def test_a_refusal_is_said_while_everything_is_closed(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    first = (await join(visitor, service)).headers["location"]
    await door.app.pages.office.set_hours(service, False, {}, "office")
    closed = await visitor.get("/")
    assert closed.status_code == 200
    assert "A-001" in text_of(closed) and '"note lost"' not in closed.text

    refused = await visitor.post("/forget", {"csrf": "stale"})

    assert refused.status_code == 403
    assert '<div class="note lost" role="alert">' in refused.text
    assert "tekan tombolnya sekali lagi" in text_of(refused)
    assert f'href="{first.split("#")[0]}"' in refused.text, "the place is still this browser's"
    assert (await visitor.post("/forget", {"csrf": token_in(refused)})).status_code == 303
    assert "A-001" not in text_of(await visitor.get("/"))
    late = await visitor.post("/tickets", {"csrf": "stale", "name": "Ibu Sari"})
    assert late.status_code == 200 and '"note lost"' not in late.text, "that it is closed is the answer"


async def test_a_closed_service_gives_no_number_while_another_is_open(door: Door, visitor: Visitor) -> None:
    await door.service("A")
    closed = await door.service("B", always_open=False, week={})

    answer = await join(visitor, closed)

    assert answer.status_code == 422
    assert "sedang tutup" in text_of(answer)
    assert await waiting(door, closed) == 0


async def test_the_language_is_chosen_once_and_stays(door: Door, visitor: Visitor) -> None:
    await door.service()
    assert '<html lang="id"' in (await visitor.get("/")).text
    english = await visitor.get("/?lang=en&service=x")
    assert '<html lang="en"' in english.text
    assert 'href="/?service=x&amp;lang=id"' in english.text
    assert '<html lang="en"' in (await visitor.get("/")).text
    assert '<html lang="en"' in (await visitor.get("/?lang=klingon")).text
    assert '<html lang="id"' in (await visitor.get("/?lang=id")).text


async def test_the_notice_that_was_read_stands_with_the_ticket(door: Door, visitor: Visitor) -> None:
    service = await door.service()
    await visitor.get("/?lang=en")
    await join(visitor, service)
    query = text("SELECT language, notice_version, notice_language FROM ticket")
    assert await door.app.database.read(lambda conn: tuple(conn.execute(query).one())) == (
        "en",
        notice.VERSION,
        "en",
    )


async def test_an_office_without_services_has_a_start_page(visitor: Visitor) -> None:
    assert (await visitor.get("/")).status_code == 200


async def waiting(door: Door, service: str) -> int:
    return await door.app.database.read(lambda conn: waiting_count(conn, service))


def test_every_refusal_has_a_status() -> None:
    assert set(STATUS) == set(BY_CODE)
