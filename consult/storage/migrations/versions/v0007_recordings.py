"""Recordings of calls: who agreed to them, and their slices, each a link of a chain."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = "stage IN ('asked', 'recording')"


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("call_id", sa.String(32), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("reason", sa.String(16), nullable=False, server_default=""),
        sa.Column("slices", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.Column("last_slice_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("removed_at", sa.BigInteger()),
        sa.CheckConstraint(
            "stage IN ('asked', 'recording', 'declined', 'stopped')", name=op.f("ck_recording_stage")
        ),
        *(
            sa.ForeignKeyConstraint([f"{other}_id"], [f"{table}.id"], name=op.f(f"fk_recording_{other}_id"))
            for other, table in (("ticket", "ticket"), ("call", "call"), ("officer", "person"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(
        "uq_recording_open", "recording", ["ticket_id"], unique=True,
        sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN),
    )  # fmt: skip
    op.create_index("ix_recording_ticket", "recording", ["ticket_id", "revision"])
    op.create_index("ix_recording_due", "recording", ["stage", "finished_at", "removed_at"])
    op.create_table(
        "recording_slice",
        sa.Column("recording_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("link", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_recording_slice_recording_id")
        ),
        sa.PrimaryKeyConstraint("recording_id", "number", name=op.f("pk_recording_slice")),
    )


def downgrade() -> None:
    op.drop_table("recording_slice")
    op.drop_table("recording")
