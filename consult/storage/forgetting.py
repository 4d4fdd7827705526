"""Old answers are looked for while others write, and forgotten a few at a time."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, or_, select

from consult.storage import moments
from consult.storage.database import Database
from consult.storage.tables import answer, stream

AT_ONCE = 500  # answers in one order; everybody who writes waits for so many at most

_silent = exists().where(stream.c.id == answer.c.stream_id, stream.c.seen_at < bindparam("before"))
_last = exists().where(stream.c.id == answer.c.stream_id, stream.c.last_cseq == answer.c.cseq)
_over: ColumnElement[bool] = or_(_silent, and_(answer.c.at < bindparam("before"), ~_last))
_find = select(answer.c.stream_id, answer.c.cseq).where(_over)
# Asked again: a silent stream may have been heard of since it was looked for.
_forget = delete(answer).where(
    answer.c.stream_id == bindparam("of_stream"), answer.c.cseq == bindparam("number"), _over
)
_close = delete(stream).where(
    stream.c.seen_at < bindparam("before"), ~exists().where(answer.c.stream_id == stream.c.id)
)


async def forget_answers(database: Database, kept: timedelta, at_once: int = AT_ONCE) -> int:
    """Forget streams not heard of for as long as `kept`, and older answers of the others except the last.

    Returns how many answers were forgotten. Raises Busy when the database cannot be used now; what was
    forgotten until then stays so.
    """
    forgotten = 0
    while True:
        before, found = await database.read(lambda conn: _due(conn, kept, at_once))
        last = len(found) < at_once
        forgotten += await database.write(partial(_carry_out, before=before, found=found, last=last))
        if last:
            return forgotten


def _due(conn: Connection, kept: timedelta, at_once: int) -> tuple[datetime, list[tuple[str, int]]]:
    before = moments.now(conn) - kept
    rows = conn.execute(_find.limit(at_once), {"before": before})
    return before, [(row.stream_id, row.cseq) for row in rows]


def _carry_out(conn: Connection, before: datetime, found: list[tuple[str, int]], last: bool) -> int:
    forgotten = sum(
        conn.execute(_forget, {"of_stream": stream_id, "number": cseq, "before": before}).rowcount
        for stream_id, cseq in found
    )
    if last:
        conn.execute(_close, {"before": before})
    return forgotten
