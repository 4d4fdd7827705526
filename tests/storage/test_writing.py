"""What `Database.write` and `Database.read` promise, on both kinds of database."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, RootTransaction, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

from consult.errors import Busy, SettingsWrong, StageForbids
from consult.storage.database import Database
from consult.storage.tables import closure
from tests.support.databases import opened


def put(day: str) -> Callable[[Connection], str]:
    def order(conn: Connection) -> str:
        conn.execute(insert(closure).values(day=day, reason_id="Libur", reason_en="Holiday"))
        return day

    return order


def days(conn: Connection) -> list[str]:
    return list(conn.execute(select(closure.c.day).order_by(closure.c.day)).scalars())


async def test_an_order_returns_its_result_once_others_can_see_what_it_wrote(database_url: str) -> None:
    async with opened(database_url) as here, opened(database_url) as elsewhere:
        assert await here.write(put("2026-12-25")) == "2026-12-25"
        assert await elsewhere.read(days) == ["2026-12-25"]


async def test_an_order_that_fails_leaves_nothing_and_its_neighbours_everything(database: Database) -> None:
    def fail(conn: Connection) -> None:
        put("2026-01-02")(conn)
        raise StageForbids(stage="ended")

    outcomes = await asyncio.gather(
        database.write(put("2026-01-01")),
        database.write(fail),
        database.write(put("2026-01-03")),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], StageForbids) and outcomes[1].values == {"stage": "ended"}
    assert await database.read(days) == ["2026-01-01", "2026-01-03"]


async def test_a_fault_of_the_database_belongs_to_the_order_that_made_it(database: Database) -> None:
    outcomes = await asyncio.gather(
        database.write(put("2026-01-01")),
        database.write(put("2026-01-01")),
        database.write(put("2026-01-02")),
        return_exceptions=True,
    )

    assert [isinstance(outcome, DBAPIError) for outcome in outcomes[:2]].count(True) == 1
    assert outcomes[2] == "2026-01-02"
    assert await database.read(days) == ["2026-01-01", "2026-01-02"]


async def test_an_order_that_ends_the_transaction_harms_only_itself(database: Database) -> None:
    def spoil(conn: Connection) -> None:
        put("2026-01-09")(conn)
        conn.exec_driver_sql("ROLLBACK")

    outcomes = await asyncio.gather(
        *(
            database.write(order)
            for order in (put("2026-01-01"), spoil, put("2026-01-02"), put("2026-01-03"))
        ),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], Exception)
    assert await database.read(days) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert await database.write(put("2026-01-04")) == "2026-01-04"


async def test_orders_that_wait_together_share_a_commit(database: Database) -> None:
    def order(conn: Connection) -> RootTransaction | None:
        return conn.get_transaction()  # type: ignore[return-value]

    transactions = await asyncio.gather(*(database.write(order) for _ in range(60)))

    # Kept in a list, so no two of them can have the same id.
    assert len({id(transaction) for transaction in transactions}) <= 30


async def test_orders_are_carried_out_in_the_sequence_they_came(sqlite_url: str) -> None:
    done: list[int] = []
    async with opened(sqlite_url) as database:
        await asyncio.gather(*(database.write(lambda conn, i=i: done.append(i)) for i in range(1200)))
    assert done == list(range(1200))


async def test_the_order_of_a_caller_who_went_away_is_carried_out(database: Database) -> None:
    leaving = asyncio.create_task(database.write(put("2026-01-01")))
    staying = asyncio.create_task(database.write(put("2026-01-02")))
    await asyncio.sleep(0)
    leaving.cancel()

    assert await staying == "2026-01-02"
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await database.write(put("2026-01-03"))
    assert await database.read(days) == ["2026-01-01", "2026-01-02", "2026-01-03"]


async def test_closing_finishes_what_was_accepted_and_accepts_no_more(database_url: str) -> None:
    async with opened(database_url) as database:
        accepted = [asyncio.create_task(database.write(put(f"2026-01-{day:02}"))) for day in range(1, 29)]
        await asyncio.sleep(0)
    assert len(await asyncio.gather(*accepted)) == 28
    with pytest.raises(Busy):
        await database.write(put("2026-02-01"))
    async with opened(database_url) as again:
        assert len(await again.read(days)) == 28


async def test_an_order_that_raises_stop_iteration_is_answered_too(database: Database) -> None:
    def order(conn: Connection) -> None:
        raise StopIteration

    with pytest.raises(RuntimeError):
        await database.write(order)


async def test_a_query_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(put("2026-01-01"))
    assert await database.read(days) == []


async def test_a_query_sees_one_state_while_others_write(database: Database) -> None:
    looked, written = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def query(conn: Connection) -> tuple[int, int]:
        count = select(func.count()).select_from(closure)
        before = conn.scalar(count)
        loop.call_soon_threadsafe(looked.set)
        if conn.dialect.name == "sqlite":
            asyncio.run_coroutine_threadsafe(written.wait(), loop).result(30)
        else:
            await_only(written.wait())
        return before or 0, conn.scalar(count) or 0

    reading = asyncio.create_task(database.read(query))
    await looked.wait()
    await database.write(put("2026-01-01"))  # returns although somebody reads
    written.set()

    assert await reading == (0, 0)
    assert await database.read(days) == ["2026-01-01"]


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.write(
            lambda conn: conn.execute(text("INSERT INTO person_service VALUES ('nobody', 'nothing')"))
        )


async def test_what_queues_up_during_a_batch_is_the_next_batch(sqlite_url: str) -> None:
    started, go_on = threading.Event(), threading.Event()

    def hold(conn: Connection) -> object:
        started.set()
        go_on.wait(30)
        return conn.get_transaction()

    async with opened(sqlite_url) as database:
        first = asyncio.create_task(database.write(hold))
        await asyncio.to_thread(started.wait, 30)
        others = [
            asyncio.create_task(database.write(lambda conn: conn.get_transaction())) for _ in range(100)
        ]
        await asyncio.sleep(0)
        go_on.set()
        transactions = await asyncio.gather(first, *others)
    assert len({id(transaction) for transaction in transactions}) <= 10


@pytest.mark.parametrize(
    "address", ["", "mysql://somewhere/x", "sqlite://", "postgres", "sqlite:///:memory:"]
)
def test_an_address_that_names_no_database_of_ours_is_refused_in_words(address: str) -> None:
    with pytest.raises(SettingsWrong, match="DATABASE_URL"):
        Database(address)


async def test_a_database_without_tables_is_refused_in_words(tmp_path: object) -> None:
    with pytest.raises(SettingsWrong, match="consult migrate"):
        await Database(f"sqlite:///{tmp_path}/empty.sqlite3").start()


async def test_an_unreachable_server_is_refused_without_showing_the_password() -> None:
    with pytest.raises(SettingsWrong, match="cannot be used") as refusal:
        await Database("postgresql://someone:s3cret-word@127.0.0.1:1/consult").start()
    assert "s3cret-word" not in str(refusal.value)
