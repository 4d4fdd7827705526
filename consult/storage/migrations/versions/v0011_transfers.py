"""Consultations are handed over: for whom somebody waits, and who is not asked again because of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

HELD = "held_for IS NOT NULL"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("held_for", sa.String(32)))
    op.add_column("ticket", sa.Column("held_until_at", sa.BigInteger()))
    op.create_index(
        "ix_ticket_held", "ticket", ["held_for"],
        sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD),
    )  # fmt: skip
    op.add_column(
        "ticket_pass",
        sa.Column("transferred", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("ticket_pass", "transferred")
    op.drop_index("ix_ticket_held", "ticket")
    for column in ("held_for", "held_until_at"):
        op.drop_column("ticket", column)
