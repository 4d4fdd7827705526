"""Steps of a call: parts of one transaction, all by compare-and-set. Units are taken and given back here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from consult.consultations import guest_steps
from consult.consultations.guest_steps import Moved
from consult.consultations.stages import Stage
from consult.consultations.store import guests, log, tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.store import DutyRow
from consult.errors import Ended, StageForbids
from consult.people import Caller, Side
from consult.settings import Settings
from consult.signalling import store
from consult.signalling.calls import ENDED_REASON, STEPS_DOWN, CallStage, CallStep, Rung, next_call
from consult.signalling.ice import wish
from consult.signalling.store import CallRow
from consult.storage import moments
from consult.wire.to_client import Entry


@dataclass(frozen=True, slots=True)
class Changed:
    """A call after a step, with whom to tell."""

    call: CallRow
    officer_id: str | None
    service_id: str
    entry: Entry | None = None
    duty: DutyRow | None = None
    guest_id: str | None = None
    """The third person whose legs end with the call."""
    listener: Moved | None = None
    """The supervisor who listened, until this call ended."""
    witnessed: object | None = None

    @property
    def seq(self) -> int | None:
        return self.entry.seq if self.entry else None


def unchanged(ticket: TicketRow, call: CallRow) -> Changed:
    return Changed(call, ticket.officer_id, ticket.service_id)


def served(conn: Connection, caller: Caller, ticket_id: str) -> TicketRow:
    """The caller's ticket while it is served. Raises NotFound, Ended, StageForbids."""
    ticket = tickets.find_for(conn, caller, ticket_id, lock=True)
    if ticket.stage is Stage.ENDED:
        raise Ended()
    if ticket.stage is not Stage.SERVING:
        raise StageForbids(stage=ticket.stage.value, step="call")
    return ticket


def ring(
    conn: Connection,
    settings: Settings,
    ticket: TicketRow,
    caller: Caller,
    stream: str,
    media: str,
    hide: bool,
) -> Changed:
    """Raises StageForbids when a call is there already; if it is the other side ringing, this accepts."""
    present = store.live(conn, ticket.id, lock=True)
    if present is not None:
        if present.stage is CallStage.RINGING and present.started_by is not caller.side:
            return accept(conn, settings, ticket, present, caller, stream, media, hide)
        raise StageForbids(stage=present.stage.value, step="ring")
    until = moments.now(conn) + timedelta(seconds=settings.ring_seconds)
    hidden = wish(settings, caller.side, hide)
    call = store.start(conn, ticket.id, caller.side, stream, media, until, **hidden)
    entry = log.add(conn, ticket.id, "call_rang", caller.name, {"media": media, "by": caller.side.value})
    return Changed(call, ticket.officer_id, ticket.service_id, entry)


def ring_here(
    conn: Connection, settings: Settings, ticket: TicketRow, before: CallRow, caller: Caller
) -> Changed | None:
    """It rings in full on a page of the called side that has come, but not for ever; None: nothing to add."""
    if before.stage is not CallStage.RINGING or before.started_by is caller.side:
        return None
    whole = before.rang_at + timedelta(seconds=settings.ring_total_seconds)
    until = min(whole, moments.now(conn) + timedelta(seconds=settings.ring_seconds))
    if until <= before.ring_expires_at:
        return None
    call = store.advance(conn, before, CallStep.RING_HERE, caller.subject, ring_expires_at=until)
    return Changed(call, ticket.officer_id, ticket.service_id)


def accept(
    conn: Connection,
    settings: Settings,
    ticket: TicketRow,
    before: CallRow,
    caller: Caller,
    stream: str,
    media: str,
    hide: bool,
) -> Changed:
    call = store.advance(
        conn,
        before,
        CallStep.ACCEPT,
        caller.subject,
        accepted_media=media,
        setup_expires_at=moments.now(conn) + timedelta(seconds=settings.call_setup_seconds),
        **store.taken_by(caller.side, stream),
        **wish(settings, caller.side, hide),
    )
    # Who asks for less gets less: a video call that is accepted by sound alone is a call by sound.
    own = _take_units(conn, ticket, settings.video_units if media == "video" else settings.audio_units)
    return Changed(call, ticket.officer_id, ticket.service_id, duty=own)


def connected(conn: Connection, ticket: TicketRow, before: CallRow, caller: Caller) -> Changed:
    """This side's media flows; once both have said so the call is connected, for the first time or again."""
    call = store.note_connected(conn, before, caller.side)
    if not (call.applicant_connected_at and call.officer_connected_at):
        return unchanged(ticket, call)
    entry = None
    if call.connected_at is None:
        entry = log.add(conn, ticket.id, "call_connected", detail={"media": _spoken_media(call)})
    since = call.connected_at or moments.now(conn)
    call = store.advance(
        conn, call, CallStep.CONNECT, caller.subject, connected_at=since, setup_expires_at=None
    )
    return Changed(call, ticket.officer_id, ticket.service_id, entry)


def interrupted(
    conn: Connection, settings: Settings, ticket: TicketRow, before: CallRow, caller: Caller
) -> Changed:
    """This side's media no longer arrives; said again, it changes nothing and gives no more time."""
    next_call(before.stage, CallStep.INTERRUPT)
    if before.connected_of(caller.side) is None:
        return unchanged(ticket, before)
    until = before.setup_expires_at
    if until is None:
        until = moments.now(conn) + timedelta(seconds=settings.call_reconnect_seconds)
    columns: dict[str, Any] = {store.connected_column(caller.side): None, "setup_expires_at": until}
    call = store.advance(conn, before, CallStep.INTERRUPT, caller.subject, **columns)
    return unchanged(ticket, call)


