"""Legs in rows: made when the first end takes part, for one call and guest; ends and certificates by CAS."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from consult.consultations.credential import new_id
from consult.errors import NotFound, StaleAttempt
from consult.people import Side
from consult.signalling.store import pin_for
from consult.storage.tables import guest_leg


@dataclass(frozen=True, slots=True)
class LegRow:
    id: str
    guest_id: str
    call_id: str
    side: Side
    generation: int
    revision: int
    side_stream: str | None
    guest_stream: str | None
    side_pin: str | None
    guest_pin: str | None

    @property
    def ready(self) -> bool:
        return self.side_stream is not None and self.guest_stream is not None

    def stream_of(self, end: Side) -> str | None:
        """The page at this end; `end` is the leg's side or the guest."""
        return self.guest_stream if end is Side.GUEST else self.side_stream

    def pin_of(self, end: Side) -> str | None:
        return self.guest_pin if end is Side.GUEST else self.side_pin


_all = select(guest_leg)


def _row(row: Row[Any]) -> LegRow:
    return LegRow(**{**row._mapping, "side": Side(row.side)})


def of_call(conn: Connection, guest_id: str, call_id: str) -> list[LegRow]:
    query = _all.where(guest_leg.c.guest_id == guest_id, guest_leg.c.call_id == call_id)
    return [_row(row) for row in conn.execute(query.order_by(guest_leg.c.side))]


def find(conn: Connection, leg_id: str, lock: bool = False) -> LegRow:
    """Raises NotFound."""
    query = _all.where(guest_leg.c.id == leg_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound()
    return _row(row)


def join(
    conn: Connection, guest_id: str, call_id: str, side: Side, end: Side, stream: str, known: int
) -> LegRow:
    """The page `stream` takes part at `end`. Nothing changes for who does so already and knows less."""
    before = next((leg for leg in of_call(conn, guest_id, call_id) if leg.side is side), None)
    column = "guest_stream" if end is Side.GUEST else "side_stream"
    if before is None:
        leg_id = new_id()
        conn.execute(
            guest_leg.insert().values(
                id=leg_id, guest_id=guest_id, call_id=call_id, side=side.value, **{column: stream}
            )
        )
        return find(conn, leg_id)
    own = before.stream_of(end)
    if own == stream and known < before.generation:
        return before
    # The first page of an end joins the generation that the other has begun.
    generation = before.generation if own is None else before.generation + 1
    return _changed(conn, before, generation=generation, **{column: stream})


def pin(conn: Connection, before: LegRow, end: Side, fingerprint: str) -> bool:
    """Pin this end's certificate for the generation; False when another one is pinned already."""
    pinned, wanted = before.pin_of(end), pin_for(before.generation, fingerprint)
    if pinned == wanted:
        return True
    if pinned is not None and pinned.startswith(pin_for(before.generation, "")):
        return False
    column = "guest_pin" if end is Side.GUEST else "side_pin"
    _changed(conn, before, **{column: wanted})
    return True


def _changed(conn: Connection, before: LegRow, **columns: Any) -> LegRow:
    done = conn.execute(
        update(guest_leg)
        .where(guest_leg.c.id == before.id, guest_leg.c.revision == before.revision)
        .values(revision=before.revision + 1, **columns)
    )
    if done.rowcount != 1:
        raise StaleAttempt()
    return find(conn, before.id)
