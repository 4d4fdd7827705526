import asyncio
import logging
from pathlib import Path

import pytest

from consult.errors import Busy
from consult.live import keys, line_index
from consult.live.line_index import LineIndex
from consult.live.presence import Presence
from consult.live.redis import Live
from consult.live.server import EmbeddedValkey
from tests.support.valkey import connected
from tests.support.waiting import until

SERVICE = "izin-usaha"
LATELY = 25.0
RETURNED = -(10**13)
NOW = 1_800_000_000_000


@pytest.fixture
def index(live: Live) -> LineIndex:
    """An index that need not gather first who is here."""
    return LineIndex(live, gathering_seconds=0)


@pytest.fixture
def presence(live: Live) -> Presence:
    return Presence(live, LATELY)


async def waiting(index: LineIndex, *tickets: str, units: int = 1) -> None:
    for place, ticket in enumerate(tickets):
        await index.put(SERVICE, ticket, NOW + place, units)


async def test_the_order_is_by_place_and_returned_people_stand_first(index: LineIndex) -> None:
    await index.put(SERVICE, "second", NOW + 2, 1)
    await index.put(SERVICE, "first", NOW + 1, 1)
    await index.put(SERVICE, "returned", NOW + 3 + RETURNED, 1)
    await index.put("reklame", "elsewhere", NOW, 1)
    assert await index.order(SERVICE) == ["returned", "first", "second"]


async def test_places_a_millisecond_apart_stay_apart_for_returned_people(index: LineIndex) -> None:
    """Scores are doubles: what is subtracted must leave room for milliseconds."""
    tickets = [f"t{number:02}" for number in range(20)]
    for place, ticket in reversed(list(enumerate(tickets))):
        await index.put(SERVICE, ticket, NOW + place + RETURNED, 1)
    assert await index.order(SERVICE) == tickets


async def test_to_put_again_moves_and_to_drop_twice_is_no_harm(index: LineIndex) -> None:
    await waiting(index, "ani", "budi")
    await index.put(SERVICE, "budi", NOW - 1, 1)
    assert await index.order(SERVICE) == ["budi", "ani"]
    await index.drop(SERVICE, "ani")
    await index.drop(SERVICE, "ani")
    assert await index.order(SERVICE) == ["budi"]


async def test_the_first_who_fits_and_is_present_is_proposed_and_stays(
    index: LineIndex, presence: Presence
) -> None:
    await index.put(SERVICE, "wants-video", NOW, 3)
    await waiting(index, "away", "ani", "budi")
    await presence.seen("wants-video", "ani", "budi")
    assert await index.propose(SERVICE, 1, LATELY) == "ani"
    assert await index.propose(SERVICE, 3, LATELY) == "wants-video"
    assert await index.propose(SERVICE, 1, LATELY, {"ani"}) == "budi"
    assert await index.propose(SERVICE, 1, LATELY, {"ani", "budi"}) is None
    assert await index.propose(SERVICE, 0, LATELY) is None
    assert await index.propose("reklame", 3, LATELY) is None
    assert len(await index.order(SERVICE)) == 4


async def test_nobody_is_proposed_whose_page_is_silent(index: LineIndex, presence: Presence) -> None:
    await waiting(index, "ani")
    assert await index.propose(SERVICE, 3, LATELY) is None
    await presence.seen("ani")
    assert await index.propose(SERVICE, 3, LATELY) == "ani"
    await presence.gone("ani")
    assert await index.propose(SERVICE, 3, LATELY) is None


