"""A session's token is derived from its cookie and no longer kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session") as session:
        session.drop_column("csrf")


def downgrade() -> None:
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("csrf", sa.String(64), nullable=False, server_default=""))
