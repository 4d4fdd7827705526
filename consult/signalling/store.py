"""Calls in rows: one live call for each consultation, every step by compare-and-set."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, text, update

from consult.audit.store import record
from consult.consultations.credential import new_id
from consult.errors import NotFound, StaleAttempt
from consult.people import Side
from consult.signalling.calls import CallStage, CallStep, Rung, next_call
from consult.storage import moments
from consult.storage.one_row import one_row
from consult.storage.prepared import Prepared
from consult.storage.tables import call, ticket


@dataclass(frozen=True, slots=True)
class CallRow:
    id: str
    ticket_id: str
    stage: CallStage
    generation: int
    revision: int
    media: str
    accepted_media: str | None
    started_by: Side
    applicant_stream: str | None
    officer_stream: str | None
    rang_at: datetime
    ring_expires_at: datetime
    setup_expires_at: datetime | None
    applicant_connected_at: datetime | None
    officer_connected_at: datetime | None
    connected_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    applicant_pin: str | None
    officer_pin: str | None
    rung: Rung
    applicant_hidden: bool

    def pin_of(self, side: Side) -> str | None:
        """The certificate pinned last for this side, with its generation."""
        return self.applicant_pin if side is Side.APPLICANT else self.officer_pin

    def connected_of(self, side: Side) -> datetime | None:
        """Since when media flows at this side, as it says itself; None while it does not."""
        return self.applicant_connected_at if side is Side.APPLICANT else self.officer_connected_at

    def stream_of(self, side: Side) -> str | None:
        """The page of this side that takes part, by its stream of orders."""
        return self.applicant_stream if side is Side.APPLICANT else self.officer_stream

    @property
    def reconnects_until(self) -> datetime | None:
        """When it ends unless media is back; None when it is not reconnecting."""
        reconnects = self.stage is CallStage.CONNECTING and self.connected_at is not None
        return self.setup_expires_at if reconnects else None

    @property
    def lost_reason(self) -> str:
        """Why a call ends that finds no path: it never had one, or had one and lost it."""
        return "setup_failed" if self.connected_at is None else "media_lost"


_all = select(*(column for column in call.c if column.name in CallRow.__dataclass_fields__))

SPOKEN = Prepared(
    select(
        ticket.c.stage,
        ticket.c.officer_id,
        call.c.stage,
        call.c.generation,
        call.c.applicant_pin,
        call.c.officer_pin,
        call.c.applicant_hidden,
    )
    .select_from(
        ticket.join(
            call, and_(call.c.ticket_id == ticket.c.id, call.c.id == bindparam("call_id")), isouter=True
        )
    )
    .where(ticket.c.id == bindparam("ticket_id"))
)
"""What a frame has to pass: the stage and officer of the ticket; the stage, generation and pins of the call,
and whether the applicant is hidden in it."""


def _row(row: Row[Any]) -> CallRow:
    values = dict(row._mapping)
    values["stage"] = CallStage(values["stage"])
    values["rung"] = Rung(values["rung"])
    values["started_by"] = Side(values["started_by"])
    return CallRow(**values)


def live(conn: Connection, ticket_id: str, lock: bool = False) -> CallRow | None:
    """The call of this consultation that has not ended."""
    query = _all.where(call.c.ticket_id == ticket_id, call.c.stage != CallStage.ENDED)
    row = one_row(conn, query, lock)
    return None if row is None else _row(row)


def find(conn: Connection, ticket_id: str, call_id: str, lock: bool = False) -> CallRow:
    """Raises NotFound when this consultation has no such call."""
    query = _all.where(call.c.id == call_id, call.c.ticket_id == ticket_id)
    row = one_row(conn, query, lock)
    if row is None:
        raise NotFound()
    return _row(row)


def start(
    conn: Connection,
    ticket_id: str,
    started_by: Side,
    stream: str,
    media: str,
    ring_expires_at: datetime,
    **columns: Any,
) -> CallRow:
    """A call that rings. The database refuses a second live call of the same consultation."""
    now = moments.now(conn)
    call_id = new_id()
    earlier = conn.execute(select(func.max(call.c.revision)).where(call.c.ticket_id == ticket_id)).scalar()
    conn.execute(
        call.insert().values(
            id=call_id,
            revision=(earlier or 0) + 1,
            ticket_id=ticket_id,
            stage=CallStage.RINGING,
            media=media,
            started_by=started_by.value,
            **taken_by(started_by, stream),
            rang_at=now,
            ring_expires_at=ring_expires_at,
            **columns,
        )
    )
    _recorded(conn, ticket_id, call_id, "ring", started_by.value, {"media": media})
    return find(conn, ticket_id, call_id)


def taken_by(side: Side, stream: str) -> dict[str, str]:
    """The column that says which page of this side takes part."""
    return {"applicant_stream" if side is Side.APPLICANT else "officer_stream": stream}


def connected_column(side: Side) -> str:
    return "applicant_connected_at" if side is Side.APPLICANT else "officer_connected_at"


def advance(conn: Connection, before: CallRow, step: CallStep, actor: str, **columns: Any) -> CallRow:
    """Take one step of the table. Raises StageForbids, StaleAttempt when somebody was faster."""
    stage = next_call(before.stage, step)
    if stage is CallStage.ENDED:
        columns["ended_at"] = moments.now(conn)
    changed = conn.execute(
        update(call)
        .where(call.c.id == before.id, call.c.stage == before.stage, call.c.generation == before.generation)
        .values(stage=stage, revision=call.c.revision + 1, **columns)
    )
    if changed.rowcount != 1:
        raise StaleAttempt()
    _recorded(conn, before.ticket_id, before.id, step.value, actor, {"to": stage.value})
    return find(conn, before.ticket_id, before.id)


def note_connected(conn: Connection, before: CallRow, side: Side) -> CallRow:
    """This side's media flows; the first report counts."""
    column = call.c[connected_column(side)]
    conn.execute(
        update(call)
        .where(call.c.id == before.id, column.is_(None))
        .values({column: moments.now(conn), call.c.revision: call.c.revision + 1})
    )
    return find(conn, before.ticket_id, before.id)


