"""What an office has behind it or decided before the story begins, put straight into its database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select

from consult.office import store as office
from consult.office.hours import USUAL_WEEK
from consult.settings import Settings
from consult.storage import tables
from consult.storage.database import Database
from consult.storage.engines import database_url
from tests.support.house import House

SERVED_MINUTES = (11, 14, 9, 17, 12, 15, 10, 16)


async def served_before(house: House) -> None:
    """Finished consultations of an earlier day, so that a wait can be estimated."""
    await _change(house, _finish_some)


async def _change(house: House, change: Callable[[Connection], None]) -> None:
    database = Database(database_url(Settings(data_dir=house.data_dir)))
    await database.start()
    await database.write(change)
    await database.close()


async def opens(house: House, always: bool) -> None:
    """All services always, or in the usual hours; servers see it once the office page changes something."""

    def set_hours(conn: Connection) -> None:
        for service in office.services(conn):
            office.set_hours(conn, service.id, always, {} if always else USUAL_WEEK, "office")

    await _change(house, set_hours)


def _finish_some(conn: Connection) -> None:
    began = datetime.now(UTC) - timedelta(days=1)
    for service in conn.execute(select(tables.service.c.id)).scalars().all():
        for number, minutes in enumerate(SERVED_MINUTES, start=1):
            times = {"joined_at": began, "order_at": began, "served_at": began}
            conn.execute(
                insert(tables.ticket).values(
                    id=f"{service[:20]}-{number}",
                    service_id=service,
                    day=began.date().isoformat(),
                    number=number,
                    label=f"Z-{number:03}",
                    channel="chat",
                    units=1,
                    name="Sari Contoh",
                    phone="+6281200000000",
                    language="id",
                    notice_version=1,
                    notice_language="id",
                    secret_hash=bytes(32),
                    pin_hash="",
                    stage="ended",
                    ended_at=began + timedelta(minutes=minutes),
                    ended_reason="completed",
                    **times,
                )
            )
