"""Recording a call between two browsers, each at its own server process: yes, no, and what is in the file."""

import asyncio
import hashlib
import io
import re
from array import array
from pathlib import Path
from statistics import pstdev

import av
import pytest
from playwright.async_api import expect

from tests.running.program import consult
from tests.stories.looks import looked_at
from tests.stories.people import Person, Town
from tests.stories.test_third_chair import INTERPRETER, LEAVE, LET_IN, comes, invitation, sees
from tests.stories.test_third_chair import presses as taps
from tests.support.house import House
from tests.support.kept import kept_here
from tests.support.looking import Finding
from tests.support.waiting import until

PICTURES = 60
MOST_SLICES = 15  # a minute of them


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_RECORDING": "browser"}


async def in_call(town: Town, name: str) -> tuple[Person, Person]:
    citizen, officer = await town.consultation(name)
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    return citizen, officer


async def presses(somebody: Person, words: str) -> None:
    await somebody.page.get_by_role("button", name=words, exact=True).click()


async def asks(officer: Person) -> None:
    await presses(officer, "Pengaturan panggilan")
    await presses(officer, "Minta izin merekam")


async def is_marked(*people: Person) -> None:
    for somebody in people:
        stage = somebody.page.get_by_role("region", name=re.compile("^Panggilan dengan"))
        await expect(stage.get_by_text("Sedang direkam")).to_be_visible()
        await expect(stage.get_by_role("button", name="Cabut izin")).to_be_visible()


async def is_not_marked(*people: Person) -> None:
    for somebody in people:
        stage = somebody.page.get_by_role("region", name=re.compile("^Panggilan dengan"))
        await expect(stage.get_by_text("Sedang direkam")).to_be_hidden()


def files(house: House) -> dict[str, bytes]:
    directory = Path(house.data_dir) / "recordings"
    return {path.name: path.read_bytes() for path in directory.iterdir()} if directory.is_dir() else {}


def last(house: House) -> dict[str, object]:
    """The newest recording's row."""
    (found,) = house.rows("SELECT * FROM recording ORDER BY asked_at DESC LIMIT 1")
    return found


def slices_of(house: House) -> int:
    return int(str(last(house)["slices"]))


def so_far(house: House) -> bytes:
    """What is kept of the newest recording."""
    named = house.rows(
        "SELECT file FROM recording_slice WHERE recording_id = ? ORDER BY number", last(house)["id"]
    )
    directory = Path(house.data_dir) / "recordings"
    return b"".join((directory / one["file"]).read_bytes() for one in named)


def decoded(content: bytes) -> tuple[int, int, int]:
    """Frames of picture and of sound, and how many different pictures there were."""
    with av.open(io.BytesIO(content)) as container:
        pictures, sounds, seen = 0, 0, set()
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                pictures += 1
                seen.add(hashlib.sha256(bytes(frame.planes[0])).digest())
            else:
                sounds += 1
    return pictures, sounds, len(seen)


async def has_pictures(house: House, more_than: int) -> None:
    """A busy machine sends few pictures a second: wait for as many slices as hold so many."""
    for _ in range(MOST_SLICES):
        if decoded(so_far(house))[0] > more_than:
            return
        had = slices_of(house)
        await until(lambda had=had: slices_of(house) > had, 60)  # type: ignore[misc]
    raise AssertionError(f"no more than {more_than} pictures in {slices_of(house)} slices")


async def test_one_refusal_and_nothing_is_recorded(town: Town, house: House) -> None:
    citizen, officer = await in_call(town, "Ibu Menolak")
    before = files(house)
    await asks(officer)
    await expect(officer.page.get_by_text("Menunggu Ibu Menolak menjawab soal rekaman.")).to_be_visible()
    question = citizen.page.get_by_role("group", name="Petugas 1 meminta izin merekam panggilan ini.")
    await expect(question.get_by_text("disimpan 30 hari")).to_be_visible()
    await presses(citizen, "Jangan rekam")
    await expect(question).to_be_hidden()
    await expect(officer.log.get_by_text("Ibu Menolak tidak mengizinkan rekaman.")).to_be_visible()
    await is_not_marked(citizen, officer)
    assert last(house)["stage"] == "declined"
    assert files(house) == before
    assert house.rows("SELECT * FROM recording_slice") == []
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)
    assert await _none_spooled(officer)


