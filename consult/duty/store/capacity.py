"""How many units officers serve at once."""

from sqlalchemy import Connection, select, update

from consult.audit.store import record
from consult.duty.store import DutyRow, find
from consult.storage.tables import duty


def set_capacity(conn: Connection, person_id: str, capacity: int, actor: str) -> DutyRow:
    """Units at once from now on. Below the load is allowed: what runs goes on, nothing new is granted.

    Raises NotFound when the person is no officer.
    """
    before = find(conn, person_id, lock=True)
    values = {"capacity": capacity, "revision": duty.c.revision + 1}
    conn.execute(update(duty).where(duty.c.person_id == person_id).values(values))
    content = {"from": before.capacity, "to": capacity}
    record(conn, f"staff:{person_id}", "capacity_set", actor, content)
    return find(conn, person_id)


def capacities(conn: Connection) -> dict[str, int]:
    """Person id -> units at once, of every officer."""
    query = select(duty.c.person_id, duty.c.capacity)
    return {person_id: capacity for person_id, capacity in conn.execute(query)}
