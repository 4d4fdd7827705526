"""The first tables."""

from alembic import op

from consult.storage.migrations.first import consultations, office, orders

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = [
    "chain",
    "event",
    "answer",
    "stream",
    "session",
    "call",
    "entry",
    "ticket_pass",
    "ticket",
    "ticket_number",
    "duty",
    "person_service",
    "person",
    "closure",
    "service_hours",
    "service",
    "house",
]


def upgrade() -> None:
    office.create()
    consultations.create()
    orders.create()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
