"""The server records: one browser sends the call to it, the file plays, and it ends at once or honestly."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from consult.recordings.letters import recorder_path
from tests.running.program import Program, consult
from tests.stories.people import Person, Town
from tests.stories.test_recording import (
    PICTURES,
    asks,
    decoded,
    files,
    has_pictures,
    in_call,
    is_marked,
    is_not_marked,
    last,
    presses,
    seen_and_heard,
    slices_of,
    so_far,
)
from tests.stories.test_third_chair import INTERPRETER, LET_IN, comes, invitation, sees
from tests.stories.test_third_chair import presses as taps
from tests.support.house import House
from tests.support.waiting import until

LOST = "Rekaman berhenti karena perekam di kantor terputus"


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_RECORDING": "server"}


@pytest.fixture
async def recorder(house: House) -> AsyncIterator[Program]:
    program = house.records()
    await until(recorder_path(house.data_dir).exists, 60)
    yield program
    program.process.terminate()
    await asyncio.to_thread(program.process.wait)


async def begins(citizen: Person, officer: Person) -> None:
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await is_marked(citizen, officer)


async def whole(house: House) -> bytes:
    """The newest recording's file, after its chain was checked."""
    row = last(house)
    checked = await asyncio.to_thread(consult, house.data_dir, "check-recording", str(row["id"]))
    assert (checked.returncode, "is whole" in checked.stdout) == (0, True), checked
    return so_far(house)


async def test_two_and_then_three_say_yes_and_the_file_plays_until_one_withdraws(
    town: Town, house: House, recorder: Program
) -> None:
    citizen, officer = await in_call(town, "Ibu Peladen")
    before = files(house)
    await begins(citizen, officer)
    await until(lambda: slices_of(house) >= 2, 60)
    # The page comes back and goes on in the same file.
    await officer.page.reload()
    await officer.sees_moving_pictures()
    had = slices_of(house)
    await until(lambda: slices_of(house) >= had + 2, 60)
    await has_pictures(house, PICTURES)
    await is_marked(citizen, officer)
    await presses(citizen, "Cabut izin")
    await is_not_marked(citizen, officer)
    row, kept = last(house), files(house)
    assert (row["stage"], row["reason"], row["finished_at"] is not None) == ("stopped", "withdrawn", True)
    guest = await comes(town, await invitation(officer, INTERPRETER), "Made Isyarat")
    assert (last(house), files(house)) == (row, kept)
    assert len(kept) - len(before) == row["slices"]
    pictures, sounds, different = decoded(await whole(house))
    assert pictures > PICTURES and sounds > 300 and different > 20
    # In the same call, with a third person.
    await _all_three(citizen, officer, guest, house)
    row, kept = last(house), files(house)
    await citizen.button("hang_up").click()
    await expect(officer.button("hang_up")).to_have_count(0)
    assert (last(house), files(house)) == (row, kept)


async def _all_three(citizen: Person, officer: Person, guest: Person, house: House) -> None:
    """A third person says yes too; picture and voice of all are in the file until that person withdraws."""
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
    assert (last(house)["stage"], slices_of(house)) == ("asked", 0)
    await presses(guest, "Setuju direkam")
    await is_marked(citizen, officer)
    await until(lambda: slices_of(house) >= 1, 60)
    await presses(guest, "Cabut izin")
    await is_not_marked(citizen, officer)
    assert (last(house)["reason"], last(house)["ended_by"]) == ("withdrawn", "guest")
    thirds, loudest = seen_and_heard(await whole(house))
    assert min(thirds) > 5 and loudest > 0.01, (thirds, loudest)


async def test_a_recorder_that_is_killed_is_told_and_what_was_kept_plays(
    town: Town, house: House, recorder: Program
) -> None:
    citizen, officer = await in_call(town, "Ibu Terputus")
    await begins(citizen, officer)
    await until(lambda: slices_of(house) >= 2, 60)
    await has_pictures(house, 30)
    recorder.process.kill()
    recorder_path(house.data_dir).unlink()
    await is_not_marked(citizen, officer)
    await expect(officer.log.get_by_text(LOST)).to_be_visible()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    assert last(house)["reason"] == "server_lost"
    pictures, sounds, _ = decoded(await whole(house))
    assert pictures > 30 and sounds > 100
    # Asked again while there is no recorder, that is said as well; with one again, it is recorded.
    first = last(house)["id"]
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await until(lambda: last(house)["id"] != first and last(house)["reason"] == "server_lost", 30)
    await is_not_marked(citizen, officer)
    house.records()
    await until(recorder_path(house.data_dir).exists, 60)
    await asks(officer)
    await presses(citizen, "Setuju direkam")
    await is_marked(citizen, officer)
    await until(lambda: slices_of(house) >= 1, 60)
    await presses(officer, "Hentikan rekaman")
    await is_not_marked(citizen, officer)
    await until(lambda: last(house)["finished_at"], 30)
    assert last(house)["reason"] == "stopped"
    await citizen.button("hang_up").click()
    await expect(citizen.log.get_by_text(LOST)).to_have_count(2)
