"""What a supervisor may send: listening to a call. Watching the board needs no orders.

As of a guest, every frame about media names a leg, and there is no conversation among them.
"""

from consult.hub import guest
from consult.hub.services import Asking, Handlers
from consult.wire.from_client import (
    AskIceServers,
    AskRestart,
    BringForward,
    JoinLeg,
    ListenIn,
    SendCandidate,
    SendDescription,
    SendMediaState,
    StopListening,
)


async def listen_in(asking: Asking, order: ListenIn) -> object:
    return await asking.services.listening.begin(asking.caller, order, asking.receipt)


async def stop_listening(asking: Asking, order: StopListening) -> object:
    return await asking.services.listening.stop(asking.caller, order, asking.receipt)


async def bring_forward(asking: Asking, order: BringForward) -> object:
    return await asking.services.bringing_forward.bring_forward(asking.caller, order, asking.receipt)


HANDLERS: Handlers = {
    ListenIn: listen_in,
    StopListening: stop_listening,
    BringForward: bring_forward,
    JoinLeg: guest.join_leg,
    SendDescription: guest.send_description,
    SendCandidate: guest.send_candidate,
    SendMediaState: guest.send_media_state,
    AskRestart: guest.ask_restart,
    AskIceServers: guest.ask_ice_servers,
}
