"""Slices over HTTP: in order, once, unchanged, from the officer's page alone; and who may play them."""

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from consult.errors import Busy, NotFound, OutOfOrder
from consult.people import Caller, Role
from consult.recordings.chain import links_of
from consult.recordings.slices import Slice, Slices
from consult.storage.database import Database
from tests.recordings.conftest import Recorded
from tests.support.client import Page, sign_out
from tests.support.databases import let_pass

CONTENTS = [b"satu" * 100, b"dua", b"", b"tiga"]


@asynccontextmanager
async def asking(page: Page) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=page.url, cookies=page.cookies, trust_env=False, verify=False
    ) as http:
        yield http


async def test_slices_are_kept_chained_and_readable_by_this_user_alone(talk: Recorded) -> None:
    recording = await talk.begin()
    before = talk.files()
    await let_pass(talk.office.apps[0].database, seconds=8)
    for number in range(4):
        answer = await talk.brings(recording, number, CONTENTS)
        assert (answer.status_code, answer.json()) == (200, {"next": number + 1})
    kept = talk.files() - before
    assert {hashlib.sha256(path.read_bytes()).digest() for path in kept} == {
        hashlib.sha256(content).digest() for content in CONTENTS
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert all(recording not in path.name and talk.ticket not in path.name for path in kept)
    row = talk.row(recording)
    assert (row["slices"], row["size_bytes"]) == (4, sum(map(len, CONTENTS)))
    await talk.officer.acked("StopRecording", recording=recording)
    await talk.time_passes(901)
    (event,) = talk.rows(
        "SELECT content FROM event WHERE subject = ? AND CAST(content AS TEXT) LIKE '%finished%'",
        f"ticket:{talk.ticket}",
    )
    assert row["head"].hex().encode() in event["content"]


class LosesAnswers(Database):
    """What it is told to write is written, and nobody hears so."""

    async def write(self, *order: Any, **how: Any) -> Any:
        await super().write(*order, **how)
        raise Busy(retry_ms=1)


async def test_a_slice_whose_answer_was_lost_is_there_all_the_same(talk: Recorded) -> None:
    recording, app = await talk.begin(), talk.office.apps[0]
    database = LosesAnswers(f"sqlite:///{talk.database}")
    await database.start()
    with pytest.raises(Busy):
        await Slices(database, app.settings).keep(*_first(talk, recording))
    await database.close()
    assert (await talk.brings(recording, 0, CONTENTS)).json() == {"next": 1}
    assert await app.slices.verify(recording) is None


class WritesNothing(Database):
    """As with a full disk: it reads, and that is all."""

    async def write(self, *order: Any, **how: Any) -> Any:
        raise Busy(retry_ms=1)


async def test_what_cannot_be_written_down_is_one_file_however_often_it_comes(talk: Recorded) -> None:
    recording, app, before = await talk.begin(), talk.office.apps[0], talk.files()
    database = WritesNothing(f"sqlite:///{talk.database}")
    await database.start()
    given, slices = _first(talk, recording), Slices(database, app.settings)
    for _ in range(3):
        with pytest.raises(Busy):
            await slices.keep(*given)
    await database.close()
    assert len(talk.files() - before) == 1
    assert await app.slices.keep(*given) == 1
    assert len(talk.files() - before) == 1
    assert await app.slices.verify(recording) is None


async def test_a_slice_that_comes_twice_at_once_is_kept_once_and_stays(talk: Recorded) -> None:
    recording = await talk.begin()
    given = _first(talk, recording)
    both = [app.slices.keep(*given) for app in talk.office.apps[:2]]
    first, second = await asyncio.gather(*both, return_exceptions=True)
    assert 1 in (first, second)
    assert all(one == 1 or isinstance(one, OutOfOrder) for one in (first, second))
    assert await talk.office.apps[0].slices.verify(recording) is None


def _first(talk: Recorded, recording: str) -> tuple[Caller, Slice]:
    officer = Caller(Role.OFFICER, talk.row(recording)["officer_id"], "Petugas")
    return officer, Slice(recording, 0, links_of(recording, CONTENTS)[0], CONTENTS[0])


async def test_a_repeat_changes_nothing_and_another_at_its_place_is_refused(talk: Recorded) -> None:
    recording = await talk.begin()
    for _ in range(2):
        assert (await talk.brings(recording, 0, CONTENTS)).json() == {"next": 1}
    files = talk.files()
    other = await talk.brings(recording, 0, [b"lain"])
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    # A repeat is answered also when nothing more would be taken.
    await talk.citizen.acked("WithdrawRecording", recording=recording)
    assert (await talk.brings(recording, 0, CONTENTS)).json() == {"next": 1}
    assert talk.files() == files


async def test_out_of_order_tampered_and_misplaced_slices_leave_nothing(talk: Recorded) -> None:
    recording, files = await talk.begin(), talk.files()
    early = await talk.brings(recording, 1, CONTENTS)
    assert (early.status_code, early.json()) == (409, {"code": "out_of_order", "values": {"next": 0}})
    tampered = await talk.brings(recording, 0, [b"xatu" * 100], link=_link(recording, CONTENTS, 0))
    assert (tampered.status_code, tampered.json()["values"]) == (400, {"reason": "chain"})
    foreign = await talk.brings(recording, 0, CONTENTS, link=_link("another", CONTENTS, 0))
    assert foreign.status_code == 400
    for link in ("", "00", "g" * 64, "0" * 65):
        wrong = await talk.brings(recording, 0, CONTENTS, **{"X-Consult-Link": link})
        assert wrong.status_code == 400, link
    far = await talk.brings(recording, 3, CONTENTS)
    assert far.json()["code"] == "stage_forbids", "more than fit into the time"
    assert talk.files() == files
    assert talk.row(recording)["slices"] == 0


async def test_only_the_officer_who_records_brings_slices(talk: Recorded) -> None:
    recording = await talk.begin()
    other = await talk.office.officer(f"lain{talk.ticket[:8]}", at=0)
    supervisor = await talk.office.staff(f"awas{talk.ticket[:8]}", Role.SUPERVISOR, at=0)
    for page, status in ((other, 404), (supervisor, 404), (talk.citizen_page, 303)):
        assert (await talk.brings(recording, 0, CONTENTS, page=page)).status_code == status
    unknown = await talk.brings("tidakada", 0, CONTENTS)
    foreign = await talk.brings(recording, 0, CONTENTS, page=other)
    assert (unknown.status_code, unknown.json()) == (foreign.status_code, foreign.json())
    wrong: list[dict[str, str]] = [
        {"X-Consult-CSRF": ""},
        {"X-Consult-CSRF": other.csrf},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ]
    for headers in wrong:
        assert (await talk.brings(recording, 0, CONTENTS, **headers)).status_code == 403, headers
    await sign_out(talk.officer_page)
    assert (await talk.brings(recording, 0, CONTENTS)).status_code == 303
    assert talk.row(recording)["slices"] == 0


async def test_a_slice_is_bounded_and_so_is_how_fast_they_come(talk: Recorded) -> None:
    recording = await talk.begin()
    settings = talk.office.apps[1].settings
    assert (await talk.brings(recording, 0, [b"x" * settings.recording_slice_bytes])).status_code == 200
    assert (
        await talk.brings(recording, 1, [b"", b"x" * (settings.recording_slice_bytes + 1)])
    ).status_code == 413
    most = settings.recording_slices_in_10_seconds
    asked = [talk.brings(recording, 9, CONTENTS + [b""] * 6) for _ in range(most + 1)]
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {409, 429}


async def test_a_supervisor_plays_it_as_one_file_and_that_is_written_down(talk: Recorded) -> None:
    recording = await talk.begin()
    for number in range(3):
        await talk.brings(recording, number, CONTENTS)
    supervisor = await talk.office.staff(f"awas{talk.ticket[:8]}", Role.SUPERVISOR, at=0)
    reads = "SELECT actor FROM event WHERE subject = ? AND kind = 'recording_read'"
    for page in (talk.officer_page, talk.citizen_page):
        async with asking(page) as http:
            assert (await http.get(f"/recordings/{recording}")).status_code in {303, 404}
            assert (await http.get("/recordings")).status_code in {303, 404}
    assert talk.rows(reads, f"ticket:{talk.ticket}") == []
    async with asking(supervisor) as http:
        listed = await http.get("/recordings")
        assert f'href="/recordings/{recording}"' in listed.text
        played = await http.get(f"/recordings/{recording}")
        assert (await http.get("/recordings/tidakada")).status_code == 404
    assert played.content == b"".join(CONTENTS[:3])
    assert played.headers["content-type"] == "video/webm"
    assert played.headers["content-disposition"].startswith("attachment")
    assert len(talk.rows(reads, f"ticket:{talk.ticket}")) == 1


async def test_a_changed_missing_or_cut_off_slice_is_found(talk: Recorded) -> None:
    recording = await talk.begin()
    before, slices = talk.files(), talk.office.apps[0].slices
    for number in range(3):
        await talk.brings(recording, number, CONTENTS)
    assert await slices.verify(recording) is None
    (first,) = [path for path in talk.files() - before if path.read_bytes() == CONTENTS[0]]
    first.write_bytes(b"lain")
    assert await slices.verify(recording) == "slice 0 is not as it was recorded"
    first.unlink()
    assert "cannot be read" in str(await slices.verify(recording))
    first.write_bytes(CONTENTS[0])
    assert await slices.verify(recording) is None
    with pytest.raises(NotFound):
        await slices.verify("tidakada")


async def test_a_recording_is_deleted_when_its_time_is_over_and_what_it_was_stays_known(
    talk: Recorded,
) -> None:
    recording, before = await talk.begin(), talk.files()
    await talk.brings(recording, 0, CONTENTS)
    await talk.officer.acked("StopRecording", recording=recording)
    await talk.brings(recording, 1, CONTENTS, last=True)
    days = talk.office.apps[0].settings.recording_keep_days
    app = talk.office.apps[0]
    await let_pass(app.database, seconds=days * 86_400 - 60)
    await app.slices.remove_old()
    assert len(talk.files() - before) == 2
    await let_pass(app.database, seconds=61)
    assert await app.slices.remove_old() >= 1
    assert talk.files() - before == set()
    assert talk.rows("SELECT * FROM recording_slice WHERE recording_id = ?", recording) == []
    assert "deleted" in str(await app.slices.verify(recording))
    assert talk.row(recording)["slices"] == 2
    await let_pass(app.database, seconds=-days * 86_400)


def _link(recording: str, contents: list[bytes], number: int) -> str:
    return links_of(recording, contents)[number].hex()
