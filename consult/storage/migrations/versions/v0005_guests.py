"""A third person in a call: invitations, and what goes between a guest and each side."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _guest()
    op.create_table(
        "guest_leg",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("guest_id", sa.String(32), nullable=False),
        sa.Column("call_id", sa.String(32), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("side_stream", sa.String(64)),
        sa.Column("guest_stream", sa.String(64)),
        sa.Column("side_pin", sa.String(48)),
        sa.Column("guest_pin", sa.String(48)),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_guest_leg_guest_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_guest_leg_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_leg")),
        sa.UniqueConstraint("guest_id", "call_id", "side", name=op.f("uq_guest_leg_guest_id_call_id_side")),
    )
    op.create_index("ix_guest_leg_call", "guest_leg", ["call_id"])


def _guest() -> None:
    op.create_table(
        "guest",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.String(10), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("reference_hash", sa.LargeBinary(32)),
        sa.Column("name", sa.String(120), nullable=False, server_default=""),
        sa.Column("language", sa.String(2), nullable=False, server_default="id"),
        sa.Column("notice_version", sa.Integer()),
        sa.Column("invited_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger()),
        sa.Column("applicant_admitted_at", sa.BigInteger()),
        sa.Column("officer_admitted_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_reason", sa.String(24)),
        sa.CheckConstraint(
            "stage IN ('invited', 'asking', 'admitted', 'ended')", name=op.f("ck_guest_stage")
        ),
        sa.CheckConstraint(
            "stage <> 'admitted' OR (applicant_admitted_at IS NOT NULL AND officer_admitted_at IS NOT NULL)",
            name=op.f("ck_guest_admitted_by_all"),
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_guest_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
    )
    live = sa.text("stage <> 'ended'")
    op.create_index(
        "uq_guest_live", "guest", ["ticket_id"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_index("ix_guest_reference", "guest", ["reference_hash"])
    op.create_index("ix_guest_due", "guest", ["stage", "expires_at"])


def downgrade() -> None:
    op.drop_table("guest_leg")
    op.drop_table("guest")