def step_down(
    conn: Connection, settings: Settings, ticket: TicketRow, before: CallRow, caller: Caller, rung: Rung
) -> Changed:
    """The next generation, tried another way. Raises StageForbids when there is no such step from here."""
    allowed = (before.rung, rung) in STEPS_DOWN and (rung is not Rung.RELAY or settings.turn_urls)
    if not allowed or (rung is Rung.AUDIO and before.connected_at is not None):
        raise StageForbids(stage=before.stage.value, step=rung.value)
    now = moments.now(conn)
    until = before.setup_expires_at or now + timedelta(seconds=settings.call_reconnect_seconds)
    if before.connected_at is None:
        until = now + timedelta(seconds=settings.call_rung_seconds)
    accepted = "audio" if rung is Rung.AUDIO else before.accepted_media
    return unchanged(ticket, _renewed(conn, before, caller, until, accepted_media=accepted, rung=rung))


def renew(
    conn: Connection,
    settings: Settings,
    ticket: TicketRow,
    before: CallRow,
    caller: Caller,
    stream: str,
    hide: bool | None,
) -> Changed:
    """The next generation, with this page. Trying again and again gets no more time; another page does.

    `hide` None: as in the generation before.
    """
    until = before.setup_expires_at
    if until is None or before.stream_of(caller.side) != stream:
        first = before.connected_at is None
        seconds = settings.call_setup_seconds if first else settings.call_reconnect_seconds
        until = moments.now(conn) + timedelta(seconds=seconds)
    columns = store.taken_by(caller.side, stream) | (
        {} if hide is None else wish(settings, caller.side, hide)
    )
    return unchanged(ticket, _renewed(conn, before, caller, until, **columns))


def _renewed(
    conn: Connection, before: CallRow, caller: Caller, until: datetime | None, **columns: Any
) -> CallRow:
    """The next generation, in which neither side has said yet that media flows."""
    return store.advance(
        conn,
        before,
        CallStep.RENEW,
        caller.subject,
        generation=before.generation + 1,
        applicant_connected_at=None,
        officer_connected_at=None,
        setup_expires_at=until,
        **columns,
    )


def end(
    conn: Connection, settings: Settings, before: CallRow, step: CallStep, actor: str, reason: str
) -> Changed:
    call = store.advance(conn, before, step, actor, ended_reason=reason)
    ticket = tickets.find(conn, call.ticket_id)
    own = _give_units_back(conn, settings, ticket)
    detail: dict[str, str | int] = {
        "reason": reason,
        "seconds": _spoken_seconds(call),
        "media": _spoken_media(call),
    }
    entry = log.add(conn, ticket.id, "call_ended", detail=detail)
    guest = guests.live(conn, ticket.id)
    ended = Changed(call, ticket.officer_id, ticket.service_id, entry, own)
    if guest is not None and guest.listens:
        return replace(ended, listener=guest_steps.close(conn, ticket.id, "call_ended"))
    return replace(ended, guest_id=guest.id if guest else None)


def run_out(conn: Connection, settings: Settings, ticket_id: str, call_id: str) -> Changed | None:
    """End a call whose time is over; None when it was answered, connected or ended meanwhile."""
    # The ticket first, as every step does; and looked at only then, because other processes sweep too.
    tickets.find(conn, ticket_id, lock=True)
    call = store.find(conn, ticket_id, call_id, lock=True)
    now = moments.now(conn)
    if call.stage is CallStage.RINGING and call.ring_expires_at <= now:
        return end(conn, settings, call, CallStep.NO_ANSWER, "office", ENDED_REASON[CallStep.NO_ANSWER])
    if call.stage is CallStage.CONNECTING and call.setup_expires_at and call.setup_expires_at <= now:
        step = CallStep.SETUP_FAILED if call.connected_at is None else CallStep.LOSE
        return end(conn, settings, call, step, "office", call.lost_reason)
    return None


def while_ringing(step: CallStep, call: CallRow, side: Side) -> CallStep:
    """Hanging up or losing a call that still rings is cancelling it, or declining it from the other side."""
    if call.stage is not CallStage.RINGING or step is CallStep.DECLINE:
        return step
    return CallStep.CANCEL if call.started_by is side else CallStep.DECLINE


def _take_units(conn: Connection, ticket: TicketRow, wanted: int) -> DutyRow | None:
    """A call takes what is free, never more: running chats stay, new offers stop."""
    if ticket.officer_id is None or wanted <= ticket.units:
        return None
    taken = duty.grant_up_to(conn, ticket.officer_id, wanted - ticket.units)
    tickets.set_units(conn, ticket.id, ticket.units + taken)
    return duty.find(conn, ticket.officer_id)


def _give_units_back(conn: Connection, settings: Settings, ticket: TicketRow) -> DutyRow | None:
    own = settings.video_units if ticket.channel == "video" else settings.chat_units
    if ticket.officer_id is None or ticket.units <= own:
        return None
    tickets.set_units(conn, ticket.id, own)
    return duty.release(conn, ticket.officer_id, ticket.units - own)


def _spoken_media(call: CallRow) -> str:
    return call.accepted_media or call.media


def _spoken_seconds(call: CallRow) -> int:
    if call.connected_at is None or call.ended_at is None:
        return 0
    return round((call.ended_at - call.connected_at).total_seconds())
