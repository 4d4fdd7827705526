"""Numbered orders: each is carried out once, in its sender's order, and a repeat gets the first answer."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, insert, select, text, update

from consult.errors import BY_CODE, BadRequest, Conflict, ConsultError, NotFound, OutOfOrder, Reproduced
from consult.storage import moments
from consult.storage.prepared import Prepared
from consult.storage.tables import answer, stream


@dataclass(slots=True)
class Receipt:
    """Number `cseq` of the orders of `stream`, which is `owner`'s; `digest` is of the order's content."""

    stream: str
    owner: str
    cseq: int
    digest: bytes
    answered_at_ms: int | None = field(default=None, init=False, compare=False)
    """When it was carried out, by the database's clock, as the kept answer says; holds once committed."""


_advance = Prepared(
    update(stream)
    .where(
        stream.c.id == bindparam("of_stream"),
        stream.c.owner == bindparam("by_owner"),
        stream.c.last_cseq == bindparam("before"),
    )
    .values(last_cseq=bindparam("cseq"), seen_at=bindparam("now"))
)
_keep = Prepared(
    insert(answer).values(
        stream_id=bindparam("stream_id"),
        cseq=bindparam("cseq"),
        digest=bindparam("digest"),
        at=bindparam("at"),
        seq=bindparam("seq"),
    )
)
_open = text(
    "INSERT INTO stream (id, owner, last_cseq, seen_at) VALUES (:id, :owner, 0, :now) ON CONFLICT DO NOTHING"
)
_standing = select(stream.c.owner, stream.c.last_cseq).where(stream.c.id == bindparam("of_stream"))
_kept = select(answer).where(
    answer.c.stream_id == bindparam("of_stream"), answer.c.cseq == bindparam("number")
)


def claim(conn: Connection, receipt: Receipt) -> None:
    """Take the receipt's number.

    Raises Reproduced for a repeat, Conflict when the number stood for another order, OutOfOrder when an
    earlier one is missing, NotFound when the stream is somebody else's.
    """
    if receipt.cseq < 1:
        raise BadRequest(field="cseq")
    if _advanced(conn, receipt):
        return
    standing = conn.execute(_standing, {"of_stream": receipt.stream}).first()
    if standing is None:
        _begin(conn, receipt)
        if _advanced(conn, receipt):
            return
        standing = conn.execute(_standing, {"of_stream": receipt.stream}).one()
    if standing.owner != receipt.owner:
        raise NotFound()
    if receipt.cseq > standing.last_cseq:
        raise OutOfOrder()
    raise _first_answer(conn, receipt)


def _begin(conn: Connection, receipt: Receipt) -> None:
    conn.execute(_open, {"id": receipt.stream, "owner": receipt.owner, "now": moments.now_ms(conn)})


def _advanced(conn: Connection, receipt: Receipt) -> bool:
    values = {
        "of_stream": receipt.stream,
        "by_owner": receipt.owner,
        "before": receipt.cseq - 1,
        "cseq": receipt.cseq,
        "now": moments.now_ms(conn),
    }
    return _advance.run(conn, values) == 1


def _first_answer(conn: Connection, receipt: Receipt) -> Reproduced | Conflict:
    kept = conn.execute(_kept, {"of_stream": receipt.stream, "number": receipt.cseq}).first()
    if kept is None or kept.digest != receipt.digest:
        return Conflict()
    refusal = None if kept.refusal is None else BY_CODE[kept.refusal["code"]](**kept.refusal["values"])
    return Reproduced(kept.seq, moments.to_ms(kept.at), refusal)


def keep_result(conn: Connection, receipt: Receipt, seq: int | None) -> None:
    """Store the answer of an order that was carried out, and write on the receipt when."""
    receipt.answered_at_ms = moments.now_ms(conn)
    values = {
        "stream_id": receipt.stream,
        "cseq": receipt.cseq,
        "digest": receipt.digest,
        "at": receipt.answered_at_ms,
        "seq": seq,
    }
    _keep.run(conn, values)


def keep_refusal(conn: Connection, receipt: Receipt, refusal: ConsultError) -> None:
    """Store the answer of an order that was refused for good."""
    conn.execute(
        insert(answer).values(
            stream_id=receipt.stream,
            cseq=receipt.cseq,
            digest=receipt.digest,
            at=moments.now(conn),
            refusal={"code": refusal.code, "values": refusal.values},
        )
    )


def last_cseq(conn: Connection, stream_id: str, owner: str) -> int:
    """The last number of the stream that was answered; 0 for an unknown one.

    Raises NotFound when the stream is somebody else's.
    """
    standing = conn.execute(_standing, {"of_stream": stream_id}).first()
    if standing is None:
        return 0
    if standing.owner != owner:
        raise NotFound()
    return int(standing.last_cseq)
