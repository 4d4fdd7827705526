"""Supervisors who listen, in the rows of guests: they take the third chair while they are heard of."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, and_, or_, select, text, update

from consult.consultations.guests import LISTENER, GuestStage
from consult.consultations.store import guests
from consult.consultations.store.guests import GuestRow
from consult.people import Caller, Side
from consult.storage import moments
from consult.storage.tables import LISTENING, guest

_live = (text(LISTENING),)  # in the words of the index, which therefore finds them


def begin(conn: Connection, ticket_id: str, caller: Caller, page: str, seconds: float) -> GuestRow:
    """Raises StageForbids while the chair is taken. The database lets a person listen to one call alone."""
    values = {
        "role": LISTENER,
        "stage": GuestStage.ASKING,
        "invited_by": Side.OFFICE.value,
        # No link: nobody knows what this is the hash of.
        "secret_hash": secrets.token_bytes(32),
        "name": caller.name,
        "person_id": caller.id,
        "page": page,
    }
    return guests.seat(conn, ticket_id, "listen", caller.subject, seconds, values)


def of_person(conn: Connection, person_id: str) -> GuestRow | None:
    """What this supervisor listens to now."""
    found = conn.execute(
        select(guest.c.ticket_id, guest.c.id).where(guest.c.person_id == person_id, *_live)
    ).first()
    return None if found is None else guests.find(conn, found.ticket_id, found.id)


def heard_of(conn: Connection, pages: Iterable[tuple[str, str]]) -> list[str]:
    """Ids of listeners whose page is among these (person, stream)."""
    known = [and_(guest.c.person_id == person, guest.c.page == page) for person, page in pages]
    query = select(guest.c.id).where(or_(*known), *_live) if known else None
    return [] if query is None else list(conn.execute(query).scalars())


def keep(conn: Connection, ids: Iterable[str], seconds: float) -> None:
    """These pages were heard of just now."""
    until = moments.now(conn) + timedelta(seconds=seconds)
    for guest_id in sorted(ids):
        conn.execute(
            update(guest)
            .where(guest.c.id == guest_id, guest.c.stage != GuestStage.ENDED)
            .values(expires_at=until)
        )


def due(conn: Connection) -> list[tuple[str, str]]:
    """(ticket id, guest id) of listeners whose page was not heard of for too long."""
    query = select(guest.c.ticket_id, guest.c.id).where(
        guest.c.stage.in_([GuestStage.ASKING, GuestStage.ADMITTED]),
        guest.c.expires_at <= moments.now(conn),
        guest.c.person_id.is_not(None),
    )
    return [(row.ticket_id, row.id) for row in conn.execute(query.order_by(guest.c.id))]
