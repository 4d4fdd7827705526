"""The snapshot that every connection starts from, and that heals whatever was missed."""

import msgspec

from consult.chat.transcript import CaughtUp
from consult.hub.clerk import Sender
from consult.hub.connection import Connection
from consult.hub.services import Services
from consult.people import Caller, Role
from consult.settings import Settings
from consult.storage.standing import Standing, standing
from consult.wire import codec
from consult.wire.to_client import (
    AfterEnd,
    CallShown,
    Conversation,
    Limits,
    Ticket,
    WelcomeApplicant,
    WelcomeGuest,
    WelcomeOfficer,
    WelcomeSupervisor,
)

VERSION = 1
Welcome = WelcomeApplicant | WelcomeOfficer | WelcomeSupervisor | WelcomeGuest


class Greeter:
    """Frames for the person are held in the outbox before anything is read: then none is lost or early."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limits = {role: limits_of(services.settings, role) for role in Role}

    async def standing(self, sender: Sender) -> Standing:
        """Where the stream of orders stands. Raises NotFound when it is somebody else's."""
        return await self._services.database.read(
            lambda conn: standing(conn, sender.stream, sender.caller.subject)
        )

    async def greet(self, connection: Connection, now: Standing, seqs: dict[str, int]) -> Welcome:
        """Send the snapshot, with everything after `seqs`; this is it."""
        welcome = await self._welcome(connection, now, seqs)
        connection.outbox.release(codec.encode(welcome))
        # Not before it is sent: what a snapshot that failed would have told is in the next one.
        connection.seqs = _reached(welcome, seqs)
        return welcome

    async def greet_again(
        self, connection: Connection, seqs: dict[str, int], epoch: str | None = None
    ) -> None:
        """The same to a page that lost something, or asks. `epoch`: that of `seqs`, if it may be another."""
        connection.outbox.hold()
        try:
            now = await self.standing(connection.sender)
            await self.greet(connection, now, seqs if epoch in (None, now.epoch) else {})
        finally:
            connection.outbox.let_out()

    async def _welcome(self, connection: Connection, now: Standing, seqs: dict[str, int]) -> Welcome:
        match connection.caller.role:
            case Role.APPLICANT:
                return await self._applicant(connection, now, seqs)
            case Role.OFFICER:
                return await self._officer(connection, now, seqs)
            case Role.GUEST:
                return await self._guest(connection, now)
            case _:
                return await self._supervisor(connection, now)

    async def _applicant(
        self, connection: Connection, now: Standing, seqs: dict[str, int]
    ) -> WelcomeApplicant:
        caller = connection.caller
        found = await self._services.transcript.since(caller, caller.id, seqs.get(caller.id, 0))
        in_line = found.ticket.stage in {"waiting", "offered"}
        place = await self._services.line.place(caller.id) if in_line else None
        connection.service = found.ticket.service
        seat = await self._services.third_chair.seat(caller, caller.id)
        return WelcomeApplicant(
            v=VERSION,
            epoch=now.epoch,
            now=now.now_ms,
            last_cseq=now.last_cseq,
            limits=self._limits[Role.APPLICANT],
            ticket=found.ticket,
            entries=found.entries,
            last_seq=found.last_seq,
            seen=found.seen,
            whole=found.whole,
            language=found.language,
            position=place,
            call=await self._services.switchboard.shown(caller, caller.id) if _in_service(found) else None,
            seen_from=connection.seen_from,
            check=await self._services.device_checks.shown(caller.id),
            guest=seat.guest,
            leg=seat.legs[0] if seat.legs else None,
            recording=await self._services.recordings.shown(caller, caller.id)
            if _in_service(found)
            else None,
            relay=bool(self._services.settings.turn_urls),
            after=await self._after_end(found.ticket),
        )

    async def _after_end(self, ticket: Ticket) -> AfterEnd:
        box = self._services.suggestion_box
        served = ticket.assignment_epoch > 0
        return msgspec.structs.replace(
            self._services.reopening.after_end(),
            rating_seconds=box.seconds,
            rated=await box.score_of(ticket.id) if served else None,
        )

    async def _officer(self, connection: Connection, now: Standing, seqs: dict[str, int]) -> WelcomeOfficer:
        caller = connection.caller
        desk = await self._services.desk.shown(caller, seqs)
        conversations = [await self._with_call(caller, shown) for shown in desk.conversations]
        line, total = await self._services.line.waiting_for(caller)
        return WelcomeOfficer(
            v=VERSION,
            epoch=now.epoch,
            now=now.now_ms,
            last_cseq=now.last_cseq,
            limits=self._limits[Role.OFFICER],
            name=caller.name,
            duty=desk.duty,
            conversations=conversations,
            whole=[shown.ticket.id for shown in conversations if shown.entries and shown.entries[0].seq == 1],
            line=line,
            line_total=total,
            offer=desk.offer,
            seen_from=connection.seen_from,
        )

    async def _with_call(self, caller: Caller, shown: Conversation) -> Conversation:
        call = await self._services.switchboard.shown(caller, shown.ticket.id)
        seat = await self._services.third_chair.seat(caller, shown.ticket.id)
        leg = seat.legs[0] if seat.legs else None
        recording = await self._services.recordings.shown(caller, shown.ticket.id)
        return msgspec.structs.replace(shown, call=call, guest=seat.guest, leg=leg, recording=recording)

    async def _guest(self, connection: Connection, now: Standing) -> WelcomeGuest:
        seat = await self._services.third_chair.own_seat(connection.caller)
        assert seat.guest is not None  # noqa: S101 - or it would not have been found
        return WelcomeGuest(
            v=VERSION,
            epoch=now.epoch,
            now=now.now_ms,
            last_cseq=now.last_cseq,
            limits=self._limits[Role.GUEST],
            guest=seat.guest,
            legs=seat.legs,
            officer_name=seat.officer_name,
            applicant_name=seat.applicant_name,
            seen_from=connection.seen_from,
            recording=await self._services.recordings.shown_to_guest(connection.caller, seat.guest.ticket),
        )

    async def _supervisor(self, connection: Connection, now: Standing) -> WelcomeSupervisor:
        seat = await self._services.listening.seat(connection.caller, connection.sender.stream)
        return WelcomeSupervisor(
            v=VERSION,
            epoch=now.epoch,
            now=now.now_ms,
            last_cseq=now.last_cseq,
            limits=self._limits[Role.SUPERVISOR],
            name=connection.caller.name,
            board=await self._services.board.shown(),
            listening=seat.guest,
            legs=seat.legs,
            seen_from=connection.seen_from,
        )


