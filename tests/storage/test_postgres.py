"""What only PostgreSQL can do to a writer: orders in each other's way, and a server that goes away."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from consult.audit.store import record, verify
from consult.errors import Busy
from consult.storage import writer_postgres
from consult.storage.database import Database
from consult.storage.migrations import migrate
from consult.storage.tables import chain, event, service
from consult.storage.writer_postgres import ALONE, LOCK_WAIT_ALONE_MS
from tests.support.databases import opened
from tests.support.postgres import PostgresServer
from tests.support.waiting import until


def two_services(conn: Connection) -> None:
    for name in ("a", "b"):
        conn.execute(insert(service).values(id=name, letter=name, name_id=name, name_en=name))


def count_up(*names: str) -> Callable[[Connection], None]:
    """An order that takes the rows in the sequence given."""

    def order(conn: Connection) -> None:
        for name in names:
            conn.execute(update(service).where(service.c.id == name).values(sort=service.c.sort + 1))

    return order


async def test_orders_that_take_rows_in_opposite_sequence_all_succeed(postgres_url: str) -> None:
    async with opened(postgres_url) as here, opened(postgres_url) as there:
        await here.write(two_services)
        orders = [count_up("a", "b"), count_up("b", "a")]
        await asyncio.gather(
            *(place.write(orders[turn % 2]) for turn in range(40) for place in (here, there))
        )
        counts = await here.read(lambda conn: list(conn.execute(select(service.c.sort)).scalars()))
    assert counts == [80, 80]


async def test_the_chain_stays_whole_when_several_processes_write_to_it(postgres_url: str) -> None:
    async with opened(postgres_url) as here, opened(postgres_url) as there:
        await asyncio.gather(
            *(
                place.write(lambda conn, n=n: record(conn, "office", "note", "nobody", {"n": n}))
                for n in range(50)
                for place in (here, there)
            )
        )
        assert await here.read(lambda conn: conn.scalar(select(chain.c.last_number))) == 100
        assert await here.read(lambda conn: verify(conn, "office"))


async def test_an_order_whose_row_somebody_else_is_writing_sees_it_in_the_end(postgres_url: str) -> None:
    """It waits, first in its batch and then alone, for a row that the other one commits under its eyes."""

    def order(conn: Connection) -> str:
        if conn.execute(select(service.c.id).where(service.c.id == "a")).first() is not None:
            return "there already"
        two_services(conn)
        return "written"

    waits_alone = text(
        "SELECT count(*) = 2 FROM (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "UNION ALL SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted) AS found"
    )
    async with opened(postgres_url) as database:
        elsewhere = create_async_engine(postgres_url.replace("postgresql", "postgresql+asyncpg"))
        async with elsewhere.connect() as foreign:
            await foreign.run_sync(two_services)
            writing = asyncio.create_task(database.write(order))
            await until(lambda: foreign.scalar(waits_alone))
            await foreign.commit()
        await elsewhere.dispose()
        assert await writing == "there already"


async def test_the_queue_of_those_in_each_others_way_is_waited_in_longer_than_for_a_row(
    postgres_url: str,
) -> None:
    """On a busy machine the orders before one took longer together than a row may be kept: it was refused."""
    queued = text("SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    async with opened(postgres_url) as database:
        await database.write(two_services)
        elsewhere = create_async_engine(postgres_url.replace("postgresql", "postgresql+asyncpg"))
        async with elsewhere.connect() as row, elsewhere.connect() as turn:
            await turn.execute(select(func.pg_advisory_xact_lock(ALONE)))
            await row.run_sync(count_up("a"))
            writing = asyncio.create_task(database.write(count_up("a")))
            await until(lambda: turn.scalar(queued))
            await row.commit()
            await turn.execute(select(func.pg_sleep(LOCK_WAIT_ALONE_MS / 1000 + 0.5)))
            await turn.commit()
        await elsewhere.dispose()
        await writing


async def test_a_row_that_somebody_keeps_makes_its_orders_busy_and_no_others(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        await database.write(two_services)
        elsewhere = create_async_engine(postgres_url.replace("postgresql", "postgresql+asyncpg"))
        async with elsewhere.connect() as foreign:
            await foreign.run_sync(count_up("a"))
            outcomes = await asyncio.gather(
                database.write(count_up("a")),
                *(database.write(count_up("b")) for _ in range(20)),
                return_exceptions=True,
            )
            await foreign.commit()
        await elsewhere.dispose()
        assert isinstance(outcomes[0], Busy)
        assert outcomes[1:] == [None] * 20
        await database.write(count_up("a"))
        counts = await database.read(
            lambda conn: {row.id: row.sort for row in conn.execute(select(service.c.id, service.c.sort))}
        )
    assert counts == {"a": 2, "b": 20}


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def url(own_server: PostgresServer) -> str:
    address = own_server.new_database()
    migrate(address)
    return address


def note(conn: Connection) -> None:
    record(conn, "office", "note", "nobody", {})


def notes(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(event)) or 0


async def test_a_restarted_server_is_found_again(own_server: PostgresServer, url: str) -> None:
    async with opened(url) as database:
        await database.write(note)
        await asyncio.to_thread(own_server.restart)
        assert await database.read(notes) == 1
        await database.write(note)
        assert await database.read(notes) == 2


async def test_a_server_that_is_away_makes_everything_busy_until_it_is_back(
    own_server: PostgresServer, url: str
) -> None:
    async with opened(url) as database:
        await database.write(note)
        await asyncio.to_thread(own_server.stop)
        with pytest.raises(Busy):
            await database.read(notes)
        outcomes = await asyncio.gather(*(database.write(note) for _ in range(10)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Busy] * 10
        await asyncio.to_thread(own_server.start_again)
        await until(lambda: succeeds(database))
        assert await database.read(notes) == 2


async def succeeds(database: Database) -> bool:
    try:
        await database.write(note)
    except Busy:
        return False
    return True


async def test_a_connection_cut_in_the_middle_of_an_order_loses_that_order_only(url: str) -> None:
    def cut(conn: Connection) -> None:
        note(conn)
        conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    async with opened(url) as database:
        with pytest.raises(Busy):
            await database.write(cut)
        await until(lambda: succeeds(database))
        assert await database.read(notes) == 1


async def test_a_process_that_stands_still_in_an_order_gives_its_rows_to_the_others(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_postgres, "IDLE_IN_TRANSACTION_MS", 300)
    others: list[str] = []

    async def other_process() -> None:
        async with opened(postgres_url) as there:
            await there.write(count_up("a"))
            others.append("wrote")

    def stands_still(conn: Connection) -> None:
        count_up("a")(conn)
        other = threading.Thread(target=lambda: asyncio.run(other_process()))
        other.start()
        other.join()  # nothing else runs in this process meanwhile
        count_up("b")(conn)

    async with opened(postgres_url) as here:
        await here.write(two_services)
        with pytest.raises(Busy):
            await here.write(stands_still)
        assert others == ["wrote"]
        await here.write(count_up("b"))
        sorts = await here.read(lambda conn: dict(conn.execute(select(service.c.id, service.c.sort)).all()))
        assert sorts == {"a": 1, "b": 1}, "nothing of the order that stood still was kept"
