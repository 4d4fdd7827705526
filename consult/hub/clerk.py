"""Carries out frames: the role's table, the receipt of the number, and the answer in the wire's words."""

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NoReturn

import msgspec

from consult.errors import Busy, ConsultError, NeedsSocket, NotAllowed, OutOfOrder, Reproduced
from consult.hub import applicant, guest, officer, supervisor
from consult.hub.lane import Before, after
from consult.hub.services import Asking, Handler, Handlers, Services
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from consult.wire.from_client import FromClient
from consult.wire.to_client import Acked, Refused

log = logging.getLogger(__name__)

TABLES: Mapping[Role, Handlers] = {
    Role.APPLICANT: applicant.HANDLERS,
    Role.OFFICER: officer.HANDLERS,
    Role.SUPERVISOR: supervisor.HANDLERS,
    Role.GUEST: guest.HANDLERS,
}
RETRY_MS = 1_000

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Sender:
    caller: Caller
    stream: str


class Clerk:
    """`tables`: what each role may send here, if not all that it may send over a socket."""

    def __init__(self, services: Services, tables: Mapping[Role, Handlers] = TABLES) -> None:
        self._services = services
        self._tables = tables

    async def order(self, sender: Sender, order: FromClient, cseq: int, before: Before) -> Acked | Refused:
        """Carry out a numbered order, once; the answer to a repeat is the first answer.

        Orders are begun before earlier ones are committed. One that reached the database too early is
        tried again when those are done.
        """
        digest = _digest(_encoder.encode(order))
        asking = self._asking(sender, cseq, digest)
        handler = self._handler(sender.caller.role, order) or _not_allowed
        return await self._answered(handler, asking, order, before)

    async def unreadable(
        self, sender: Sender, text: str, cseq: int, error: ConsultError, before: Before
    ) -> Acked | Refused:
        """Refuse an order that could not be read, but whose number could: the number is used up."""

        async def refuse(asking: Asking, _: object) -> NoReturn:
            await _refuse(asking, error)

        asking = self._asking(sender, cseq, _digest(text.encode("utf-8", "surrogatepass")))
        return await self._answered(refuse, asking, text, before)

    async def ephemeral(self, sender: Sender, frame: FromClient) -> Refused | None:
        """Carry out a frame without a number. No news is good news."""
        name = type(frame).__name__
        handler = self._handler(sender.caller.role, frame)
        if handler is None:
            return refused(NotAllowed(), frame=name)
        return await unless_refused(name, handler(Asking(sender.caller, self._services), frame))

    def _handler(self, role: Role, frame: FromClient) -> Handler | None:
        handler = self._tables[role].get(type(frame))
        if handler is None and type(frame) in TABLES[role]:
            return _needs_socket if hasattr(frame, "cseq") else _media_needs_socket
        return handler

    def _asking(self, sender: Sender, cseq: int, digest: bytes) -> Asking:
        receipt = Receipt(sender.stream, sender.caller.subject, cseq, digest)
        return Asking(sender.caller, self._services, receipt)

    async def _answered(
        self, handler: Handler, asking: Asking, order: object, before: Before
    ) -> Acked | Refused:
        cseq = asking.receipt.cseq
        try:
            result = await _in_turn(handler, asking, order, before)
            return _acked(asking.receipt, result)
        except Reproduced as first:
            if first.refusal is not None:
                return refused(first.refusal, cseq)
            return Acked(cseq, first.at_ms, first.seq)
        except ConsultError as error:
            return refused(error, cseq)
        except Exception:
            # Whether it was committed is not known here. The number tells when it is sent again.
            log.exception("%s failed", type(order).__name__)
            return refused(Busy(retry_ms=RETRY_MS), cseq)


async def _in_turn(handler: Handler, asking: Asking, order: object, before: Before) -> object:
    try:
        return await handler(asking, order)
    except OutOfOrder:
        if before is None:
            raise
    await after(before)
    return await handler(asking, order)


async def _not_allowed(asking: Asking, order: object) -> NoReturn:
    await _refuse(asking, NotAllowed())


async def _needs_socket(asking: Asking, order: object) -> NoReturn:
    await _refuse(asking, NeedsSocket())


async def _media_needs_socket(asking: Asking, frame: object) -> NoReturn:
    raise NeedsSocket()


async def _refuse(asking: Asking, error: ConsultError) -> NoReturn:
    """Refuse within the receipt, so that the number is used up and a repeat gets the same answer."""

    def order(conn: object) -> NoReturn:
        raise error

    await asking.services.database.write(order, asking.receipt)


async def unless_refused(name: str, work: Awaitable[object]) -> Refused | None:
    """Do the work of a frame without a number; None when it went well."""
    try:
        await work
    except ConsultError as error:
        return refused(error, frame=name)
    except Exception:
        log.exception("%s failed", name)
        return refused(Busy(retry_ms=RETRY_MS), frame=name)
    return None


def refused(error: ConsultError, cseq: int | None = None, frame: str | None = None) -> Refused:
    """`frame` names what was refused where no number does."""
    values = error.values if frame is None else error.values | {"frame": frame}
    return Refused(error.code, cseq, error.retry_ms, values)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def _acked(receipt: Receipt, result: object) -> Acked:
    if receipt.answered_at_ms is None:
        raise RuntimeError("an order was carried out without its number")
    return Acked(receipt.cseq, receipt.answered_at_ms, getattr(result, "seq", None))
