"""Calls as the wire shows them to one side."""

from datetime import datetime

from consult.clock import SystemClock
from consult.people import Side
from consult.settings import Settings
from consult.signalling.calls import RELAYED, CallStage, Rung
from consult.signalling.ice import ice_servers, relay_only
from consult.signalling.store import CallRow
from consult.wire.to_client import CallShown


def call_of(call: CallRow, side: Side, settings: Settings) -> CallShown:
    """The call for one side, with servers and its part in perfect negotiation: the applicant is polite."""
    # TURN servers compare a credential's expiry with their own wall clock, not with the database's.
    servers = ice_servers(settings, SystemClock().now()) if call.stage in RELAYED else []
    return CallShown(
        id=call.id,
        ticket=call.ticket_id,
        stage=call.stage.value,
        generation=call.generation,
        revision=call.revision,
        media=call.media,  # type: ignore[arg-type]
        started_by=call.started_by.value,  # type: ignore[arg-type]
        polite=side is Side.APPLICANT,
        accepted_media=call.accepted_media,  # type: ignore[arg-type]
        taken_by=call.stream_of(side),
        ring_expires_at=_ms(call.ring_expires_at) if call.stage is CallStage.RINGING else None,
        connected_at=_ms(call.connected_at),
        reconnects_until=_ms(call.reconnects_until),
        ended_reason=call.ended_reason,
        ice_servers=servers,
        relay_only=relay_only(settings, side, call.applicant_hidden) or call.rung is Rung.RELAY,
        rung=call.rung.value,
        ice_seconds=settings.turn_credential_seconds if servers and settings.turn_urls else None,
        # Its own wish; the officer need not know of it.
        hidden=side is Side.APPLICANT and call.applicant_hidden,
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
