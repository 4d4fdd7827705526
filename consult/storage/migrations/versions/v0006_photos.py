"""Photos of documents, sent into a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.String(32), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("small", sa.LargeBinary()),
        sa.Column("content", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_photo_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "id", name=op.f("pk_photo")),
    )
    kept = sa.text("content IS NOT NULL")
    op.create_index("ix_photo_kept", "photo", ["sent_at"], sqlite_where=kept, postgresql_where=kept)


def downgrade() -> None:
    op.drop_table("photo")
