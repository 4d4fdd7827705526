"""Consultations: tickets, what was said, calls, and who may see them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from consult.storage.migrations.first.columns import moment, only


def create() -> None:
    _ticket_number()
    _ticket()
    _ticket_pass()
    _entry()
    _call()
    _session()


def _ticket_number() -> None:
    op.create_table(
        "ticket_number",
        sa.Column("service_id", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_ticket_number_service_id")),
        sa.PrimaryKeyConstraint("service_id", "day", name=op.f("pk_ticket_number")),
    )


def _ticket_applicant() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("service_id", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("application_number", sa.String(64), server_default="", nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("notice_language", sa.String(2), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("visitor_hash", sa.LargeBinary(32), nullable=True),
    ]


def _ticket_place() -> list[sa.Column[Any]]:
    return [
        sa.Column("stage", sa.String(10), nullable=False),
        moment("joined_at"),
        sa.Column("returned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        moment("order_at"),
        moment("away_since_at", nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=True),
        moment("offer_expires_at", nullable=True),
        moment("offered_at", nullable=True),
        sa.Column("offered_to", sa.String(32), nullable=True),
        sa.Column("assignment_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("returns", sa.Integer(), server_default="0", nullable=False),
        moment("served_at", nullable=True),
        moment("ended_at", nullable=True),
        sa.Column("ended_reason", sa.String(24), nullable=True),
    ]


def _ticket_marks() -> list[sa.Column[Any]]:
    return [
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_staff_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("applicant_delivered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("applicant_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("officer_delivered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("officer_read", sa.BigInteger(), server_default="0", nullable=False),
    ]


def _ticket() -> None:
    op.create_table(
        "ticket",
        *_ticket_applicant(),
        *_ticket_place(),
        *_ticket_marks(),
        sa.CheckConstraint(
            "(stage = 'offered') = (offer_expires_at IS NOT NULL)", name=op.f("ck_ticket_offer_expires")
        ),
        sa.CheckConstraint(
            "(stage IN ('offered', 'serving')) = (officer_id IS NOT NULL) OR stage = 'ended'",
            name=op.f("ck_ticket_one_officer"),
        ),
        sa.CheckConstraint(
            "stage IN ('waiting', 'offered', 'serving', 'parked', 'ended')", name=op.f("ck_ticket_stage")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_ticket_officer_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_ticket_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("service_id", "day", "number", name=op.f("uq_ticket_service_id_day_number")),
    )
    op.create_index(op.f("ix_ticket_day_label"), "ticket", ["day", "label"])
    op.create_index(
        op.f("ix_ticket_line"),
        "ticket",
        ["service_id", "returned", "order_at", "id"],
        **only("stage = 'waiting'"),
    )
    op.create_index(op.f("ix_ticket_officer"), "ticket", ["officer_id", "stage"])
    op.create_index(op.f("ix_ticket_stage"), "ticket", ["stage", "service_id", "ended_at"])
    op.create_index(
        op.f("uq_ticket_live_visitor"),
        "ticket",
        ["visitor_hash"],
        unique=True,
        **only("stage IN ('waiting', 'offered', 'serving', 'parked')"),
    )


def _ticket_pass() -> None:
    op.create_table(
        "ticket_pass",
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        moment("passed_at"),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_ticket_pass_officer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_pass_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "officer_id", name=op.f("pk_ticket_pass")),
    )
    op.create_index(op.f("ix_ticket_pass_officer"), "ticket_pass", ["officer_id", "passed_at"])


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("lane", sa.String(12), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        moment("at"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("side", sa.String(10), nullable=False),
        sa.Column("author_id", sa.String(32), nullable=True),
        sa.Column("author_name", sa.String(120), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.JSON(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_entry_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "lane", "seq", name=op.f("pk_entry")),
    )


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("generation", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("media", sa.String(8), nullable=False),
        sa.Column("accepted_media", sa.String(8), nullable=True),
        sa.Column("started_by", sa.String(10), nullable=False),
        sa.Column("applicant_stream", sa.String(64), nullable=True),
        sa.Column("officer_stream", sa.String(64), nullable=True),
        moment("rang_at"),
        moment("ring_expires_at"),
        moment("setup_expires_at", nullable=True),
        moment("applicant_connected_at", nullable=True),
        moment("officer_connected_at", nullable=True),
        moment("connected_at", nullable=True),
        moment("ended_at", nullable=True),
        sa.Column("ended_reason", sa.String(24), nullable=True),
        sa.CheckConstraint(
            "stage IN ('ringing', 'connecting', 'connected', 'ended')", name=op.f("ck_call_stage")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_due"), "call", ["stage", "ring_expires_at"], **only("stage <> 'ended'"))
    op.create_index(op.f("uq_call_live"), "call", ["ticket_id"], unique=True, **only("stage <> 'ended'"))


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("reference_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=True),
        sa.Column("ticket_id", sa.String(32), nullable=True),
        sa.Column("csrf", sa.String(64), nullable=False),
        moment("started_at"),
        moment("seen_at"),
        moment("expires_at"),
        sa.CheckConstraint("(person_id IS NULL) <> (ticket_id IS NULL)", name=op.f("ck_session_one_owner")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_session_ticket_id")),
        sa.PrimaryKeyConstraint("reference_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"])
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"])
    op.create_index(op.f("ix_session_ticket_id"), "session", ["ticket_id"])
