"""The last check of devices and network of a ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_check",
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_device_check_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_device_check")),
    )


def downgrade() -> None:
    op.drop_table("device_check")