@pytest.mark.parametrize("before", [0, 7, 8, 71, 72, 73, 500, 501])
async def test_someone_far_back_is_found_over_many_looks(
    index: LineIndex, presence: Presence, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(line_index, "LOOKED_AT_ONCE", 100)
    rows = [(f"away-{number:03}", float(NOW + number), 1) for number in range(before)]
    await index.replace_all({SERVICE: [*rows, ("present", NOW + 999.0, 1)]})
    await presence.seen("present")
    assert await index.propose(SERVICE, 1, LATELY) == "present"


async def test_a_new_index_must_be_rebuilt_and_then_has_a_name(index: LineIndex) -> None:
    assert await index.generation() is None
    assert await index.replace_all({})
    first = await index.generation()
    assert first is not None
    assert await index.replace_all({})
    assert await index.generation() not in {None, first}


async def test_to_replace_all_leaves_nothing_of_before(index: LineIndex, live: Live) -> None:
    await waiting(index, "ani", "budi")
    await index.put("reklame", "citra", NOW, 3)
    assert await index.replace_all({SERVICE: [("dewi", NOW - 5.0, 2), ("budi", NOW + 5.0, 1)], "baru": []})
    assert await index.order(SERVICE) == ["dewi", "budi"]
    assert await index.order("reklame") == []
    assert await live.commands.hgetall(keys.units(SERVICE)) == {b"dewi": b"2", b"budi": b"1"}
    assert not await live.commands.exists(keys.units("reklame"))
    assert await live.commands.smembers(keys.SERVICES) == {SERVICE.encode()}


@pytest.mark.parametrize("change", ["put", "drop"])
async def test_rows_read_before_a_change_do_not_undo_it(index: LineIndex, change: str) -> None:
    await waiting(index, "ani")
    read = await index.changes()
    if change == "put":
        await index.put(SERVICE, "budi", NOW + 1, 1)
    else:
        await index.drop(SERVICE, "ani")
    before = await index.order(SERVICE)
    assert not await index.replace_all({SERVICE: [("ani", float(NOW), 1)]}, unchanged_since=read)
    assert await index.order(SERVICE) == before
    assert await index.replace_all({SERVICE: [("ani", float(NOW), 1)]}, unchanged_since=await index.changes())


async def test_a_whole_line_is_replaced_in_one_step(index: LineIndex) -> None:
    """Whoever reads meanwhile sees the old line or the new one, never a part."""
    lines = [[(f"{name}{number}", float(number), 1) for number in range(1_500)] for name in "ab"]
    await index.replace_all({SERVICE: lines[0]})
    seen: list[set[str]] = []

    async def read() -> None:
        for _ in range(30):
            seen.append(set(await index.order(SERVICE)))

    async def write() -> None:
        for number in range(10):
            await index.replace_all({SERVICE: lines[(number + 1) % 2]})

    await asyncio.gather(read(), write())
    whole = [{ticket for ticket, _, _ in line} for line in lines]
    assert all(tickets in whole for tickets in seen)


async def test_nothing_is_proposed_while_it_is_gathered_who_is_here(live: Live, presence: Presence) -> None:
    """Else whoever happens to be heard of first after a flush would be offered first."""
    index = LineIndex(live, gathering_seconds=0.5)
    await waiting(index, "ani", "budi")
    with pytest.raises(Busy):
        await index.propose(SERVICE, 1, LATELY)
    await presence.seen("budi")
    with pytest.raises(Busy):
        await index.propose(SERVICE, 1, LATELY)
    await presence.seen("ani")

    async def proposed() -> str | None:
        try:
            return await index.propose(SERVICE, 1, LATELY)
        except Busy:
            return None

    assert await until(proposed) == "ani"


async def test_after_an_outage_it_is_rebuilt_and_gathered_anew_even_when_nothing_was_missed(
    own_server: EmbeddedValkey,
) -> None:
    """Another process may have committed what Redis never heard of."""
    async with connected(own_server.address) as live:
        index, presence = LineIndex(live), Presence(live, LATELY)
        await index.replace_all({SERVICE: [("ani", NOW, 1)]})
        await presence.seen("ani")
        begun = await live.commands.zscore(keys.PRESENCE, "*")
        live.outage.begin()
        await until(lambda: not live.outage.away)
        assert await index.generation() is None
        assert await live.commands.zscore(keys.PRESENCE, "*") < begun
        await index.replace_all({})
        assert await index.generation() is not None


async def test_a_change_that_redis_missed_makes_the_index_be_rebuilt(
    own_server: EmbeddedValkey, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(own_server.address) as live:
        index = LineIndex(live)
        await index.replace_all({})
        await asyncio.to_thread(own_server.stop)
        with caplog.at_level(logging.WARNING):
            await index.put(SERVICE, "ani", NOW, 1)
            await index.drop(SERVICE, "budi")
            with pytest.raises(Busy):
                await index.generation()
        assert caplog.text.count("missed a change") == 1
        own_server.start()
        await until(lambda: not live.outage.away)
        assert await index.generation() is None
        await index.replace_all({})
        assert await index.generation() is not None


async def test_what_needs_an_answer_is_busy_without_redis(tmp_path: Path) -> None:
    async with connected(f"unix://{tmp_path}/nothing.sock") as away:
        index = LineIndex(away)
        for asked in (
            index.order(SERVICE),
            index.propose(SERVICE, 3, LATELY),
            index.changes(),
            index.replace_all({}),
        ):
            with pytest.raises(Busy):
                await asked
