"""Legs as the wire shows them to one end."""

from consult.clock import SystemClock
from consult.consultations.guests import SEEN_AT_ONCE
from consult.consultations.store.guests import GuestRow
from consult.people import Side
from consult.settings import Settings
from consult.signalling.ice import ice_servers, relay_only
from consult.signalling.legs.store import LegRow
from consult.signalling.store import CallRow
from consult.wire.to_client import LegShown


def hidden_as(end: Side, listens: bool) -> Side:
    """Whose network address is kept from others: a supervisor's as an officer's."""
    return Side.OFFICER if listens and end is Side.GUEST else end


def leg_of(leg: LegRow, guest: GuestRow, call: CallRow, end: Side, settings: Settings) -> LegShown:
    """The leg for one end, with servers. The guest came later, and is the polite one.

    To a supervisor goes sound alone: that spares the phone, which sends to three then.
    """
    servers = ice_servers(settings, SystemClock().now())
    seen = guest.role in SEEN_AT_ONCE and (call.accepted_media or call.media) == "video"
    return LegShown(
        id=leg.id,
        ticket=guest.ticket_id,
        call=call.id,
        guest=guest.id,
        between=leg.side.value,  # type: ignore[arg-type]
        generation=leg.generation,
        revision=leg.revision,
        polite=end is Side.GUEST,
        ready=leg.ready,
        taken_by=leg.stream_of(end),
        media="video" if seen else "audio",
        ice_servers=servers,
        relay_only=relay_only(settings, hidden_as(end, guest.listens), call.applicant_hidden),
        listens=guest.listens,
        ice_seconds=settings.turn_credential_seconds if servers and settings.turn_urls else None,
    )
