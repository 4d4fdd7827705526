"""What an applicant may send: the keys of HANDLERS are the permissions."""

from consult.hub import conversation
from consult.hub.services import Asking, Handlers
from consult.wire.from_client import (
    BeginCheck,
    LeaveQueue,
    RateConsultation,
    ReportCheck,
    SendCheckCandidate,
    SendCheckOffer,
)


async def leave_queue(asking: Asking, order: LeaveQueue) -> object:
    return await asking.services.reception.leave(asking.caller, order.ticket, asking.receipt)


async def rate(asking: Asking, order: RateConsultation) -> object:
    return await asking.services.suggestion_box.rate(asking.caller, order, asking.receipt)


async def begin_check(asking: Asking, frame: BeginCheck) -> None:
    await asking.services.device_checks.begin(asking.caller, frame)


async def send_check_offer(asking: Asking, frame: SendCheckOffer) -> None:
    await asking.services.device_checks.offer(asking.caller, frame)


async def send_check_candidate(asking: Asking, frame: SendCheckCandidate) -> None:
    await asking.services.device_checks.candidate(asking.caller, frame)


async def report_check(asking: Asking, order: ReportCheck) -> object:
    return await asking.services.device_checks.report(asking.caller, order, asking.receipt)


HANDLERS: Handlers = {
    LeaveQueue: leave_queue,
    RateConsultation: rate,
    BeginCheck: begin_check,
    SendCheckOffer: send_check_offer,
    SendCheckCandidate: send_check_candidate,
    ReportCheck: report_check,
    **conversation.HANDLERS,
}
