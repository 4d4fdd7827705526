"""What an officer may send: the keys of HANDLERS are the permissions."""

from consult.hub import conversation
from consult.hub.services import Asking, Handlers
from consult.wire.from_client import (
    AcceptOffer,
    AskRecording,
    AskTransferTargets,
    BeginRecorder,
    BeReady,
    FinishShift,
    PassOffer,
    Pause,
    SendRecorderCandidate,
    SendRecorderOffer,
    ServeNext,
    StopRecording,
    TransferConsultation,
)


async def be_ready(asking: Asking, order: BeReady) -> object:
    return await asking.services.desk.be_ready(asking.caller, asking.receipt)


async def pause(asking: Asking, order: Pause) -> object:
    return await asking.services.desk.pause(asking.caller, order.reason, asking.receipt)


async def finish_shift(asking: Asking, order: FinishShift) -> object:
    return await asking.services.desk.finish_shift(asking.caller, asking.receipt)


async def accept_offer(asking: Asking, order: AcceptOffer) -> object:
    return await asking.services.reception.accept(asking.caller, order.ticket, order.attempt, asking.receipt)


async def pass_offer(asking: Asking, order: PassOffer) -> object:
    return await asking.services.reception.pass_on(asking.caller, order.ticket, order.attempt, asking.receipt)


async def serve_next(asking: Asking, order: ServeNext) -> object:
    return await asking.services.reception.serve_next(asking.caller, asking.receipt)


async def ask_transfer_targets(asking: Asking, frame: AskTransferTargets) -> None:
    await asking.services.handover.ask(asking.caller, frame.ticket)


async def transfer(asking: Asking, order: TransferConsultation) -> object:
    return await asking.services.handover.transfer(asking.caller, order, asking.receipt)


async def ask_recording(asking: Asking, order: AskRecording) -> object:
    return await asking.services.recordings.ask(asking.caller, order.ticket, order.call, asking.receipt)


async def stop_recording(asking: Asking, order: StopRecording) -> object:
    recordings = asking.services.recordings
    return await recordings.stop(asking.caller, order.ticket, order.recording, order.why, asking.receipt)


async def begin_recorder(asking: Asking, order: BeginRecorder) -> object:
    await asking.services.studio.begin(asking.caller, order, asking.receipt)
    return None


async def send_recorder_offer(asking: Asking, frame: SendRecorderOffer) -> None:
    await asking.services.studio.offer(asking.caller, frame)


async def send_recorder_candidate(asking: Asking, frame: SendRecorderCandidate) -> None:
    await asking.services.studio.candidate(asking.caller, frame)


HANDLERS: Handlers = {
    BeReady: be_ready,
    Pause: pause,
    FinishShift: finish_shift,
    AcceptOffer: accept_offer,
    PassOffer: pass_offer,
    ServeNext: serve_next,
    AskTransferTargets: ask_transfer_targets,
    TransferConsultation: transfer,
    AskRecording: ask_recording,
    StopRecording: stop_recording,
    BeginRecorder: begin_recorder,
    SendRecorderOffer: send_recorder_offer,
    SendRecorderCandidate: send_recorder_candidate,
    **conversation.HANDLERS,
}
