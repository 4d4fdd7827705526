"""Event rows: one for everything that happens, chained for each subject so that changes show.

Each row commits to its content with a random salt; the chain holds commitments only. Erasing removes
content and salt, and the chain still verifies.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, text, update

from consult.storage import moments
from consult.storage.prepared import Prepared
from consult.storage.tables import chain, event

GENESIS = bytes(32)

_canonical = msgspec.json.Encoder(order="sorted").encode
_head = Prepared(
    select(chain.c.last_number, chain.c.head)
    .where(chain.c.subject == bindparam("of_subject"))
    .with_for_update()
)
_open = text(
    "INSERT INTO chain (subject, last_number, head) VALUES (:subject, 0, :head) ON CONFLICT DO NOTHING"
)
_write = Prepared(insert(event))
_move = Prepared(
    update(chain)
    .where(chain.c.subject == bindparam("of_subject"))
    .values(last_number=bindparam("number"), head=bindparam("link"))
)
_rows = select(event).where(event.c.subject == bindparam("of_subject")).order_by(event.c.number)
_erase = update(event).where(event.c.subject == bindparam("of_subject")).values(content=None, salt=None)


def record(conn: Connection, subject: str, kind: str, actor: str, content: Mapping[str, Any]) -> None:
    """Write that `actor` did `kind` to `subject`, in the transaction of `conn`."""
    at_ms = moments.now_ms(conn)
    last, previous = _last(conn, subject)
    number = last + 1
    written, salt = _canonical(content), os.urandom(16)
    commitment = _commitment(salt, written)
    link = _link(previous, subject, number, at_ms, kind, actor, commitment)
    row = {
        "subject": subject,
        "number": number,
        "at": at_ms,
        "kind": kind,
        "actor": actor,
        "content": written,
        "salt": salt,
        "commitment": commitment,
        "link": link,
    }
    _write.run(conn, row)
    _move.run(conn, {"of_subject": subject, "number": number, "link": link})


def _last(conn: Connection, subject: str) -> tuple[int, bytes]:
    head = _head.first(conn, {"of_subject": subject})
    if head is None:
        if conn.execute(_open, {"subject": subject, "head": GENESIS}).rowcount == 1:
            return 0, GENESIS
        return _last(conn, subject)  # somebody else has just begun it
    return head[0], head[1]


def _commitment(salt: bytes, content: bytes) -> bytes:
    return hashlib.sha256(salt + content).digest()


def _link(
    previous: bytes, subject: str, number: int, at_ms: int, kind: str, actor: str, commitment: bytes
) -> bytes:
    """The NULs and the fixed lengths at both ends leave one way to read the parts apart."""
    told = f"{subject}\0{number}\0{at_ms}\0{kind}\0{actor}\0".encode()
    return hashlib.sha256(previous + told + commitment).digest()


def verify(conn: Connection, subject: str) -> bool:
    """Whether the subject's rows are all there, in order and unchanged, up to the kept head.

    Rows whose content was erased count as unchanged when their commitment still fits the chain.
    """
    head = conn.execute(select(chain).where(chain.c.subject == subject)).first()
    number, link = 0, GENESIS
    for row in conn.execute(_rows, {"of_subject": subject}):
        number += 1
        if row.number != number or not _fits_commitment(row.salt, row.content, row.commitment):
            return False
        link = _link(link, subject, number, moments.to_ms(row.at), row.kind, row.actor, row.commitment)
        if link != row.link:
            return False
    return (number, link) == ((0, GENESIS) if head is None else (head.last_number, head.head))


def _fits_commitment(salt: bytes | None, content: bytes | None, commitment: bytes) -> bool:
    if salt is None or content is None:
        return salt is None and content is None
    return _commitment(salt, content) == commitment


def erase(conn: Connection, subject: str) -> None:
    """Remove what the subject's rows say; that they were written stays provable."""
    conn.execute(_erase, {"of_subject": subject})
