"""Load meets capacity in one statement; who is silent, lost and found; who may be offered somebody."""

import asyncio

import pytest
from sqlalchemy import Connection, insert, update

from consult.duty import store
from consult.duty.rules import DutyState, DutyStep
from consult.duty.store import DutyRow
from consult.errors import NotFound, StageForbids
from consult.storage.database import Database
from consult.storage.tables import duty, person, person_service, service
from tests.support.databases import let_pass

CAPACITY = 3


@pytest.fixture
async def office(database: Database) -> Database:
    """Two officers, both for service `s`, neither on duty."""

    def order(conn: Connection) -> None:
        conn.execute(insert(service).values(id="s", letter="A", name_id="a", name_en="a"))
        for one in ("o", "p"):
            values = {"user_name": one, "name": one, "role": "officer", "password_hash": "-", "added_at": 0}
            conn.execute(insert(person).values(id=one, **values))
            conn.execute(insert(person_service).values(person_id=one, service_id="s"))
            store.enrol(conn, one, CAPACITY)

    await database.write(order)
    return database


async def take(office: Database, step: DutyStep, officer: str = "o") -> DutyRow:
    return await office.write(lambda conn: store.change(conn, officer, step, "test"))


async def row(office: Database, officer: str = "o") -> DutyRow:
    return await office.read(lambda conn: store.find(conn, officer))


async def test_units_are_granted_up_to_the_capacity_whoever_asks_at_once(office: Database) -> None:
    await take(office, DutyStep.BE_READY)
    asked = [office.write(lambda conn: store.grant_pick_up(conn, "o", 1)) for _ in range(8)]
    assert sum(await asyncio.gather(*asked)) == CAPACITY
    assert (await row(office)).load == CAPACITY
    after = await office.write(lambda conn: store.release(conn, "o", 2))
    assert (after.load, after.free_units) == (1, 2)


async def test_one_offer_at_a_time_and_none_beside_a_pick_up_of_the_rest(office: Database) -> None:
    await take(office, DutyStep.BE_READY)
    offers = [office.write(lambda conn, t=t: store.grant_offer(conn, "o", t, 1)) for t in ("t1", "t2")]
    assert sum(await asyncio.gather(*offers)) == 1
    assert not await office.write(lambda conn: store.grant_pick_up(conn, "o", 1)), "answer the offer first"
    held = (await row(office)).offered_ticket
    assert held is not None
    await office.write(lambda conn: store.offer_answered(conn, "o", "another"))
    assert (await row(office)).offered_ticket == held, "another ticket's answer settles nothing"
    await office.write(lambda conn: store.offer_answered(conn, "o", held))
    assert (await row(office)).offered_ticket is None


async def test_a_call_takes_what_is_free_and_nothing_of_somebody_disabled(office: Database) -> None:
    await take(office, DutyStep.BE_READY)
    assert await office.write(lambda conn: store.grant_up_to(conn, "o", 2)) == 2
    assert await office.write(lambda conn: store.grant_up_to(conn, "o", 2)) == 1
    assert await office.write(lambda conn: store.grant_up_to(conn, "o", 2)) == 0
    disabled = update(person).where(person.c.id == "p").values(disabled_at=1)
    await office.write(lambda conn: conn.execute(disabled))
    assert await office.write(lambda conn: store.grant_up_to(conn, "p", 2)) == 0
    assert (await row(office, "p")).load == 0


async def test_lowering_the_capacity_evicts_nobody_and_grants_nothing_more(office: Database) -> None:
    await take(office, DutyStep.BE_READY)
    await office.write(lambda conn: store.grant_up_to(conn, "o", 3))
    await office.write(lambda conn: conn.execute(update(duty).values(capacity=2)))
    assert (await row(office)).free_units == 0
    await office.write(lambda conn: store.release(conn, "o", 1))
    assert not await office.write(lambda conn: store.grant_pick_up(conn, "o", 1))


@pytest.mark.parametrize("before", [DutyStep.BE_READY, DutyStep.PAUSE])
async def test_who_is_lost_and_found_is_as_before(office: Database, before: DutyStep) -> None:
    stood = (await take(office, before)).state
    await let_pass(office, seconds=40)
    assert await office.read(lambda conn: store.silent(conn, 30)) == ["o"]
    seen_at = (await row(office)).seen_at
    await take(office, DutyStep.LOSE)
    assert (await row(office)).seen_at == seen_at, "being lost is no sign of life"
    assert await office.write(lambda conn: store.seen(conn, ["o", "p"])) == ["o"]
    found = await office.write(lambda conn: store.come_back(conn, "o", "test"))
    assert found is not None and found.state is stood
    assert await office.read(lambda conn: store.silent(conn, 30)) == []
    assert await office.write(lambda conn: store.come_back(conn, "o", "test")) is None


async def test_a_shift_ends_with_its_last_consultation_even_while_lost(office: Database) -> None:
    await take(office, DutyStep.BE_READY)
    await office.write(lambda conn: store.grant_pick_up(conn, "o", 1))
    assert (await take(office, DutyStep.FINISH)).state is DutyState.DRAINING
    await take(office, DutyStep.LOSE)
    await office.write(lambda conn: store.release(conn, "o", 1))
    found = await office.write(lambda conn: store.come_back(conn, "o", "test"))
    assert found is not None and found.state is DutyState.OFFLINE


async def test_a_shift_without_anybody_ends_at_once_and_otherwise_with_the_last(office: Database) -> None:
    await take(office, DutyStep.BE_READY)
    assert (await take(office, DutyStep.FINISH)).state is DutyState.OFFLINE
    await take(office, DutyStep.BE_READY)
    await office.write(lambda conn: store.grant_pick_up(conn, "o", 1))
    await take(office, DutyStep.FINISH)
    after = await office.write(lambda conn: store.release(conn, "o", 1))
    assert after.state is DutyState.OFFLINE


async def test_the_least_loaded_and_longest_idle_is_asked_first(office: Database) -> None:
    await take(office, DutyStep.BE_READY, "p")
    await let_pass(office, seconds=1)
    await take(office, DutyStep.BE_READY, "o")
    assert await _free(office) == ["p", "o"]
    await office.write(lambda conn: store.grant_pick_up(conn, "p", 1))
    assert await _free(office) == ["o", "p"]
    await office.write(lambda conn: store.grant_offer(conn, "o", "t", 1))
    assert await _free(office) == ["p"], "an open offer is answered first"
    await office.write(lambda conn: store.grant_pick_up(conn, "p", 2))
    assert await _free(office) == []


async def test_places_are_whole_people_for_each_officer_on_duty(office: Database) -> None:
    places = {units: 0 for units in (1, 2, 3, 4)}
    assert {units: await _places(office, units) for units in places} == places
    for one in ("o", "p"):
        await take(office, DutyStep.BE_READY, one)
    assert {units: await _places(office, units) for units in places} == {1: 6, 2: 2, 3: 2, 4: 0}
    assert await office.read(store.on_duty_counts) == {"s": 2}


async def test_every_change_raises_the_revision_and_a_forbidden_one_changes_nothing(office: Database) -> None:
    before = (await row(office)).revision
    after = (await take(office, DutyStep.BE_READY)).revision
    assert after > before
    with pytest.raises(StageForbids):
        await take(office, DutyStep.REQUEUED)
    assert (await row(office)).revision == after
    with pytest.raises(NotFound):
        await row(office, "nobody")


async def _free(office: Database) -> list[str]:
    return [officer.person_id for officer, _ in await office.read(store.free_officers)]


async def _places(office: Database, units: int) -> int:
    return await office.read(lambda conn: store.places(conn, "s", units))
