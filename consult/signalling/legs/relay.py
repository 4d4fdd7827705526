"""Relays what the two ends of a guest's leg say to each other. None of it is stored or logged."""

from sqlalchemy import Connection

from consult.consultations import guest_steps
from consult.consultations.guest_steps import Moved
from consult.errors import NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.people import Caller, Role, Side
from consult.settings import Settings
from consult.signalling.description import check_candidate, check_description, keep_hidden
from consult.signalling.ice import relay_only
from consult.signalling.legs import found
from consult.signalling.legs import store as legs
from consult.signalling.legs.found import Found
from consult.signalling.legs.hears_only import check_hears_only
from consult.signalling.legs.shown import hidden_as, leg_of
from consult.signalling.store import pin_for
from consult.signalling.switchboard import Witness
from consult.storage.database import Database
from consult.wire.from_client import (
    AskIceServers,
    AskRestart,
    SendCandidate,
    SendCode,
    SendDescription,
    SendMediaState,
)
from consult.wire.to_client import (
    CandidateRelayed,
    CodeRelayed,
    DescriptionRelayed,
    LegChanged,
    MediaStateTold,
    RestartAsked,
)

Spoken = SendDescription | SendCandidate | SendCode | SendMediaState | AskRestart | AskIceServers


class LegRelay:
    """As `Relay`, for one leg. A frame that names no leg finds nothing."""

    def __init__(
        self, database: Database, announcer: Announcer, settings: Settings, witness: Witness | None = None
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings
        self._witness = witness

    async def describe(self, caller: Caller, frame: SendDescription) -> None:
        """Raises NotFound, Ended, StageForbids, TooLarge, BadDescription: also of a supervisor who sends."""
        checked = check_description(frame.sdp)
        if _listens(caller):
            check_hears_only(frame.sdp)
        leg = await self._spoken_over(caller, frame)
        self._keep_hidden(caller, leg, checked.shows_address)
        if leg.leg.pin_of(caller.side) != pin_for(frame.generation, checked.fingerprint):
            await self._pin(caller, frame, checked.fingerprint)
        relayed = DescriptionRelayed(
            frame.ticket, frame.call, frame.generation, frame.kind, frame.sdp, frame.leg
        )
        self._announcer.tell([leg.other], relayed)

    async def candidate(self, caller: Caller, frame: SendCandidate) -> None:
        shows_address = check_candidate(frame.candidate)
        leg = await self._spoken_over(caller, frame)
        self._keep_hidden(caller, leg, shows_address)
        relayed = CandidateRelayed(
            frame.ticket,
            frame.call,
            frame.generation,
            frame.candidate,
            frame.mid,
            frame.line,
            frame.ufrag,
            frame.leg,
        )
        self._announcer.tell([leg.other], relayed)

    async def media_state(self, caller: Caller, frame: SendMediaState) -> None:
        leg = await self._spoken_over(caller, frame)
        told = MediaStateTold(
            frame.ticket,
            frame.call,
            frame.generation,
            frame.audio and not _listens(caller),
            frame.video and not _listens(caller),
            frame.level,
            frame.wanted,
            frame.saving,
            frame.anew,
            frame.away,
            frame.leg,
            frame.screen,
        )
        self._announcer.tell([leg.other], told)

    async def code(self, caller: Caller, frame: SendCode) -> None:
        """As `Relay.code`: the side's page commits itself and opens, the guest's answers in between.

        A supervisor only listens: nobody reads digits to it.
        """
        leg = await self._spoken_over(caller, frame)
        if leg.guest.listens:
            raise NotFound()
        if (frame.step == "nonce") is not (caller.side is Side.GUEST):
            raise StageForbids(stage=frame.step, step="relay")
        relayed = CodeRelayed(frame.ticket, frame.call, frame.generation, frame.step, frame.value, frame.leg)
        self._announcer.tell([leg.other], relayed)

    async def restart(self, caller: Caller, frame: AskRestart) -> None:
        leg = await self._spoken_over(caller, frame)
        self._announcer.tell([leg.other], RestartAsked(frame.ticket, frame.call, frame.generation, frame.leg))

    async def ice_servers(self, caller: Caller, frame: AskIceServers) -> None:
        """To the caller itself, with credentials that last again."""
        leg = await self._spoken_over(caller, frame)
        shown = leg_of(leg.leg, leg.guest, leg.call, caller.side, self._settings)
        self._announcer.tell([caller.address], LegChanged(shown))

    def _keep_hidden(self, caller: Caller, leg: Found, shows_address: bool) -> None:
        side = hidden_as(caller.side, _listens(caller))
        keep_hidden(shows_address, relay_only(self._settings, side, leg.call.applicant_hidden))

    async def _spoken_over(self, caller: Caller, frame: Spoken) -> Found:
        return await self._database.read(lambda conn: _find(conn, caller, frame))

    async def _pin(self, caller: Caller, frame: SendDescription, fingerprint: str) -> None:
        """Hold this end to its certificate for the generation; with another one the guest has to go."""

        def order(conn: Connection) -> tuple[Moved | None, object | None]:
            leg = _find(conn, caller, frame, lock=True)
            if legs.pin(conn, leg.leg, caller.side, fingerprint):
                return None, None
            ended = guest_steps.close(conn, frame.ticket, "policy")
            return ended, None if self._witness is None else self._witness.saw(conn, leg.call)

        ended, seen = await self._database.write(order)
        if ended is not None:
            guest_steps.tell(self._announcer, ended)
            if self._witness is not None and seen is not None:
                self._witness.tell(seen)
            raise StageForbids(stage=ended.guest.stage.value, step="relay")


def _listens(caller: Caller) -> bool:
    return caller.role is Role.SUPERVISOR


def _find(conn: Connection, caller: Caller, frame: Spoken, lock: bool = False) -> Found:
    if frame.leg is None:
        raise NotFound()
    return found.spoken_over(conn, caller, frame.ticket, frame.call, frame.leg, frame.generation, lock)
