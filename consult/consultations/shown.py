"""Tickets as the wire shows them."""

from datetime import datetime
from typing import Any

from consult.consultations.stages import Stage
from consult.consultations.store.tickets import TicketRow
from consult.wire.to_client import DeviceCheck, Offer, Seen, Ticket, Waiting


def ms(at: datetime) -> int:
    """Milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def ms_or_none(at: datetime | None) -> int | None:
    return None if at is None else ms(at)


def ticket_of(row: TicketRow) -> Ticket:
    """The ticket as its owner and the officer serving it see it."""
    serving = row.stage is Stage.SERVING
    return Ticket(
        id=row.id,
        label=row.label,
        service=row.service_id,
        service_name=row.service_name,
        service_name_en=row.service_name_en,
        channel=row.channel,  # type: ignore[arg-type]
        stage=row.stage.value,
        joined_at=ms(row.joined_at),
        assignment_epoch=row.assignment_epoch,
        officer_name=row.officer_name if serving or row.stage is Stage.ENDED else None,
        officer_online=row.officer_state not in {"lost", "offline", "disabled"} if serving else None,
        served_at=ms_or_none(row.served_at),
        ended_at=ms_or_none(row.ended_at),
        ended_reason=row.ended_reason,
        name=row.name,
    )


def seen_of(row: TicketRow) -> Seen:
    return Seen(row.applicant_delivered, row.applicant_read, row.officer_delivered, row.officer_read)


def wait_seconds(row: TicketRow, now: datetime) -> int:
    """How long the citizen has waited, or waited until served."""
    return max(0, round(((row.served_at or now) - row.joined_at).total_seconds()))


def offer_of(row: TicketRow, now: datetime, check: DeviceCheck | None = None) -> Offer:
    offered_at, expires_at = row.offered_at, row.offer_expires_at
    assert offered_at is not None and expires_at is not None  # noqa: S101 - written together with the stage
    return Offer(
        ticket=row.id,
        attempt=row.attempt,
        label=row.label,
        name=row.name,
        service_name=row.service_name,
        service_name_en=row.service_name_en,
        application_number=row.application_number,
        channel=row.channel,  # type: ignore[arg-type]
        units=row.units,
        wait_seconds=wait_seconds(row, now),
        expires_at=ms(expires_at),
        check=check,
        lasts_ms=ms(expires_at) - ms(offered_at),
    )


def waiting_of(row: TicketRow) -> Waiting:
    """For an officer who may serve them: somebody who is held is held for this one."""
    values: dict[str, Any] = {
        "label": row.label,
        "service_name": row.service_name,
        "service_name_en": row.service_name_en,
        "channel": row.channel,
        "joined_at": ms(row.joined_at),
        "returned": row.returned,
        "for_you": row.held_for is not None,
    }
    return Waiting(**values)
