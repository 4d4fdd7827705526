"""Where a stream of orders stands, for a page that comes back."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from consult.storage import moments, receipts
from consult.storage.tables import house

_epoch = select(house.c.epoch).where(house.c.id == 1)


@dataclass(frozen=True, slots=True)
class Standing:
    """`epoch` differs from what the page holds when history was lost meanwhile."""

    epoch: str
    now_ms: int
    last_cseq: int


def standing(conn: Connection, stream_id: str, owner: str) -> Standing:
    """Raises NotFound when the stream is somebody else's."""
    return Standing(
        epoch=conn.execute(_epoch).scalar_one(),
        now_ms=moments.to_ms(moments.now(conn)),
        last_cseq=receipts.last_cseq(conn, stream_id, owner),
    )
