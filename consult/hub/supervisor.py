"""What a supervisor may send: listening to a call, and stepping in. Watching the board needs no orders.

As of a guest, every frame about media names a leg, and there is no conversation among them.
"""

from consult.hub import guest
from consult.hub.services import Asking, Handlers
from consult.wire.from_client import (
    AskIceServers,
    AskRestart,
    BlockTicket,
    BringForward,
    CloseConsultation,
    EndShift,
    FindNumber,
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


async def find_number(asking: Asking, frame: FindNumber) -> None:
    found = await asking.services.board.find(frame.label)
    asking.services.announcer.tell([asking.caller.address], found)


async def close_consultation(asking: Asking, order: CloseConsultation) -> object:
    return await asking.services.stepping_in.close(asking.caller, order, asking.receipt)


async def block_ticket(asking: Asking, order: BlockTicket) -> object:
    return await asking.services.stepping_in.block(asking.caller, order, asking.receipt)


async def end_shift(asking: Asking, order: EndShift) -> object:
    return await asking.services.desk.end_shift(asking.caller, order.officer, asking.receipt)


HANDLERS: Handlers = {
    FindNumber: find_number,
    CloseConsultation: close_consultation,
    BlockTicket: block_ticket,
    EndShift: end_shift,
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