def pin(conn: Connection, before: CallRow, side: Side, fingerprint: str) -> bool:
    """Pin this side's certificate for the generation; False when another one is pinned already."""
    pinned, wanted = before.pin_of(side), pin_for(before.generation, fingerprint)
    if pinned == wanted:
        return True
    if pinned is not None and pinned.startswith(pin_for(before.generation, "")):
        return False
    column = call.c.applicant_pin if side is Side.APPLICANT else call.c.officer_pin
    was = column.is_(None) if pinned is None else column == pinned
    done = conn.execute(
        update(call)
        .where(call.c.id == before.id, call.c.generation == before.generation, was)
        .values({column: wanted})
    )
    return done.rowcount == 1


def pin_for(generation: int, fingerprint: str) -> str:
    return f"{generation}:{fingerprint}"


def due(conn: Connection) -> list[tuple[str, str]]:
    """(ticket id, call id) of calls that rang, or tried to connect or reconnect, for too long."""
    now = moments.now(conn)
    query = select(call.c.ticket_id, call.c.id).where(
        # In the words of the index, and by the column it begins with.
        text("call.stage <> 'ended'"),
        call.c.stage.in_([CallStage.RINGING, CallStage.CONNECTING]),
        or_(
            and_(call.c.stage == CallStage.RINGING, call.c.ring_expires_at <= now),
            and_(call.c.stage == CallStage.CONNECTING, call.c.setup_expires_at <= now),
        ),
    )
    return [(row.ticket_id, row.id) for row in conn.execute(query.order_by(call.c.id))]


def _recorded(
    conn: Connection, ticket_id: str, call_id: str, step: str, actor: str, content: dict[str, Any]
) -> None:
    record(conn, f"ticket:{ticket_id}", "call", actor, {"call": call_id, "step": step, **content})
