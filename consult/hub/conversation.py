"""What both sides of a consultation may send: messages, marks, and the frames of a call."""

from consult.hub import guest
from consult.hub.services import Asking, Handlers
from consult.wire.from_client import (
    AcceptCall,
    AcknowledgeListener,
    AdmitGuest,
    AnswerRecording,
    AskIceServers,
    AskRestart,
    DeclineCall,
    DismissGuest,
    EndConsultation,
    HangUp,
    InviteGuest,
    JoinLeg,
    MarkSeen,
    PostMessage,
    RenewCall,
    ReopenConsultation,
    ReportConnected,
    ReportInterrupted,
    ReportLost,
    ReportQuality,
    ReportScreen,
    Ring,
    SendCandidate,
    SendCode,
    SendDescription,
    SendMediaState,
    Typing,
    WithdrawRecording,
)


async def post_message(asking: Asking, order: PostMessage) -> object:
    return await asking.services.transcript.post(asking.caller, order.ticket, order.text, asking.receipt)


async def mark_seen(asking: Asking, frame: MarkSeen) -> None:
    await asking.services.transcript.mark_seen(asking.caller, frame.ticket, frame.delivered, frame.read)


async def typing(asking: Asking, frame: Typing) -> None:
    await asking.services.transcript.typing(asking.caller, frame.ticket)


async def end(asking: Asking, order: EndConsultation) -> object:
    return await asking.services.reception.end(asking.caller, order.ticket, order.epoch, asking.receipt)


async def reopen(asking: Asking, order: ReopenConsultation) -> object:
    return await asking.services.reopening.reopen(asking.caller, order.ticket, asking.receipt)


async def ring(asking: Asking, order: Ring) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.ring(asking.caller, order.ticket, order.media, asking.receipt, order.hide)


async def accept_call(asking: Asking, order: AcceptCall) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.accept(
        asking.caller, order.ticket, order.call, order.media, asking.receipt, order.hide
    )


async def decline_call(asking: Asking, order: DeclineCall) -> object:
    return await asking.services.switchboard.decline(asking.caller, order.ticket, order.call, asking.receipt)


async def hang_up(asking: Asking, order: HangUp) -> object:
    return await asking.services.switchboard.hang_up(asking.caller, order.ticket, order.call, asking.receipt)


async def report_connected(asking: Asking, order: ReportConnected) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.connected(
        asking.caller, order.ticket, order.call, order.generation, asking.receipt
    )


async def report_interrupted(asking: Asking, order: ReportInterrupted) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.interrupted(
        asking.caller, order.ticket, order.call, order.generation, asking.receipt
    )


async def renew_call(asking: Asking, order: RenewCall) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.renew(
        asking.caller, order.ticket, order.call, order.generation, asking.receipt, order.rung, order.hide
    )


async def report_lost(asking: Asking, order: ReportLost) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.lost(asking.caller, order.ticket, order.call, order.generation, asking.receipt)


async def report_quality(asking: Asking, order: ReportQuality) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.quality(
        asking.caller, order.ticket, order.call, order.step, order.level, asking.receipt
    )


async def report_screen(asking: Asking, order: ReportScreen) -> object:
    switchboard = asking.services.switchboard
    return await switchboard.screen(asking.caller, order.ticket, order.call, order.on, asking.receipt)


async def invite_guest(asking: Asking, order: InviteGuest) -> object:
    return await asking.services.third_chair.invite(asking.caller, order, asking.receipt)


async def admit_guest(asking: Asking, order: AdmitGuest) -> object:
    return await asking.services.third_chair.admit(asking.caller, order, asking.receipt)


async def dismiss_guest(asking: Asking, order: DismissGuest) -> object:
    return await asking.services.third_chair.dismiss(asking.caller, order, asking.receipt)


async def acknowledge_listener(asking: Asking, order: AcknowledgeListener) -> object:
    return await asking.services.listening.acknowledge(asking.caller, order, asking.receipt)


async def send_description(asking: Asking, frame: SendDescription) -> None:
    relay = asking.services.relay if frame.leg is None else asking.services.leg_relay
    await relay.describe(asking.caller, frame)


async def send_candidate(asking: Asking, frame: SendCandidate) -> None:
    relay = asking.services.relay if frame.leg is None else asking.services.leg_relay
    await relay.candidate(asking.caller, frame)


async def send_code(asking: Asking, frame: SendCode) -> None:
    relay = asking.services.relay if frame.leg is None else asking.services.leg_relay
    await relay.code(asking.caller, frame)


async def send_media_state(asking: Asking, frame: SendMediaState) -> None:
    relay = asking.services.relay if frame.leg is None else asking.services.leg_relay
    await relay.media_state(asking.caller, frame)


async def ask_restart(asking: Asking, frame: AskRestart) -> None:
    relay = asking.services.relay if frame.leg is None else asking.services.leg_relay
    await relay.restart(asking.caller, frame)


async def ask_ice_servers(asking: Asking, frame: AskIceServers) -> None:
    relay = asking.services.relay if frame.leg is None else asking.services.leg_relay
    await relay.ice_servers(asking.caller, frame)


HANDLERS: Handlers = {
    PostMessage: post_message,
    MarkSeen: mark_seen,
    Typing: typing,
    EndConsultation: end,
    ReopenConsultation: reopen,
    Ring: ring,
    AcceptCall: accept_call,
    DeclineCall: decline_call,
    HangUp: hang_up,
    ReportConnected: report_connected,
    ReportInterrupted: report_interrupted,
    RenewCall: renew_call,
    ReportLost: report_lost,
    ReportQuality: report_quality,
    ReportScreen: report_screen,
    InviteGuest: invite_guest,
    AdmitGuest: admit_guest,
    DismissGuest: dismiss_guest,
    AcknowledgeListener: acknowledge_listener,
    JoinLeg: guest.join_leg,
    AnswerRecording: guest.answer_recording,
    WithdrawRecording: guest.withdraw_recording,
    SendDescription: send_description,
    SendCandidate: send_candidate,
    SendMediaState: send_media_state,
    SendCode: send_code,
    AskRestart: ask_restart,
    AskIceServers: ask_ice_servers,
}
