"""What a guest may send, a third person in a call: the keys of HANDLERS are the permissions.

There is no conversation among them, and every frame about media names a leg.
"""

from consult.hub.services import Asking, Handlers
from consult.wire.from_client import (
    AnswerRecording,
    AskIceServers,
    AskRestart,
    JoinLeg,
    LeaveCall,
    SendCandidate,
    SendCode,
    SendDescription,
    SendMediaState,
    WithdrawRecording,
)


async def leave_call(asking: Asking, order: LeaveCall) -> object:
    return await asking.services.third_chair.leave(asking.caller, order, asking.receipt)


async def join_leg(asking: Asking, order: JoinLeg) -> object:
    return await asking.services.third_chair.join(asking.caller, order, asking.receipt)


async def answer_recording(asking: Asking, order: AnswerRecording) -> object:
    recordings = asking.services.recordings
    return await recordings.answer(
        asking.caller, order.ticket, order.recording, order.yes, order.text, asking.receipt
    )


async def withdraw_recording(asking: Asking, order: WithdrawRecording) -> object:
    recordings = asking.services.recordings
    return await recordings.withdraw(asking.caller, order.ticket, order.recording, asking.receipt)


async def send_description(asking: Asking, frame: SendDescription) -> None:
    await asking.services.leg_relay.describe(asking.caller, frame)


async def send_candidate(asking: Asking, frame: SendCandidate) -> None:
    await asking.services.leg_relay.candidate(asking.caller, frame)


async def send_code(asking: Asking, frame: SendCode) -> None:
    await asking.services.leg_relay.code(asking.caller, frame)


async def send_media_state(asking: Asking, frame: SendMediaState) -> None:
    await asking.services.leg_relay.media_state(asking.caller, frame)


async def ask_restart(asking: Asking, frame: AskRestart) -> None:
    await asking.services.leg_relay.restart(asking.caller, frame)


async def ask_ice_servers(asking: Asking, frame: AskIceServers) -> None:
    await asking.services.leg_relay.ice_servers(asking.caller, frame)


HANDLERS: Handlers = {
    LeaveCall: leave_call,
    JoinLeg: join_leg,
    AnswerRecording: answer_recording,
    WithdrawRecording: withdraw_recording,
    SendDescription: send_description,
    SendCandidate: send_candidate,
    SendCode: send_code,
    SendMediaState: send_media_state,
    AskRestart: ask_restart,
    AskIceServers: ask_ice_servers,
}
