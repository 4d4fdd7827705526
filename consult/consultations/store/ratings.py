"""What citizens said of a consultation that is over: one row for each that was rated."""

from sqlalchemy import Connection, select

from consult.audit.store import record
from consult.storage import moments
from consult.storage.tables import rating


def keep(conn: Connection, ticket_id: str, score: int, remark: str) -> None:
    """The only one of this ticket. The caller has seen that there is none."""
    values = {"ticket_id": ticket_id, "score": score, "remark": remark, "rated_at": moments.now(conn)}
    conn.execute(rating.insert().values(values))
    content: dict[str, str | int] = {"score": score}
    if remark:
        content["remark"] = remark
    record(conn, f"ticket:{ticket_id}", "rated", f"ticket:{ticket_id}", content)


def score_of(conn: Connection, ticket_id: str) -> int | None:
    score: int | None = conn.execute(select(rating.c.score).where(rating.c.ticket_id == ticket_id)).scalar()
    return score
