"""An officer signs out everywhere: the shift is finished, and nobody waits for somebody who has left."""

from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations.endings import CallEnding
from consult.consultations.stages import Stage
from consult.consultations.store import tickets
from consult.consultations.store.tickets import TicketRow
from consult.duty import store as duty
from consult.duty.rules import ON_DUTY, DutyState, DutyStep
from consult.duty.store import DutyRow
from consult.people import Caller, Role
from consult.queue import assigning
from consult.queue.assigning import Returned
from consult.queue.matching import Matching
from consult.queue.reception import Reception
from consult.queue.usher import Usher


class StillServing(Exception):
    """The officer serves people and has not said that they may be given to somebody else."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True, slots=True)
class Left:
    """What was given back when an officer left."""

    duty: DutyRow
    skills: list[str]
    withdrawn: list[Returned]
    returned: list[Returned]


class GoingHome:
    def __init__(self, usher: Usher, matching: Matching, reception: Reception, calls: CallEnding) -> None:
        self._usher = usher
        self._matching = matching
        self._reception = reception
        self._calls = calls

    def leave(self, conn: Connection, caller: Caller, agreed: bool) -> Left | None:
        """Part of the transaction that ends the officer's last session; None when not on duty.

        An open offer and the consultations go back to the head of the line, these with their transcripts.
        Raises StillServing when there are any and the officer has not `agreed` to that.
        """
        if caller.role is not Role.OFFICER:
            return None
        before = duty.find(conn, caller.id, lock=True)
        if before.state in (DutyState.OFFLINE, DutyState.DISABLED):
            return None
        served = self._served(conn, caller)
        if served and not agreed:
            raise StillServing(len(served))
        duty.come_back(conn, caller.id, caller.subject)  # signing out is a sign of life
        if duty.find(conn, caller.id).state in ON_DUTY:
            duty.change(conn, caller.id, DutyStep.FINISH, caller.subject)
        withdrawn = assigning.withdraw_offers(conn, caller.id, caller.subject)
        returned = [assigning.requeue(conn, row, caller.subject, self._calls) for row in served]
        return Left(duty.find(conn, caller.id), duty.skills(conn, caller.id), withdrawn, returned)

    def _served(self, conn: Connection, caller: Caller) -> list[TicketRow]:
        held = [
            tickets.find(conn, row.id, lock=True) for row in tickets.held_by(conn, caller.id, Stage.SERVING)
        ]
        # Behind the lock: the citizen may have ended it meanwhile.
        return [row for row in held if row.stage is Stage.SERVING and row.officer_id == caller.id]

    async def tell(self, left: Left) -> None:
        for result in left.withdrawn:
            await self._reception.tell_given_back(result, "withdrawn")
        for result in left.returned:
            await self._reception.tell_requeued(result)
        self._usher.duty_changed(left.duty, *left.skills)
        self._matching.soon()
