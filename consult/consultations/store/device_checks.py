"""The last check of devices and network of each ticket."""

from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, delete, select

from consult.storage.tables import device_check
from consult.wire.to_client import DeviceCheck


def keep(conn: Connection, ticket_id: str, check: DeviceCheck) -> None:
    """In place of an earlier one."""
    conn.execute(delete(device_check).where(device_check.c.ticket_id == ticket_id))
    values = {
        "ticket_id": ticket_id,
        "at": datetime.fromtimestamp(check.at / 1000, UTC),
        "verdict": check.verdict,
        "result": msgspec.to_builtins(check),
    }
    conn.execute(device_check.insert().values(values))


def find(conn: Connection, ticket_id: str) -> DeviceCheck | None:
    row = conn.execute(select(device_check.c.result).where(device_check.c.ticket_id == ticket_id)).first()
    return None if row is None else msgspec.convert(row[0], DeviceCheck)
