"""Supervisors who listen to a call take a guest's chair: who, and by which page; one call for each person."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LISTENING = "stage <> 'ended' AND person_id IS NOT NULL"


def upgrade() -> None:
    op.add_column("guest", sa.Column("person_id", sa.String(32)))
    op.add_column("guest", sa.Column("page", sa.String(64)))
    op.create_index(
        "uq_guest_listening", "guest", ["person_id"], unique=True,
        sqlite_where=sa.text(LISTENING), postgresql_where=sa.text(LISTENING),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_guest_listening", "guest")
    for column in ("person_id", "page"):
        op.drop_column("guest", column)
