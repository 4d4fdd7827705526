"""What changed for people, read from the rows: for a process to which no other can tell anything."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from consult.consultations.store import marks
from consult.people import Address, applicant_address, staff_address
from consult.storage.database import Database


@dataclass(frozen=True, slots=True)
class Marks:
    """For each address what differs once its page has something new to show; and who is written as away."""

    at: dict[Address, Any]
    away: set[Address]


class Changes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def marks(self, tickets: Collection[str], officers: Collection[str]) -> Marks:
        """The marks of these people now, from one reading."""

        def query(conn: Connection) -> Marks:
            own = marks.of_tickets(conn, tickets)
            held: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
            for mark in marks.of_held(conn, officers):
                held[mark.officer_id or ""].add((mark.id, *mark.shown))
            at: dict[Address, Any] = {
                applicant_address(mark.id): (mark.officer_id, *mark.shown) for mark in own
            }
            for person, revision in marks.of_duties(conn, officers).items():
                at[staff_address(person)] = (revision, frozenset(held[person]))
            return Marks(at, {applicant_address(mark.id) for mark in own if mark.away})

        return await self._database.read(query)
