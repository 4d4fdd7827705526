"""Orders that were answered and the record of everything that happened."""

import sqlalchemy as sa
from alembic import op

from consult.storage.migrations.first.columns import moment


def create() -> None:
    _stream()
    _answer()
    _event()
    _chain()


def _stream() -> None:
    op.create_table(
        "stream",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("last_cseq", sa.BigInteger(), nullable=False),
        moment("seen_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
    )


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("stream_id", sa.String(64), nullable=False),
        sa.Column("cseq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        moment("at"),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_answer_stream_id")),
        sa.PrimaryKeyConstraint("stream_id", "cseq", name=op.f("pk_answer")),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        moment("at"),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=True),
        sa.Column("commitment", sa.LargeBinary(32), nullable=False),
        sa.Column("link", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("subject", "number", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_at"), "event", ["at"])
    op.create_index(op.f("ix_event_kind_at"), "event", ["kind", "at"])


def _chain() -> None:
    op.create_table(
        "chain",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_chain")),
    )
