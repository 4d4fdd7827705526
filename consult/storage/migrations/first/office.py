"""The office: its services and the people who work there."""

import sqlalchemy as sa
from alembic import op

from consult.storage.migrations.first.columns import moment


def create() -> None:
    _house()
    _service()
    _service_hours()
    _closure()
    _person()
    _person_service()
    _duty()


def _house() -> None:
    op.create_table(
        "house",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
    )


def _service() -> None:
    op.create_table(
        "service",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("letter", sa.String(2), nullable=False),
        sa.Column("name_id", sa.String(120), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.Column("always_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        moment("retired_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("letter", name=op.f("uq_service_letter")),
    )


def _service_hours() -> None:
    op.create_table(
        "service_hours",
        sa.Column("service_id", sa.String(32), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opens_minute >= 0 AND closes_minute <= 1440 AND opens_minute < closes_minute",
            name=op.f("ck_service_hours_span"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_service_hours_weekday")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_hours_service_id")),
        sa.PrimaryKeyConstraint("service_id", "weekday", name=op.f("pk_service_hours")),
    )


def _closure() -> None:
    op.create_table(
        "closure",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("reason_id", sa.String(120), nullable=False),
        sa.Column("reason_en", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closure")),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_name", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        moment("added_at"),
        moment("disabled_at", nullable=True),
        sa.CheckConstraint("role IN ('officer', 'supervisor', 'administrator')", name=op.f("ck_person_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("user_name", name=op.f("uq_person_user_name")),
    )


def _person_service() -> None:
    op.create_table(
        "person_service",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("service_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_service_person_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_person_service_service_id")),
        sa.PrimaryKeyConstraint("person_id", "service_id", name=op.f("pk_person_service")),
    )


def _duty() -> None:
    op.create_table(
        "duty",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), server_default="", nullable=False),
        moment("since_at"),
        sa.Column("state_before_lost", sa.String(16), nullable=True),
        sa.Column("load", sa.Integer(), server_default="0", nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("offered_ticket", sa.String(32), nullable=True),
        moment("seen_at"),
        moment("idle_since_at"),
        sa.CheckConstraint("load >= 0", name=op.f("ck_duty_load")),
        sa.CheckConstraint(
            "state IN ('offline', 'available', 'paused', 'draining', 'lost', 'disabled')",
            name=op.f("ck_duty_state"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_duty")),
    )
    op.create_index(op.f("ix_duty_state"), "duty", ["state"])
