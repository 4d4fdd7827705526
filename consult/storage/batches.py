"""Orders that share a transaction, so that one commit serves them all."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from consult import failpoints
from consult.storage import faults, moments
from consult.storage.orders import Accepted, Control, Outcome, carry_out
from consult.storage.waiting import Waiting

BATCH_ORDERS = 500

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batches:
    """Carries out what waits, batch after batch, and tells the outcomes once they are committed."""

    waiting: Waiting
    tell: Callable[[list[Outcome]], None]
    begin: Callable[[Connection], Control]  # once SQLAlchemy's transaction has begun
    seconds: float  # a longer batch would keep others from their rows
    before_alone: tuple[str, ...] = ()  # statements that let an order without company wait longer
    held_up: bool = False

    def next(self, conn: Connection) -> None:
        """One batch. What waits when it begins is in it, and what comes while it runs, up to the limits.

        It ends with an order that went ahead, which would otherwise wait for all that it has overtaken.
        """
        taken: list[Accepted] = []
        try:
            outcomes, hindered = self._together(conn, taken)
        except Exception as error:
            self.tell(self._broken(conn, taken, error))
            return
        self.tell(outcomes)
        if hindered is not None:
            self.tell([self._alone(conn, hindered)])

    def _together(self, conn: Connection, taken: list[Accepted]) -> tuple[list[Outcome], Accepted | None]:
        outcomes: list[Outcome] = []
        moments.forget(conn)
        with conn.begin():
            control = self.begin(conn)
            ends_at = time.monotonic() + self.seconds
            while len(taken) < BATCH_ORDERS and time.monotonic() < ends_at:
                accepted = self.waiting.take()
                if accepted is None:
                    break
                taken.append(accepted)
                outcome = carry_out(conn, control, accepted)
                if faults.contended(outcome.error):
                    # Commit the others first: the one in our way may be waiting for their rows.
                    return outcomes, accepted
                outcomes.append(outcome)
                if accepted.ahead and not self.waiting.somebody_ahead:
                    break
            failpoints.reach("before_commit")
        failpoints.reach("after_commit")
        return outcomes, None

    def _broken(self, conn: Connection, taken: list[Accepted], error: Exception) -> list[Outcome]:
        """Nothing of the batch was kept: the order that breaks it again is refused, not its neighbours."""
        if faults.away(error) or not taken:
            log.warning("The database cannot be written now: %s", error)
            return self.refuse_all(taken, error)
        return [self._alone(conn, accepted) for accepted in taken]

    def refuse_all(self, taken: list[Accepted], error: Exception) -> list[Outcome]:
        """Every order that was taken, or else waits, ends with this error."""
        while not taken or len(taken) < BATCH_ORDERS:
            accepted = self.waiting.take()
            if accepted is None:
                break
            taken.append(accepted)
        return [Outcome(accepted, error=error) for accepted in taken]

    def _alone(self, conn: Connection, accepted: Accepted) -> Outcome:
        outcome = self._once_alone(conn, accepted)
        # Alone among such orders, but not among batches: one of them may have written the row just now.
        return self._once_alone(conn, accepted) if faults.written_meanwhile(outcome.error) else outcome

    def _once_alone(self, conn: Connection, accepted: Accepted) -> Outcome:
        moments.forget(conn)
        self.held_up = True
        try:
            with conn.begin():
                control = self.begin(conn)
                for statement in self.before_alone:
                    control(statement)
                return carry_out(conn, control, accepted)
        except Exception as error:
            return Outcome(accepted, error=error)
        finally:
            self.held_up = False
