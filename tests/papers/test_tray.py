"""Photos over HTTP: one entry for each, whatever is lost or repeated; nobody else's eyes; gone in time."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

from PIL import Image
from sqlalchemy import func, select

from consult.audit.store import verify
from consult.storage.tables import entry, event, photo
from tests.papers.conftest import get, new_id, put
from tests.papers.samples import HOSTILE, SECRET, jpeg, png_head, with_everything_told
from tests.support.client import Page, take_number
from tests.support.databases import let_pass
from tests.support.open_office import Office, open_office


async def rows(office: Office) -> tuple[int, int]:
    """(photos, entries of photos) in the database."""
    return await office.apps[0].database.read(
        lambda conn: (
            conn.execute(select(func.count()).select_from(photo)).scalar_one(),
            conn.execute(select(func.count()).where(entry.c.kind == "photo")).scalar_one(),
        )
    )


async def test_a_photo_is_an_entry_that_both_sides_hear_of_and_see(office: Office) -> None:
    async with office.consultation(officer_at=1) as talk:
        name = new_id()
        answer = await put(talk.citizen_page, talk.ticket, name, with_everything_told())
        assert answer.status_code == 201, answer.text
        for side in (talk.citizen, talk.officer):
            told = (await side.hears("EntryAdded", ticket=talk.ticket))["entry"]
            while told["kind"] != "photo":
                told = (await side.hears("EntryAdded", ticket=talk.ticket))["entry"]
            assert told["seq"] == answer.json()["seq"]
            assert (told["by"], told["text"]) == ("applicant", "Foto resi")
            assert told["values"] == {"photo": name, "width": 600, "height": 800}
        for page in (talk.citizen_page, talk.officer_page):
            large, small = await get(page, talk.ticket, name), await get(page, talk.ticket, name, small=True)
            assert Image.open(BytesIO(large.content)).size == (600, 800)
            assert Image.open(BytesIO(small.content)).size == (360, 480)
            assert SECRET not in large.content + small.content
            assert large.headers["content-type"] == "image/jpeg"
            assert large.headers["content-disposition"].startswith("attachment")
            assert large.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert large.headers["x-content-type-options"] == "nosniff"
            assert large.headers["cache-control"] == "private, no-store"
        # The officer's way, and the log goes on without a gap.
        again = await put(talk.officer_page, talk.ticket, new_id(), jpeg(), caption="")
        assert again.json()["seq"] == answer.json()["seq"] + 1
        acked = await talk.citizen.acked("PostMessage", text="sesudah")
        assert acked["seq"] == answer.json()["seq"] + 2


async def test_a_repeat_finds_the_first_and_another_photo_does_not_take_its_name(office: Office) -> None:
    async with office.consultation() as talk:
        name, content = new_id(), jpeg()
        first = await put(talk.citizen_page, talk.ticket, name, content)
        again = await put(talk.citizen_page.elsewhere(office.urls[1]), talk.ticket, name, content)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        for other in (
            await put(talk.citizen_page, talk.ticket, name, jpeg(400, 300)),
            await put(talk.citizen_page, talk.ticket, name, content, caption="Lain"),
            await put(talk.officer_page, talk.ticket, name, content),
        ):
            assert (other.status_code, other.json()["code"]) == (409, "conflict")
        assert await rows(office) == (1, 1)
        await talk.officer.acked("EndConsultation", epoch=None)
        # Its answer was lost, and the consultation is over: it is still the first answer.
        late = await put(talk.citizen_page, talk.ticket, name, content)
        assert (late.status_code, late.json()) == (200, first.json())
        refused = await put(talk.citizen_page, talk.ticket, new_id(), content)
        assert (refused.status_code, refused.json()["code"]) == (409, "ended")
        assert (await get(talk.citizen_page, talk.ticket, name)).status_code == 200


async def test_the_same_photo_sent_many_times_at_once_is_one(office: Office) -> None:
    async with office.consultation() as talk:
        name, content = new_id(), jpeg()
        pages = [talk.citizen_page.elsewhere(office.urls[turn % 2]) for turn in range(6)]
        answers = await asyncio.gather(*(put(page, talk.ticket, name, content) for page in pages))
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert len({answer.json()["seq"] for answer in answers}) == 1
        assert await rows(office) == (1, 1)
        await talk.officer.hears_entry("Foto resi")
        await talk.citizen.acked("PostMessage", text="sesudah")
        await talk.officer.hears_entry("sesudah")
        heard = [one for one in talk.officer.has_heard("EntryAdded") if one["entry"]["kind"] == "photo"]
        assert len(heard) == 1


async def test_photos_and_messages_at_once_keep_one_order(office: Office) -> None:
    async with office.consultation(officer_at=1) as talk:
        sent = [put(talk.citizen_page, talk.ticket, new_id(), jpeg(80, 60 + turn)) for turn in range(5)]
        spoken = [talk.officer.acked("PostMessage", text=f"{turn}") for turn in range(5)]
        answers = await asyncio.gather(*sent, *spoken)
        seqs = [one.json()["seq"] if turn < 5 else one["seq"] for turn, one in enumerate(answers)]
        assert sorted(seqs) == list(range(min(seqs), min(seqs) + 10))


async def test_strangers_find_nothing(office: Office) -> None:
    async with office.consultation() as talk:
        name = new_id()
        assert (await put(talk.citizen_page, talk.ticket, name, jpeg())).status_code == 201
        other = await office.citizen(name="Orang Lain")
        colleague = await office.officer("colleague")
        nobody = Page(office.urls[0], "x", {})
        borrowed = {f"t_{talk.ticket}": other.cookies.get(f"t_{other.ticket}", "")}
        thief = Page(office.urls[0], other.csrf, borrowed)
        for page in (other, colleague, nobody, thief):
            for small in (False, True):
                answer = await get(page, talk.ticket, name, small)
                assert answer.status_code == 404, page
                assert answer.text == (await get(page, talk.ticket, new_id(), small)).text
            assert (await put(page, talk.ticket, new_id(), jpeg())).status_code == 404, page
        # Nor under another consultation's name, nor names that are none.
        assert (await get(other, other.ticket or "", name)).status_code == 404
        for strange in ("x", name.upper(), name + "0", "%2e%2e", name[:-1] + "'"):
            assert (await get(talk.citizen_page, talk.ticket, strange)).status_code == 404
        assert await rows(office) == (1, 1)


async def test_a_photo_comes_from_our_own_page_with_its_token(office: Office) -> None:
    async with office.consultation() as talk:
        page, content = talk.citizen_page, jpeg()
        for headers in (
            {"X-Consult-CSRF": None},
            {"X-Consult-CSRF": page.csrf[:-1]},
            {"X-Consult-CSRF": talk.officer_page.csrf},
            {"Origin": None},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            answer = await put(page, talk.ticket, new_id(), content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), headers
        assert await rows(office) == (0, 0)


async def test_what_is_no_photo_leaves_nothing(office: Office) -> None:
    async with office.consultation() as talk:
        for reason, content in (
            ("kind", HOSTILE["html"]),
            ("kind", HOSTILE["svg"]),
            ("kind", HOSTILE["gif"]),
            ("broken", jpeg()[:3_000]),
            ("pixels", png_head(65_000, 65_000)),
            ("heic", b"\x00\x00\x00\x18ftypheic" + bytes(40)),
        ):
            answer = await put(talk.citizen_page, talk.ticket, new_id(), content)
            assert answer.status_code == 422
            assert (answer.json()["code"], answer.json()["values"]["reason"]) == ("bad_photo", reason)
        for caption, status in (("%ff", 400), ("x" * 301, 413)):
            assert (
                await put(talk.citizen_page, talk.ticket, new_id(), jpeg(), caption)
            ).status_code == status
        assert await rows(office) == (0, 0)


async def test_what_is_too_large_is_refused_before_it_is_read(office: Office) -> None:
    async with office.consultation() as talk:
        most = office.apps[0].settings.photo_bytes
        answer = await put(talk.citizen_page, talk.ticket, new_id(), jpeg() + bytes(most))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while read < 20 * most:
                read += 65_536
                yield bytes(65_536)

        try:
            answer = await put(talk.citizen_page, talk.ticket, new_id(), endless())
            assert answer.status_code == 413
        except Exception as broken:  # the server hangs up while the rest is still being sent
            assert "rror" in type(broken).__name__
        assert read < 3 * most
        # No other address takes so much.
        path = f"{talk.ticket}/photos/../open"
        assert (await put(talk.citizen_page, path, new_id(), bytes(70_000))).status_code in {404, 413}
        assert await rows(office) == (0, 0)


async def test_before_and_after_being_served_no_photo_is_taken(office: Office) -> None:
    waiting = await take_number(office.urls[0], office.service)
    answer = await put(waiting, waiting.ticket or "", new_id(), jpeg())
    assert (answer.status_code, answer.json()["code"]) == (409, "stage_forbids")


async def test_photos_are_limited_by_ticket(database_url: str, valkey: str) -> None:
    async with (
        open_office(database_url, valkey, photos_per_ticket=2) as office,
        office.consultation() as talk,
    ):
        for turn in range(2):
            assert (
                await put(talk.citizen_page, talk.ticket, new_id(), jpeg(60, 40 + turn))
            ).status_code == 201
        many = await put(talk.citizen_page, talk.ticket, new_id(), jpeg())
        assert many.json() == {"code": "bad_photo", "values": {"reason": "many", "most": 2}}


async def test_photos_are_limited_by_time(database_url: str, valkey: str) -> None:
    async with (
        open_office(database_url, valkey, photos_per_ticket_in_10_minutes=2) as office,
        office.consultation() as talk,
    ):
        name = new_id()
        told = [
            await put(talk.citizen_page, talk.ticket, name, content) for content in (b"x", jpeg(), jpeg())
        ]
        assert [answer.status_code for answer in told] == [422, 201, 429]
        assert told[2].json()["code"] == "rate_limited" and int(told[2].headers["retry-after"]) > 0


async def test_a_photo_is_erased_in_time_and_the_chain_still_verifies(office: Office) -> None:
    app = office.apps[0]
    async with office.consultation() as talk:
        await put(talk.citizen_page, talk.ticket, new_id(), jpeg())
        await let_pass(app.database, days=29)
        assert await app.tray.erase_old() == 0
        await let_pass(app.database, days=2)
        assert await app.tray.erase_old() == 1
        assert await app.tray.erase_old() == 0
        kept = select(func.count()).where(photo.c.content.is_not(None) | photo.c.small.is_not(None))
        assert await app.database.read(lambda conn: conn.execute(kept).scalar_one()) == 0
        assert await app.database.read(lambda conn: verify(conn, f"ticket:{talk.ticket}"))
        kinds = select(event.c.kind).where(event.c.kind.like("photo%")).order_by(event.c.number)
        told = await app.database.read(lambda conn: list(conn.execute(kinds).scalars()))
        assert told == ["photo", "photo_erased"]


async def test_an_erased_photo_is_not_found(database_url: str, valkey: str) -> None:
    async with open_office(database_url, valkey, photo_days=0) as office, office.consultation() as talk:
        name = new_id()
        await put(talk.citizen_page, talk.ticket, name, jpeg())
        await let_pass(office.apps[0].database, seconds=2)
        assert await office.apps[0].tray.erase_old() == 1
        for small in (False, True):
            assert (await get(talk.citizen_page, talk.ticket, name, small)).status_code == 404
        # A repeat of what was erased does not bring it back.
        assert (await put(talk.citizen_page, talk.ticket, name, jpeg())).status_code == 200
        assert (await get(talk.citizen_page, talk.ticket, name)).status_code == 404
