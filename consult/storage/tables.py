"""The whole schema on one page. Times are aware UTC datetimes in code, milliseconds since 1970 in rows."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An instant as milliseconds since 1970, so that both databases compare and add it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if isinstance(value, datetime):
            return round(value.timestamp() * 1000)
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


LIVE = "stage IN ('waiting', 'offered', 'serving', 'parked')"
OPEN_RECORDING = "stage IN ('asked', 'recording')"
LISTENING = "stage <> 'ended' AND person_id IS NOT NULL"
HELD = "held_for IS NOT NULL"

house = Table(
    "house",
    metadata,
    Column("id", Integer, primary_key=True),
    # Changes when history was lost (a restore from an older backup): pages then start from the snapshot.
    Column("epoch", String(32), nullable=False),
    Column("clock_offset_ms", BigInteger, nullable=False, server_default="0"),
)

service = Table(
    "service",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("letter", String(2), nullable=False, unique=True),
    Column("name_id", String(120), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("sort", Integer, nullable=False, server_default="0"),
    Column("always_open", Boolean, nullable=False, server_default=text("false")),
    Column("retired_at", Moment),
)

service_hours = Table(
    "service_hours",
    metadata,
    Column("service_id", ForeignKey("service.id"), primary_key=True),
    Column("weekday", Integer, primary_key=True),  # Monday is 0
    Column("opens_minute", Integer, nullable=False),  # minutes after local midnight
    Column("closes_minute", Integer, nullable=False),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    CheckConstraint(
        "opens_minute >= 0 AND closes_minute <= 1440 AND opens_minute < closes_minute", name="span"
    ),
)

closure = Table(
    "closure",
    metadata,
    Column("day", String(10), primary_key=True),  # local date, 2026-12-25
    Column("reason_id", String(120), nullable=False),
    Column("reason_en", String(120), nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_name", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    CheckConstraint("role IN ('officer', 'supervisor', 'administrator')", name="role"),
)

person_service = Table(
    "person_service",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("service_id", ForeignKey("service.id"), primary_key=True),
)

duty = Table(
    "duty",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False, server_default=""),
    Column("since_at", Moment, nullable=False),
    Column("state_before_lost", String(16)),
    Column("load", Integer, nullable=False, server_default="0"),
    Column("capacity", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Column("offered_ticket", String(32)),  # one offer at a time
    Column("seen_at", Moment, nullable=False),
    Column("idle_since_at", Moment, nullable=False),
    CheckConstraint("load >= 0", name="load"),
    CheckConstraint(
        "state IN ('offline', 'available', 'paused', 'draining', 'lost', 'disabled')", name="state"
    ),
    Index(None, "state"),
)

session = Table(
    "session",
    metadata,
    Column("reference_hash", LargeBinary(32), primary_key=True),
    Column("person_id", ForeignKey("person.id")),
    Column("ticket_id", ForeignKey("ticket.id")),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    CheckConstraint("(person_id IS NULL) <> (ticket_id IS NULL)", name="one_owner"),
    Index(None, "person_id"),
    Index(None, "ticket_id"),
    Index(None, "expires_at"),
)

ticket_number = Table(
    "ticket_number",
    metadata,
    Column("service_id", ForeignKey("service.id"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("last_number", Integer, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("service_id", ForeignKey("service.id"), nullable=False),
    Column("day", String(10), nullable=False),
    # Counted within service and day; below zero where another service gave it, as the label goes on to say.
    Column("number", Integer, nullable=False),
    Column("label", String(12), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("units", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("application_number", String(64), nullable=False, server_default=""),
    Column("language", String(2), nullable=False),
    Column("notice_version", Integer, nullable=False),
    Column("notice_language", String(2), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("pin_hash", Text, nullable=False),
    Column("visitor_hash", LargeBinary(32)),
    Column("stage", String(10), nullable=False),
    Column("joined_at", Moment, nullable=False),
    # The order of the line: returned people first, then order_at (joining time less priority minutes).
    Column("returned", Boolean, nullable=False, server_default=text("false")),
    Column("order_at", Moment, nullable=False),
    Column("away_since_at", Moment),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("officer_id", ForeignKey("person.id")),
    Column("offer_expires_at", Moment),
    Column("offered_at", Moment),
    Column("offered_to", String(32)),  # stays after the offer, to tell a late answer from a stranger's
    Column("assignment_epoch", Integer, nullable=False, server_default="0"),
    Column("returns", Integer, nullable=False, server_default="0"),
    Column("served_at", Moment),
    Column("ended_at", Moment),
    Column("ended_reason", String(24)),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("last_staff_seq", BigInteger, nullable=False, server_default="0"),
    Column("applicant_delivered", BigInteger, nullable=False, server_default="0"),
    Column("applicant_read", BigInteger, nullable=False, server_default="0"),
    Column("officer_delivered", BigInteger, nullable=False, server_default="0"),
    Column("officer_read", BigInteger, nullable=False, server_default="0"),
    # Whom somebody who waits was handed over to: until then nobody else is offered them.
    Column("held_for", String(32)),
    Column("held_until_at", Moment),
    UniqueConstraint("service_id", "day", "number"),
    CheckConstraint("stage IN ('waiting', 'offered', 'serving', 'parked', 'ended')", name="stage"),
    CheckConstraint(
        "(stage IN ('offered', 'serving')) = (officer_id IS NOT NULL) OR stage = 'ended'", name="one_officer"
    ),
    CheckConstraint("(stage = 'offered') = (offer_expires_at IS NOT NULL)", name="offer_expires"),
    Index("uq_ticket_live_visitor", "visitor_hash", unique=True,
          sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
    Index("ix_ticket_line", "service_id", "returned", "order_at", "id",
          sqlite_where=text("stage = 'waiting'"), postgresql_where=text("stage = 'waiting'")),
    # Whole, not partial: what falls due is asked each second, and no planner sees that a bound stage
    # or a list of stages lies within a partial index. History would be read from end to end instead.
    Index("ix_ticket_stage", "stage", "service_id", "ended_at"),
    Index("ix_ticket_officer", "officer_id", "stage"),
    Index("ix_ticket_day_label", "day", "label"),
    Index("ix_ticket_held", "held_for",
          sqlite_where=text(HELD), postgresql_where=text(HELD)),
)  # fmt: skip

ticket_pass = Table(
    "ticket_pass",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("officer_id", ForeignKey("person.id"), primary_key=True),
    Column("passed_at", Moment, nullable=False),
    # Not passed on, but served and handed over.
    Column("transferred", Boolean, nullable=False, server_default=text("false")),
    Index("ix_ticket_pass_officer", "officer_id", "passed_at"),
)

entry = Table(
    "entry",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("lane", String(12), primary_key=True),  # conversation | staff
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("side", String(10), nullable=False),
    Column("author_id", String(32)),
    Column("author_name", String(120), nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    Column("detail", JSON, nullable=False, server_default="{}"),
)

call = Table(
    "call",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False),
    Column("stage", String(12), nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),
    # Counts every change of every call of this ticket: processes tell each other's news in any order.
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("media", String(8), nullable=False),
    Column("accepted_media", String(8)),
    Column("started_by", String(10), nullable=False),
    # The page of each side that takes part, by its stream of orders.
    Column("applicant_stream", String(64)),
    Column("officer_stream", String(64)),
    Column("rang_at", Moment, nullable=False),
    Column("ring_expires_at", Moment, nullable=False),
    Column("setup_expires_at", Moment),
    Column("applicant_connected_at", Moment),
    Column("officer_connected_at", Moment),
    Column("connected_at", Moment),
    Column("ended_at", Moment),
    Column("ended_reason", String(24)),
    # "<generation>:<hash of the DTLS fingerprint>" of each side, so that no other can be put in its place.
    Column("applicant_pin", String(48)),
    Column("officer_pin", String(48)),
    Column("rung", String(8), nullable=False, server_default="direct"),
    # The applicant wished that nobody in the call learns its network address.
    Column("applicant_hidden", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("stage IN ('ringing', 'connecting', 'connected', 'ended')", name="stage"),
    Index("uq_call_live", "ticket_id", unique=True,
          sqlite_where=text("stage <> 'ended'"), postgresql_where=text("stage <> 'ended'")),
    Index("ix_call_due", "stage", "ring_expires_at",
          sqlite_where=text("stage <> 'ended'"), postgresql_where=text("stage <> 'ended'")),
)  # fmt: skip

guest = Table(
    "guest",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False),
    Column("role", String(12), nullable=False),
    Column("stage", String(10), nullable=False),
    # Counts every change of every guest of this ticket, as a call's does.
    Column("revision", Integer, nullable=False),
    Column("invited_by", String(10), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("reference_hash", LargeBinary(32)),  # of the cookie of whoever used the link
    Column("name", String(120), nullable=False, server_default=""),
    Column("language", String(2), nullable=False, server_default="id"),
    Column("notice_version", Integer),
    Column("invited_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),  # of the link
    Column("asked_at", Moment),
    Column("applicant_admitted_at", Moment),
    Column("officer_admitted_at", Moment),
    Column("ended_at", Moment),
    Column("ended_reason", String(24)),
    # Of a supervisor who listens: who, and the page that does, by its stream of orders.
    Column("person_id", String(32)),
    Column("page", String(64)),
    CheckConstraint("stage IN ('invited', 'asking', 'admitted', 'ended')", name="stage"),
    CheckConstraint(
        "stage <> 'admitted' OR (applicant_admitted_at IS NOT NULL AND officer_admitted_at IS NOT NULL)",
        name="admitted_by_all",
    ),
    Index("uq_guest_live", "ticket_id", unique=True,
          sqlite_where=text("stage <> 'ended'"), postgresql_where=text("stage <> 'ended'")),
    Index("uq_guest_listening", "person_id", unique=True,
          sqlite_where=text(LISTENING), postgresql_where=text(LISTENING)),
    Index("ix_guest_reference", "reference_hash"),
    Index("ix_guest_due", "stage", "expires_at"),
)  # fmt: skip

# What goes between a guest and one side of a call; the leg of the two sides is the call itself.
guest_leg = Table(
    "guest_leg",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("guest_id", ForeignKey("guest.id"), nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False),
    Column("side", String(10), nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("side_stream", String(64)),
    Column("guest_stream", String(64)),
    Column("side_pin", String(48)),
    Column("guest_pin", String(48)),
    UniqueConstraint("guest_id", "call_id", "side"),
    Index("ix_guest_leg_call", "call_id"),
)

device_check = Table(
    "device_check",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("result", JSON, nullable=False),  # wire.to_client.DeviceCheck
)

recording = Table(
    "recording",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False),
    Column("call_id", ForeignKey("call.id"), nullable=False),
    Column("officer_id", ForeignKey("person.id"), nullable=False),
    Column("stage", String(12), nullable=False),
    # Counts every change of every recording of this ticket, as a call's does.
    Column("revision", Integer, nullable=False),
    Column("people", JSON, nullable=False),  # who was in the call when it was asked: key -> stream
    Column("agreed", JSON, nullable=False),  # who said yes: key -> milliseconds since 1970
    Column("text_version", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("stopped_at", Moment),
    Column("reason", String(16), nullable=False, server_default=""),
    Column("slices", Integer, nullable=False, server_default="0"),
    Column("size_bytes", BigInteger, nullable=False, server_default="0"),
    Column("head", LargeBinary(32), nullable=False),  # the last link of the chain over its slices
    Column("last_slice_at", Moment),
    Column("finished_at", Moment),  # no slice is taken any more
    Column("removed_at", Moment),  # its files are deleted
    Column("ended_by", String(12), nullable=False, server_default=""),  # whose step the end was: a side
    CheckConstraint("stage IN ('asked', 'recording', 'declined', 'stopped')", name="stage"),
    Index("uq_recording_open", "ticket_id", unique=True,
          sqlite_where=text(OPEN_RECORDING), postgresql_where=text(OPEN_RECORDING)),
    Index("ix_recording_ticket", "ticket_id", "revision"),
    Index("ix_recording_due", "stage", "finished_at", "removed_at"),
)  # fmt: skip

recording_slice = Table(
    "recording_slice",
    metadata,
    Column("recording_id", ForeignKey("recording.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # counts from 0
    Column("file", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("link", LargeBinary(32), nullable=False),
    Column("at", Moment, nullable=False),
)

photo = Table(
    "photo",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("id", String(32), primary_key=True),  # made by the page, so that a repeat is no second photo
    Column("seq", BigInteger, nullable=False),  # its entry in the conversation
    Column("author_id", String(32), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # of what was sent, caption included
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # Both are NULL once the photo is erased. The small one stands first: SQLite reads a row from its head.
    Column("small", LargeBinary),
    Column("content", LargeBinary),
    Index("ix_photo_kept", "sent_at",
          sqlite_where=text("content IS NOT NULL"), postgresql_where=text("content IS NOT NULL")),
)  # fmt: skip

rating = Table(
    "rating",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("score", Integer, nullable=False),  # 1 is badly helped, 5 very well
    Column("remark", Text, nullable=False, server_default=""),
    Column("rated_at", Moment, nullable=False),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
)

stream = Table(
    "stream",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("last_cseq", BigInteger, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("stream_id", ForeignKey("stream.id"), primary_key=True),
    Column("cseq", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("seq", BigInteger),
    Column("refusal", JSON),  # {"code": ..., "values": {...}} when the order was refused for good
)

event = Table(
    "event",
    metadata,
    Column("subject", String(64), primary_key=True),  # ticket:<id> | staff:<id> | office
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    # Erasing sets content and salt to NULL; commitment and link stay, so the chain still verifies.
    Column("content", LargeBinary),
    Column("salt", LargeBinary(16)),
    Column("commitment", LargeBinary(32), nullable=False),
    Column("link", LargeBinary(32), nullable=False),
    Index("ix_event_at", "at"),
    Index("ix_event_kind_at", "kind", "at"),
)

chain = Table(
    "chain",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("last_number", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
)
