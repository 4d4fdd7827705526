"""Relays descriptions, candidates and media states within a live call. None is stored or logged.

One DTLS certificate is pinned, as a hash, for each side and generation: no other can take its place.
"""

from consult.errors import StageForbids
from consult.live.announcer import Announcer
from consult.people import Caller, Side
from consult.settings import Settings
from consult.signalling import store
from consult.signalling.description import check_candidate, check_description, keep_hidden
from consult.signalling.fence import Passed, passes
from consult.signalling.ice import relay_only
from consult.signalling.shown import call_of
from consult.signalling.switchboard import Switchboard
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
    CallChanged,
    CandidateRelayed,
    CodeRelayed,
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
        checked = check_description(frame.sdp)
        passed = await self._passes(caller, frame)
        self._keep_hidden(caller, passed, checked.shows_address)
        # Most descriptions are not the first of their generation: nothing is written for those.
        if passed.pin != store.pin_for(frame.generation, checked.fingerprint):
            await self._switchboard.pin(
                caller, frame.ticket, frame.call, frame.generation, checked.fingerprint
            )
        relayed = DescriptionRelayed(frame.ticket, frame.call, frame.generation, frame.kind, frame.sdp)
        self._announcer.tell([passed.other], relayed)

    async def candidate(self, caller: Caller, frame: SendCandidate) -> None:
        shows_address = check_candidate(frame.candidate)
        passed = await self._passes(caller, frame)
        self._keep_hidden(caller, passed, shows_address)
        relayed = CandidateRelayed(
            frame.ticket, frame.call, frame.generation, frame.candidate, frame.mid, frame.line, frame.ufrag
        )
        self._announcer.tell([passed.other], relayed)

    async def media_state(self, caller: Caller, frame: SendMediaState) -> None:
        passed = await self._passes(caller, frame)
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
        self._announcer.tell([passed.other], told)

    async def code(self, caller: Caller, frame: SendCode) -> None:
        """The officer's page commits itself and opens, the applicant's answers in between.

        That the steps come in this order is for the pages to see: they need not trust this service.
        """
        passed = await self._passes(caller, frame)
        if (frame.step == "nonce") is not (caller.side is Side.APPLICANT):
            raise StageForbids(stage=frame.step, step="relay")
        relayed = CodeRelayed(frame.ticket, frame.call, frame.generation, frame.step, frame.value)
        self._announcer.tell([passed.other], relayed)

    async def restart(self, caller: Caller, frame: AskRestart) -> None:
        passed = await self._passes(caller, frame)
        self._announcer.tell([passed.other], RestartAsked(frame.ticket, frame.call, frame.generation))

    async def ice_servers(self, caller: Caller, frame: AskIceServers) -> None:
        """To the caller itself, with credentials that last again."""
        await passes(self._database, caller, frame.ticket, frame.call, frame.generation)
        call = await self._database.read(lambda conn: store.find(conn, frame.ticket, frame.call))
        self._announcer.tell([caller.address], CallChanged(call_of(call, caller.side, self._settings)))

    def _keep_hidden(self, caller: Caller, passed: Passed, shows_address: bool) -> None:
        keep_hidden(shows_address, relay_only(self._settings, caller.side, passed.hidden))

    async def _passes(
        self, caller: Caller, frame: SendDescription | SendCandidate | SendCode | SendMediaState | AskRestart
    ) -> Passed:
        return await passes(self._database, caller, frame.ticket, frame.call, frame.generation)