def calls_of(welcome: Welcome) -> list[CallShown]:
    """The calls that this snapshot shows to one of their two sides."""
    match welcome:
        case WelcomeApplicant():
            calls = [welcome.call]
        case WelcomeOfficer():
            calls = [shown.call for shown in welcome.conversations]
        case _:
            calls = []
    return [call for call in calls if call is not None]


def limits_of(settings: Settings, role: Role) -> Limits:
    """What a page must keep to, and how often it is to ping."""
    on_phones = role in (Role.APPLICANT, Role.GUEST)
    dead = settings.applicant_dead_seconds if on_phones else settings.officer_dead_seconds
    return Limits(
        frame_bytes=codec.FRAME_BYTES,
        chat_characters=settings.chat_characters,
        ping_seconds=_whole(settings.ping_seconds),
        call_ping_seconds=_whole(settings.call_ping_seconds),
        dead_seconds=_whole(dead),
        call_dead_seconds=_whole(settings.call_dead_seconds),
    )


def _whole(seconds: float) -> int:
    return max(1, round(seconds))


def _in_service(found: CaughtUp) -> bool:
    return found.ticket.stage == "serving"


def _reached(welcome: Welcome, seqs: dict[str, int]) -> dict[str, int] | None:
    """How far this snapshot tells each conversation; None for who has none."""
    match welcome:
        case WelcomeApplicant():
            return {welcome.ticket.id: welcome.last_seq}
        case WelcomeOfficer():
            return {shown.ticket.id: _last_seq(shown, seqs) for shown in welcome.conversations}
        case WelcomeGuest():
            return {}
        case _:
            return None


def _last_seq(shown: Conversation, seqs: dict[str, int]) -> int:
    return shown.entries[-1].seq if shown.entries else seqs.get(shown.ticket.id, 0)
