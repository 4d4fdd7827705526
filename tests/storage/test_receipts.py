"""Numbered orders: once, in order, and the first answer for a repeat. On both kinds of database."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, insert, select

from consult.errors import (
    BadRequest,
    Busy,
    Conflict,
    NotFound,
    OutOfOrder,
    Reproduced,
    StageForbids,
    TooLarge,
)
from consult.storage import moments, receipts
from consult.storage.database import Database
from consult.storage.forgetting import forget_answers
from consult.storage.receipts import Receipt
from consult.storage.tables import answer, closure, stream
from tests.support.databases import let_pass, opened

MINE = "ticket:mine"


@dataclass
class Posted:
    seq: int


def numbered(cseq: int, stream_id: str = "tab", owner: str = MINE, content: bytes = b"") -> Receipt:
    return Receipt(stream_id, owner, cseq, content.ljust(16))


def put(day: str, seq: int = 1) -> Callable[[Connection], Posted]:
    def order(conn: Connection) -> Posted:
        conn.execute(insert(closure).values(day=day, reason_id="Libur", reason_en="Holiday"))
        return Posted(seq)

    return order


def refuse(error: Exception) -> Callable[[Connection], None]:
    def order(conn: Connection) -> None:
        put("2026-12-31")(conn)
        raise error

    return order


def days(conn: Connection) -> list[str]:
    return list(conn.execute(select(closure.c.day).order_by(closure.c.day)).scalars())


async def last(database: Database, stream_id: str = "tab", owner: str = MINE) -> int:
    return await database.read(lambda conn: receipts.last_cseq(conn, stream_id, owner))


async def test_a_repeat_is_not_carried_out_and_gets_the_first_answer(database: Database) -> None:
    await database.write(put("2026-01-01", seq=7), numbered(1))
    at = await database.read(lambda conn: conn.scalar(select(answer.c.at)))
    await let_pass(database, minutes=5)

    with pytest.raises(Reproduced) as repeated:
        await database.write(put("2026-01-02", seq=8), numbered(1))

    assert (repeated.value.seq, repeated.value.refusal) == (7, None)
    assert repeated.value.at_ms == moments.to_ms(at)
    assert await database.read(days) == ["2026-01-01"]


async def test_an_order_without_seq_is_reproduced_without_seq(database: Database) -> None:
    await database.write(days, numbered(1))
    with pytest.raises(Reproduced) as repeated:
        await database.write(days, numbered(1))
    assert repeated.value.seq is None


async def test_a_number_used_for_another_order_is_a_conflict(database: Database) -> None:
    await database.write(put("2026-01-01"), numbered(1, content=b"one"))
    with pytest.raises(Conflict):
        await database.write(put("2026-01-02"), numbered(1, content=b"other"))
    assert await last(database) == 1
    assert await database.read(days) == ["2026-01-01"]


async def test_a_number_before_its_turn_waits_for_the_missing_one(database: Database) -> None:
    with pytest.raises(OutOfOrder):
        await database.write(put("2026-01-02"), numbered(2))
    assert await last(database) == 0
    await database.write(put("2026-01-01"), numbered(1))
    with pytest.raises(OutOfOrder):
        await database.write(put("2026-01-03"), numbered(3))
    await database.write(put("2026-01-02"), numbered(2))
    assert await database.read(days) == ["2026-01-01", "2026-01-02"]


async def test_a_final_refusal_uses_up_its_number_and_is_the_answer_to_repeats(database: Database) -> None:
    with pytest.raises(StageForbids):
        await database.write(refuse(StageForbids(stage="ended", step=3)), numbered(1))
    with pytest.raises(Reproduced) as repeated:
        await database.write(put("2026-01-01"), numbered(1))

    assert isinstance(repeated.value.refusal, StageForbids)
    assert repeated.value.refusal.values == {"stage": "ended", "step": 3}
    assert repeated.value.seq is None
    assert await database.read(days) == []
    await database.write(put("2026-01-02"), numbered(2))
    assert await last(database) == 2


@pytest.mark.parametrize(
    "error", [Busy(retry_ms=5), OutOfOrder(), ZeroDivisionError()], ids=lambda e: type(e).__name__
)
async def test_what_is_not_final_uses_up_no_number(database: Database, error: Exception) -> None:
    with pytest.raises(type(error)):
        await database.write(refuse(error), numbered(1))
    assert await last(database) == 0
    assert await database.read(days) == []
    await database.write(put("2026-01-01"), numbered(1))
    with pytest.raises(type(error)):
        await database.write(refuse(error), numbered(2))
    assert await last(database) == 1


async def test_somebody_elses_stream_is_not_found_and_stays_as_it_was(database: Database) -> None:
    await database.write(put("2026-01-01"), numbered(1))
    for cseq in (1, 2, 3):
        with pytest.raises(NotFound):
            await database.write(put("2026-01-02"), numbered(cseq, owner="ticket:other"))
    with pytest.raises(NotFound):
        await last(database, owner="ticket:other")
    assert await last(database) == 1
    assert await database.read(days) == ["2026-01-01"]


async def test_streams_are_counted_apart(database: Database) -> None:
    await database.write(put("2026-01-01"), numbered(1, "tab one"))
    await database.write(put("2026-01-02"), numbered(1, "tab two"))
    await database.write(put("2026-01-03"), numbered(2, "tab two"))
    assert [await last(database, name) for name in ("tab one", "tab two", "unknown")] == [1, 2, 0]


@pytest.mark.parametrize("cseq", [0, -1])
async def test_numbers_begin_at_one(database: Database, cseq: int) -> None:
    with pytest.raises(BadRequest):
        await database.write(put("2026-01-01"), numbered(cseq))
    assert await last(database) == 0


async def test_of_many_copies_sent_at_once_through_two_processes_one_is_carried_out(
    database_url: str,
) -> None:
    async with opened(database_url) as here, opened(database_url) as there:
        for cseq in (1, 2):
            copies = [
                place.write(put(f"2026-01-0{cseq}", seq=cseq), numbered(cseq)) for place in (here, there) * 15
            ]
            outcomes = await asyncio.gather(*copies, return_exceptions=True)
            carried_out = [outcome for outcome in outcomes if isinstance(outcome, Posted)]
            repeats = [outcome for outcome in outcomes if isinstance(outcome, Reproduced)]
            assert (len(carried_out), len(repeats)) == (1, 29)
            assert {repeat.seq for repeat in repeats} == {cseq}
        assert await here.read(days) == ["2026-01-01", "2026-01-02"]


async def test_orders_of_a_stream_sent_without_waiting_keep_their_sequence(database: Database) -> None:
    def streams(count: int) -> list[str]:
        return [f"tab {number}" for number in range(count)]

    results = await asyncio.gather(
        *(
            database.write(lambda conn, cseq=cseq: Posted(cseq), numbered(cseq, name))
            for cseq in range(1, 31)
            for name in streams(8)
        )
    )
    assert len(results) == 240
    assert [await last(database, name) for name in streams(8)] == [30] * 8


async def test_a_refusal_among_orders_sent_together_leaves_the_others_alone(database: Database) -> None:
    outcomes = await asyncio.gather(
        database.write(put("2026-01-01"), numbered(1)),
        database.write(refuse(TooLarge(limit=4000)), numbered(2)),
        database.write(put("2026-01-03"), numbered(3)),
        database.write(put("2026-01-04"), numbered(1, "other tab")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], TooLarge)
    assert await last(database) == 3
    assert await database.read(days) == ["2026-01-01", "2026-01-03", "2026-01-04"]


async def test_pruning_forgets_silent_streams_and_old_answers_but_no_count(database: Database) -> None:
    await database.write(put("2026-01-01"), numbered(1, "silent"))
    await database.write(put("2026-01-02"), numbered(1, "busy"))
    await database.write(put("2026-01-03"), numbered(2, "busy"))
    await let_pass(database, days=2)
    await database.write(put("2026-01-04"), numbered(3, "busy"))

    # One at a time, so that it has to look more than once.
    assert await forget_answers(database, timedelta(days=1), at_once=1) == 3
    assert await database.read(lambda conn: conn.scalar(select(func.count()).select_from(answer))) == 1
    assert await database.read(lambda conn: list(conn.execute(select(stream.c.id)).scalars())) == ["busy"]
    assert await last(database, "busy") == 3
    with pytest.raises(Reproduced):
        await database.write(put("2026-01-04"), numbered(3, "busy"))
    with pytest.raises(Conflict):
        await database.write(put("2026-01-03"), numbered(2, "busy"))
    assert await forget_answers(database, timedelta(days=1)) == 0
