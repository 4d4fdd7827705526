"""Relays descriptions, candidates and media states within a live call. None is stored or logged.

One DTLS certificate is pinned, as a hash, for each side and generation: no other can take its place.
"""

from sqlalchemy import Connection

from consult.consultations.stages import Stage
from consult.consultations.store import tickets
from consult.errors import StageForbids
from consult.live.announcer import Announcer
from consult.people import Address, Caller, Side, applicant_address, staff_address
from consult.settings import Settings
from consult.signalling import store
from consult.signalling.calls import RELAYED
from consult.signalling.description import check_candidate, check_description
from consult.signalling.ice import relay_only
from consult.signalling.shown import call_of
from consult.signalling.store import CallRow
from consult.signalling.switchboard import Switchboard
from consult.storage.database import Database
from consult.wire.from_client import AskIceServers, AskRestart, SendCandidate, SendDescription, SendMediaState
from consult.wire.to_client import (
    CallChanged,
    CandidateRelayed,
    DescriptionRelayed,
    MediaStateTold,
    RestartAsked,
)


class Relay:
    def __init__(
        self, database: Database, announcer: Announcer, settings: Settings, switchboard: Switchboard
    ) -> None:
        self._switchboard = switchboard
        self._database = database
        self._announcer = announcer
        self._settings = settings

    async def describe(self, caller: Caller, frame: SendDescription) -> None:
        """Raises NotFound, StageForbids, TooLarge, BadDescription."""
        fingerprint = check_description(frame.sdp, relay_only(self._settings, caller.side))
        other, call = await self._other_side(caller, frame)
        # Most descriptions are not the first of their generation: nothing is written for those.
        if call.pin_of(caller.side) != store.pin_for(frame.generation, fingerprint):
            await self._switchboard.pin(caller, frame.ticket, frame.call, frame.generation, fingerprint)
        relayed = DescriptionRelayed(frame.ticket, frame.call, frame.generation, frame.kind, frame.sdp)
        self._announcer.tell([other], relayed)

    async def candidate(self, caller: Caller, frame: SendCandidate) -> None:
        check_candidate(frame.candidate, relay_only(self._settings, caller.side))
        other, _ = await self._other_side(caller, frame)
        relayed = CandidateRelayed(
            frame.ticket, frame.call, frame.generation, frame.candidate, frame.mid, frame.line, frame.ufrag
        )
        self._announcer.tell([other], relayed)

    async def media_state(self, caller: Caller, frame: SendMediaState) -> None:
        other, _ = await self._other_side(caller, frame)
        told = MediaStateTold(
            frame.ticket,
            frame.call,
            frame.generation,
            frame.audio,
            frame.video,
            frame.level,
            frame.wanted,
            frame.saving,
            frame.anew,
            frame.away,
            screen=frame.screen,
        )
        self._announcer.tell([other], told)

    async def restart(self, caller: Caller, frame: AskRestart) -> None:
        other, _ = await self._other_side(caller, frame)
        self._announcer.tell([other], RestartAsked(frame.ticket, frame.call, frame.generation))

    async def ice_servers(self, caller: Caller, frame: AskIceServers) -> None:
        """To the caller itself, with credentials that last again."""
        _, call = await self._other_side(caller, frame)
        self._announcer.tell([caller.address], CallChanged(call_of(call, caller.side, self._settings)))

    async def _other_side(
        self,
        caller: Caller,
        frame: SendDescription | SendCandidate | SendMediaState | AskRestart | AskIceServers,
    ) -> tuple[Address, CallRow]:
        """Who else is in this call now; read for each frame, because the case may have changed hands."""

        def query(conn: Connection) -> tuple[Address, CallRow]:
            ticket = tickets.find_for(conn, caller, frame.ticket)
            call = store.find(conn, frame.ticket, frame.call)
            if ticket.stage is not Stage.SERVING or ticket.officer_id is None:
                raise StageForbids(stage=ticket.stage.value, step="relay")
            if call.stage not in RELAYED or call.generation != frame.generation:
                raise StageForbids(stage=call.stage.value, step="relay")
            to_officer = caller.side is Side.APPLICANT
            to = staff_address(ticket.officer_id) if to_officer else applicant_address(frame.ticket)
            return to, call

        return await self._database.read(query)
