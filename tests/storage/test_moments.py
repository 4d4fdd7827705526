"""The database's clock, on both kinds of database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from consult.storage import moments
from consult.storage.database import Database
from tests.support.databases import let_pass, opened


async def test_it_is_now_in_utc(database: Database) -> None:
    before = datetime.now(UTC)
    now = await database.read(moments.now)
    assert now.utcoffset() == timedelta(0)
    # The same machine keeps both clocks; rows hold milliseconds.
    assert before - timedelta(milliseconds=2) <= now <= datetime.now(UTC) + timedelta(milliseconds=2)


async def test_time_stands_still_within_an_order_and_goes_on_after_it(database: Database) -> None:
    def order(conn: Connection) -> tuple[datetime, datetime]:
        return moments.now(conn), moments.now(conn)

    first, again = await database.write(order)
    later = await database.write(moments.now)
    assert first == again
    assert later >= first


async def test_the_clock_moves_for_everybody_when_the_house_says_so(database_url: str) -> None:
    async with opened(database_url) as here, opened(database_url) as elsewhere:
        before = await elsewhere.read(moments.now)
        await let_pass(here, hours=3)
        await let_pass(here, minutes=30)
        for after in (await elsewhere.read(moments.now), await elsewhere.write(moments.now)):
            assert timedelta(hours=3.5) <= after - before < timedelta(hours=4)


async def test_milliseconds_and_moments_are_the_same_instant(database: Database) -> None:
    def query(conn: Connection) -> tuple[datetime, int]:
        return moments.now(conn), moments.now_ms(conn)

    now, now_ms = await database.read(query)
    assert moments.to_ms(now) == now_ms
