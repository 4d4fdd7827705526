"""A call's certificates, each pinned for its generation, and how far its setup has come down."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("applicant_pin", sa.String(48)))
    op.add_column("call", sa.Column("officer_pin", sa.String(48)))
    op.add_column("call", sa.Column("rung", sa.String(8), nullable=False, server_default="direct"))


def downgrade() -> None:
    for column in ("applicant_pin", "officer_pin", "rung"):
        op.drop_column("call", column)
