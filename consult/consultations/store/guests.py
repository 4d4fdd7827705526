"""Guests in rows: one live guest for each consultation, every step by compare-and-set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from consult.audit.store import record
from consult.consultations.credential import new_id
from consult.consultations.guests import LISTENER, GuestStage, GuestStep, next_guest
from consult.errors import NotFound, StageForbids, StaleAttempt
from consult.people import Address, Side, guest_address, staff_address
from consult.storage import moments
from consult.storage.one_row import one_row
from consult.storage.tables import guest


@dataclass(frozen=True, slots=True)
class GuestRow:
    id: str
    ticket_id: str
    role: str
    stage: GuestStage
    revision: int
    invited_by: Side
    secret_hash: bytes
    reference_hash: bytes | None
    name: str
    language: str
    expires_at: datetime
    applicant_admitted_at: datetime | None
    officer_admitted_at: datetime | None
    ended_reason: str | None
    person_id: str | None
    page: str | None

    @property
    def listens(self) -> bool:
        """A supervisor, who sends nothing."""
        return self.role == LISTENER

    @property
    def address(self) -> Address:
        return guest_address(self.id) if self.person_id is None else staff_address(self.person_id)

    @property
    def admitted_by(self) -> list[Side]:
        seen = {Side.APPLICANT: self.applicant_admitted_at, Side.OFFICER: self.officer_admitted_at}
        return [side for side, at in seen.items() if at is not None]


_all = select(*(column for column in guest.c if column.name in GuestRow.__dataclass_fields__))
_HERE = (GuestStage.ASKING, GuestStage.ADMITTED)


def _row(row: Row[Any]) -> GuestRow:
    values = dict(row._mapping)
    values["stage"] = GuestStage(values["stage"])
    values["invited_by"] = Side(values["invited_by"])
    return GuestRow(**values)


def live(conn: Connection, ticket_id: str, lock: bool = False) -> GuestRow | None:
    """The guest of this consultation that is invited, asks or takes part."""
    query = _all.where(guest.c.ticket_id == ticket_id, guest.c.stage != GuestStage.ENDED)
    row = one_row(conn, query, lock)
    return None if row is None else _row(row)


def find(conn: Connection, ticket_id: str, guest_id: str, lock: bool = False) -> GuestRow:
    """Raises NotFound when this consultation has no such guest."""
    return _one(conn, _all.where(guest.c.id == guest_id, guest.c.ticket_id == ticket_id), lock)


def find_any(conn: Connection, guest_id: str) -> GuestRow:
    """Raises NotFound. For who has the link, which names no consultation."""
    return _one(conn, _all.where(guest.c.id == guest_id), lock=False)


def find_here(conn: Connection, guest_id: str, ticket_id: str | None = None) -> GuestRow:
    """The guest while it asks or takes part: all that a guest may find. Raises NotFound."""
    row = find_any(conn, guest_id)
    if row.stage not in _HERE or (ticket_id is not None and row.ticket_id != ticket_id):
        raise NotFound()
    return row


def _one(conn: Connection, query: Select[Any], lock: bool) -> GuestRow:
    row = one_row(conn, query, lock)
    if row is None:
        raise NotFound()
    return _row(row)


def invite(
    conn: Connection, ticket_id: str, role: str, by: Side, actor: str, secret_hash: bytes, seconds: float
) -> GuestRow:
    """A new invitation. Raises StageForbids while there is another guest."""
    invited = {"role": role, "stage": GuestStage.INVITED, "invited_by": by.value, "secret_hash": secret_hash}
    return seat(conn, ticket_id, "invite", actor, seconds, invited)


def seat(
    conn: Connection, ticket_id: str, step: str, actor: str, seconds: float, values: dict[str, Any]
) -> GuestRow:
    """Takes the third chair with these columns. Raises StageForbids while it is taken."""
    present = live(conn, ticket_id, lock=True)
    if present is not None:
        raise StageForbids(stage=present.stage.value, step=step)
    now = moments.now(conn)
    guest_id = new_id()
    earlier = conn.execute(select(func.max(guest.c.revision)).where(guest.c.ticket_id == ticket_id)).scalar()
    conn.execute(
        guest.insert().values(
            id=guest_id,
            ticket_id=ticket_id,
            revision=(earlier or 0) + 1,
            invited_at=now,
            expires_at=now + timedelta(seconds=seconds),
            **values,
        )
    )
    _recorded(conn, ticket_id, guest_id, step, actor, {"role": values["role"]})
    return find(conn, ticket_id, guest_id)


def advance(conn: Connection, before: GuestRow, step: GuestStep, actor: str, **columns: Any) -> GuestRow:
    """Take one step of the table. Raises StageForbids, StaleAttempt when somebody was faster."""
    stage = next_guest(before.stage, step, before.role)
    if stage is GuestStage.ENDED:
        columns["ended_at"] = moments.now(conn)
    changed = conn.execute(
        update(guest)
        .where(guest.c.id == before.id, guest.c.stage == before.stage, guest.c.revision == before.revision)
        .values(stage=stage, revision=before.revision + 1, **columns)
    )
    if changed.rowcount != 1:
        raise StaleAttempt()
    _recorded(conn, before.ticket_id, before.id, step.value, actor, {"to": stage.value})
    return find(conn, before.ticket_id, before.id)


def by_reference(conn: Connection, guest_id: str, reference_hash: bytes) -> GuestRow | None:
    """Whose page this is, while it asks or takes part."""
    query = _all.where(
        guest.c.id == guest_id, guest.c.reference_hash == reference_hash, guest.c.stage.in_(_HERE)
    )
    row = conn.execute(query).first()
    return None if row is None else _row(row)


def alive(conn: Connection, reference_hashes: Iterable[bytes]) -> set[bytes]:
    """Those of these that belong to guests who ask or take part."""
    query = select(guest.c.reference_hash).where(
        guest.c.reference_hash.in_(sorted(reference_hashes)), guest.c.stage.in_(_HERE)
    )
    return set(conn.execute(query).scalars())


def due(conn: Connection) -> list[tuple[str, str]]:
    """(ticket id, guest id) of invitations that nobody used in time."""
    query = select(guest.c.ticket_id, guest.c.id).where(
        guest.c.stage == GuestStage.INVITED, guest.c.expires_at <= moments.now(conn)
    )
    return [(row.ticket_id, row.id) for row in conn.execute(query.order_by(guest.c.id))]


def _recorded(
    conn: Connection, ticket_id: str, guest_id: str, step: str, actor: str, content: dict[str, Any]
) -> None:
    record(conn, f"ticket:{ticket_id}", "guest", actor, {"guest": guest_id, "step": step, **content})
