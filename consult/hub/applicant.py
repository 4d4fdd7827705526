"""What an applicant may send: the keys of HANDLERS are the permissions."""

from consult.hub import conversation
from consult.hub.services import Asking, Handlers
from consult.wire.from_client import LeaveQueue


async def leave_queue(asking: Asking, order: LeaveQueue) -> object:
    return await asking.services.reception.leave(asking.caller, order.ticket, asking.receipt)


HANDLERS: Handlers = {LeaveQueue: leave_queue, **conversation.HANDLERS}
