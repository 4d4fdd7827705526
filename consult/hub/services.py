"""What the sockets' side may ask for: the services of the floors below, in one place."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from consult.accounts.doorkeeper import Doorkeeper
from consult.chat.suggestion_box import SuggestionBox
from consult.chat.transcript import Transcript
from consult.live.announcer import Announcer
from consult.live.fanout import Fanout
from consult.live.presence import Presence
from consult.live.redis import Live
from consult.people import Caller
from consult.precall.checks import DeviceChecks
from consult.queue.bringing_forward import BringingForward
from consult.queue.changes import Changes
from consult.queue.desk import Desk
from consult.queue.handover import Handover
from consult.queue.line import Line
from consult.queue.reception import Reception
from consult.queue.reopening import Reopening
from consult.queue.stepping_in import SteppingIn
from consult.recordings.recordings import Recordings
from consult.recordings.studio import Studio
from consult.settings import Settings
from consult.signalling.legs.listening import Listening
from consult.signalling.legs.relay import LegRelay
from consult.signalling.legs.third_chair import ThirdChair
from consult.signalling.relay import Relay
from consult.signalling.switchboard import Switchboard
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.supervision.board import Board
from consult.wire.from_client import FromClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    settings: Settings
    database: Database
    live: Live
    fanout: Fanout
    announcer: Announcer
    presence: Presence
    doorkeeper: Doorkeeper
    reception: Reception
    desk: Desk
    handover: Handover
    reopening: Reopening
    bringing_forward: BringingForward
    stepping_in: SteppingIn
    line: Line
    changes: Changes
    transcript: Transcript
    suggestion_box: SuggestionBox
    switchboard: Switchboard
    relay: Relay
    third_chair: ThirdChair
    leg_relay: LegRelay
    listening: Listening
    device_checks: DeviceChecks
    recordings: Recordings
    studio: Studio
    board: Board


@dataclass(frozen=True, slots=True)
class Asking:
    """Who sent a frame, and the receipt of its number."""

    caller: Caller
    services: Services
    numbered: Receipt | None = None

    @property
    def receipt(self) -> Receipt:
        """The receipt of an order. Every frame that carries a `cseq` has one."""
        assert self.numbered is not None  # noqa: S101 - handlers of ephemeral frames do not ask
        return self.numbered


Handler = Callable[[Asking, Any], Awaitable[object]]
Handlers = Mapping[type[FromClient], Handler]