async def test_a_yes_records_both_and_a_withdrawal_stops_it_at_once(town: Town, house: House) -> None:
    citizen, officer = await in_call(town, "Ibu Setuju")
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await is_marked(citizen, officer)
    await until(lambda: slices_of(house) >= 2, 30)
    await has_pictures(house, 30)
    await presses(citizen, "Cabut izin")
    await is_not_marked(citizen, officer)
    row = last(house)
    assert (row["stage"], row["reason"]) == ("stopped", "withdrawn")
    assert row["finished_at"] is not None
    kept = files(house)
    # The page has thrown away what it held, and what it still sent was refused.
    await until(lambda: _none_spooled(officer), 20)
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)
    assert files(house) == kept
    after = last(house)
    assert (after["slices"], after["size_bytes"], after["head"]) == (
        row["slices"],
        row["size_bytes"],
        row["head"],
    )
    slices = house.rows("SELECT * FROM recording_slice ORDER BY number")
    assert max(one["at"] for one in slices) <= row["stopped_at"]
    content = b"".join(kept[one["file"]] for one in slices)
    pictures, sounds, different = decoded(content)
    assert pictures > 30 and sounds > 100 and different > 10
    for side in (citizen, officer):
        await expect(side.log.get_by_text("Rekaman dimulai. Semua peserta sudah setuju.")).to_be_visible()
    await expect(officer.log.get_by_text("Ibu Setuju mencabut izin direkam.")).to_be_visible()
    await expect(citizen.log.get_by_text("Anda mencabut izin direkam.")).to_be_visible()


def seen_and_heard(content: bytes) -> tuple[list[float], float]:
    """How much the light varies in each third of the last picture, and how loud the loudest moment was."""
    thirds, loudest = [0.0], 0.0
    with av.open(io.BytesIO(content)) as container:
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                assert (frame.width, frame.height) == (3 * 480, 360)
                light, width = bytes(frame.planes[0]), frame.planes[0].line_size
                rows = [light[start : start + 1440] for start in range(0, 360 * width, 20 * width)]
                thirds = [pstdev(b"".join(row[x : x + 480] for row in rows)) for x in (0, 480, 960)]
            elif isinstance(frame, av.AudioFrame):
                loudest = max(loudest, *array("f", bytes(frame.planes[0])))
    return thirds, loudest


async def test_a_guest_says_yes_and_its_picture_and_voice_are_in_the_file(town: Town, house: House) -> None:
    citizen, officer = await in_call(town, "Ibu Bertiga")
    guest = await comes(town, await invitation(officer, INTERPRETER), "Made Isyarat")
    for side in (citizen, officer):
        await taps(side, LET_IN)
    for person in (citizen, officer, guest):
        await sees(person, 2)
    # Whoever is heard from here on is the guest.
    for side in (citizen, officer):
        await presses(side, "Matikan mikrofon")
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await expect(officer.page.get_by_text("Menunggu Made Isyarat menjawab soal rekaman.")).to_be_visible()
    question = guest.page.get_by_role("group", name="Petugas 1 meminta izin merekam panggilan ini.")
    await expect(question.get_by_text("Gambar dan suara semua peserta disimpan 30 hari")).to_be_visible()
    assert last(house)["stage"] == "asked"
    await presses(guest, "Setuju direkam")
    await is_marked(citizen, officer)
    await expect(guest.page.get_by_text("Sedang direkam", exact=True).last).to_be_visible()
    await until(lambda: slices_of(house) >= 1, 40)
    # It goes, and what the others said holds.
    had = slices_of(house)
    await taps(guest, LEAVE)
    await until(lambda: slices_of(house) >= had + 1, 40)
    await is_marked(citizen, officer)
    await presses(officer, "Hentikan rekaman")
    await until(lambda: last(house)["finished_at"], 30)
    kept = house.rows(
        "SELECT * FROM recording_slice WHERE recording_id = ? ORDER BY number", last(house)["id"]
    )
    content = [files(house)[one["file"]] for one in kept]
    thirds, loudest = seen_and_heard(b"".join(content[:had]))
    assert min(thirds) > 5 and loudest > 0.01, (thirds, loudest)
    thirds, _ = seen_and_heard(b"".join(content))
    assert thirds[2] < 1 < min(thirds[:2]), "its place stays dark"
    await expect(officer.log.get_by_text("Made Isyarat (Juru bahasa isyarat) setuju direkam")).to_be_visible()
    await citizen.button("hang_up").click()


