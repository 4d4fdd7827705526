"""One order of a batch: carried out within a savepoint, so that it can fail alone."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

from consult.errors import Busy, ConsultError
from consult.storage import faults, receipts
from consult.storage.receipts import Receipt

T = TypeVar("T")
Order = Callable[[Connection], T]
Control = Callable[[str], object]
BUSY_RETRY_MS = 1000
STORAGE = "storage"


@dataclass(slots=True, eq=False)
class Accepted:
    """An order somebody waits for."""

    order: Order[Any]
    receipt: Receipt | None
    answer: "asyncio.Future[Any]"
    ahead: bool = False  # goes before those that are not
    newcomer: bool = False  # refused while those who are here already take long
    accepted_at: float = field(default_factory=time.monotonic)  # seconds of time.monotonic


@dataclass(slots=True)
class Outcome:
    """What came of an accepted order, told once its batch is committed."""

    accepted: Accepted
    result: Any = None
    error: Exception | None = None


def carry_out(conn: Connection, control: Control, accepted: Accepted) -> Outcome:
    """Run one order. Its refusal undoes what it did and nothing else.

    `control` runs a statement that begins or ends a savepoint. Raises only when the savepoint itself
    cannot be ended: then the transaction is lost.
    """
    control("SAVEPOINT one_order")
    outcome = _attempt(conn, control, accepted)
    control("RELEASE SAVEPOINT one_order")
    return outcome


def _attempt(conn: Connection, control: Control, accepted: Accepted) -> Outcome:
    receipt = accepted.receipt
    claimed = False
    try:
        if receipt is not None:
            receipts.claim(conn, receipt)
            claimed = True
        result = accepted.order(conn)
        if receipt is not None:
            receipts.keep_result(conn, receipt, getattr(result, "seq", None))
        return Outcome(accepted, result)
    except Exception as error:
        _undo(control, error)
        if receipt is not None and claimed and isinstance(error, ConsultError) and error.final:
            receipts.claim(conn, receipt)
            receipts.keep_refusal(conn, receipt, error)
        return Outcome(accepted, error=error)


def _undo(control: Control, error: Exception) -> None:
    try:
        control("ROLLBACK TO SAVEPOINT one_order")
    except Exception:
        raise error from None  # the reason, not that there is no savepoint any more


def busy() -> Busy:
    """What is told when the database cannot do it now; the reason sets it apart from a crowd."""
    return Busy(retry_ms=BUSY_RETRY_MS, reason=STORAGE)


def tell(outcomes: Iterable[Outcome]) -> None:
    """Answer those who still wait. Runs in the event loop."""
    for outcome in outcomes:
        answer = outcome.accepted.answer
        if answer.done():
            continue
        if outcome.error is None:
            answer.set_result(outcome.result)
        else:
            answer.set_exception(_told(outcome.error))


def _told(error: Exception) -> Exception:
    if faults.away(error):
        away = busy()
        away.__cause__ = error
        return away
    if isinstance(error, StopIteration):  # a future cannot hold it
        return RuntimeError("an order raised StopIteration")
    return error
