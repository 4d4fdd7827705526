"""Recordings name the side whose no or withdrawal ended them: a guest reads no conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("ended_by", sa.String(12), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("recording", "ended_by")