async def _none_spooled(officer: Person) -> bool:
    """The officer's browser keeps no slice that is not sent."""
    return await kept_here(officer.page, "consult.recordings", "slices") == 0


async def test_what_a_cut_line_held_up_arrives_and_a_supervisor_can_save_it(town: Town, house: House) -> None:
    # The officer stands behind the cable here.
    citizen, officer = await town.consultation("Ibu Kabel", at=1, officer_at=0)
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await is_marked(citizen, officer)
    await until(lambda: slices_of(house) >= 1, 30)
    house.cable.pull()
    await expect(officer.page.get_by_text(re.compile("bagian rekaman belum terkirim"))).to_be_visible(
        timeout=30_000
    )
    house.cable.plug_in()
    await until(lambda: slices_of(house) >= 4, 40)
    await has_pictures(house, PICTURES)
    await until(lambda: _none_spooled(officer), 40)
    await presses(officer, "Hentikan rekaman")
    await is_not_marked(citizen, officer)
    await until(lambda: last(house)["finished_at"], 30)
    row = last(house)
    assert (row["stage"], row["reason"]) == ("stopped", "stopped")
    supervisor = await town.staff("pengawas")
    findings: list[Finding] = []
    for supervisor.language in ("en", "id"):
        await supervisor.page.goto(f"{house.urls[1]}/recordings?lang={supervisor.language}")
        await looked_at(supervisor, "recordings", findings)
    assert not findings, "\n".join(map(str, findings))
    async with supervisor.page.expect_download() as saving:
        await supervisor.page.get_by_role("link", name=re.compile("^Simpan rekaman")).first.click()
    path = await (await saving.value).path()
    pictures, sounds, _ = decoded(await asyncio.to_thread(Path(path).read_bytes))
    assert pictures > PICTURES and sounds > 200
    assert house.rows("SELECT * FROM event WHERE kind = 'recording_read'")
    checked = await asyncio.to_thread(consult, house.data_dir, "check-recording", str(row["id"]))
    assert (checked.returncode, "is whole" in checked.stdout) == (0, True)
    (first,) = house.rows("SELECT file FROM recording_slice WHERE recording_id = ? AND number = 0", row["id"])
    await asyncio.to_thread((house.data_dir / "recordings" / first["file"]).write_bytes, b"other")
    checked = await asyncio.to_thread(consult, house.data_dir, "check-recording", str(row["id"]))
    assert (checked.returncode, "slice 0 is not as it was recorded" in checked.stdout) == (1, True)
    await citizen.button("hang_up").click()


async def test_a_reload_of_the_officers_page_ends_it_and_loses_nothing(town: Town, house: House) -> None:
    citizen, officer = await in_call(town, "Ibu Ulang")
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await is_marked(citizen, officer)
    await until(lambda: slices_of(house) >= 1, 30)
    await officer.page.reload()
    await is_not_marked(citizen, officer)
    assert last(house)["reason"] == "recorder_lost"
    await until(lambda: _none_spooled(officer), 20)
    await officer.sees_moving_pictures()
    # Asked again, it goes on in another file.
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await is_marked(citizen, officer)
    await until(lambda: slices_of(house) >= 1, 30)
    await officer.button("hang_up").click()
    await until(lambda: last(house)["finished_at"], 30)
    assert last(house)["reason"] == "call_ended"
