"""The officer's desk: ready, pause, end of shift, heartbeats, and the desk as it stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from consult.consultations import shown
from consult.consultations.stages import Stage
from consult.consultations.store import device_checks, tickets
from consult.duty import store as duty
from consult.duty.rules import MOST_CAPACITY, DutyStep
from consult.duty.shown import duty_of
from consult.duty.store import DutyRow
from consult.duty.store import capacity as capacity_store
from consult.errors import BadRequest, NotFound
from consult.people import Caller, Role
from consult.queue import assigning
from consult.queue.assigning import Returned
from consult.queue.matching import Matching
from consult.queue.reception import Reception
from consult.queue.usher import Usher, conversation_of
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.to_client import Conversation, Duty, Offer

BY_SUPERVISOR = "by_supervisor"


@dataclass(frozen=True, slots=True)
class DeskShown:
    """What an officer's page starts from; `seqs` bounded the entries that came along."""

    duty: Duty
    offer: Offer | None
    conversations: list[Conversation]


@dataclass(frozen=True, slots=True)
class Found:
    """An officer who counted as lost and is back, with the tickets that were kept."""

    duty: DutyRow
    skills: list[str]
    served: list[str]


class Desk:
    def __init__(self, database: Database, usher: Usher, matching: Matching, reception: Reception) -> None:
        self._database = database
        self._usher = usher
        self._matching = matching
        self._reception = reception

    async def be_ready(self, caller: Caller, receipt: Receipt) -> DutyRow:
        return await self._step(caller, DutyStep.BE_READY, "", receipt)

    async def pause(self, caller: Caller, reason: str, receipt: Receipt) -> DutyRow:
        """No more offers; an open one goes back to the head of the line, what runs goes on."""
        return await self._step(caller, DutyStep.PAUSE, reason, receipt)

    async def finish_shift(self, caller: Caller, receipt: Receipt) -> DutyRow:
        """As `pause`, and off duty once nothing runs any more."""
        return await self._step(caller, DutyStep.FINISH, "", receipt)

    async def end_shift(self, caller: Caller, officer_id: str, receipt: Receipt) -> DutyRow:
        """A supervisor finishes an officer's shift. Raises NotFound for who is no officer, or from anybody
        else; StageForbids for who is neither ready nor paused.
        """
        return await self._step(caller, DutyStep.FINISH, BY_SUPERVISOR, receipt, officer_id)

    async def _step(
        self, caller: Caller, step: DutyStep, reason: str, receipt: Receipt, officer_id: str | None = None
    ) -> DutyRow:
        """`officer_id`: of somebody else, which only a supervisor may name."""
        own = officer_id or caller.id

        def order(conn: Connection) -> tuple[DutyRow, list[str], list[Returned]]:
            if own != caller.id and caller.role is not Role.SUPERVISOR:
                raise NotFound()
            duty.change(conn, own, step, caller.subject, reason)
            # Once nothing more is offered: an offer made before that is seen here.
            stays = step is DutyStep.BE_READY
            withdrawn = [] if stays else assigning.withdraw_offers(conn, own, caller.subject)
            return duty.find(conn, own), duty.skills(conn, own), withdrawn

        row, skills, withdrawn = await self._database.write(order, receipt)
        for result in withdrawn:
            await self._reception.tell_given_back(result, "withdrawn")
        self._usher.duty_changed(row, *skills)
        self._matching.soon()
        return row

    async def set_capacity(self, caller: Caller, officer_id: str, capacity: int) -> DutyRow:
        """How many units this officer serves at once; for an administrator. Nobody is thrown out.

        Raises BadRequest outside 1 to `MOST_CAPACITY`, NotFound for who is no officer.
        """
        if not 1 <= capacity <= MOST_CAPACITY:
            raise BadRequest(field="capacity", reason="range")

        def order(conn: Connection) -> tuple[DutyRow, list[str]]:
            row = capacity_store.set_capacity(conn, officer_id, capacity, caller.subject)
            return row, duty.skills(conn, officer_id)

        row, skills = await self._database.write(order)
        self._usher.duty_changed(row, *skills)
        self._matching.soon()
        return row

    async def capacities(self) -> dict[str, int]:
        """Person id -> units at once, of every officer."""
        return await self._database.read(capacity_store.capacities)

    async def came(self, caller: Caller) -> None:
        """The officer's page is here: a lost officer is back in the state from before."""

        await self.seen([caller.id])

    async def seen(self, person_ids: Iterable[str]) -> None:
        """Heartbeats of these officers, gathered over a few seconds.

        Who counted as lost, because a server was held up, is found again by the first heartbeat.
        """
        ids = set(person_ids)
        if ids:
            found = await self._database.write(lambda conn: _found(conn, ids))
            for one in found:
                self._usher.duty_changed(one.duty, *one.skills)
                for ticket_id in one.served:
                    self._usher.officer_presence(ticket_id, online=True)
            if found:
                self._matching.soon()

    async def shown(self, caller: Caller, seqs: dict[str, int]) -> DeskShown:
        """The desk now; each conversation with its entries after the seq in `seqs` (0 when absent)."""

        def query(conn: Connection) -> DeskShown:
            now = moments.now(conn)
            own = duty.find(conn, caller.id)
            offered = tickets.held_by(conn, caller.id, Stage.OFFERED)
            served = tickets.held_by(conn, caller.id, Stage.SERVING)
            return DeskShown(
                duty_of(own),
                next((shown.offer_of(row, now, device_checks.find(conn, row.id)) for row in offered), None),
                [conversation_of(conn, row, _after(seqs, row.id, row.last_seq)) for row in served],
            )

        return await self._database.read(query)

    async def revisions(self, person_ids: Iterable[str]) -> dict[str, int]:
        """The revisions of these officers' duty rows, which `Pong` carries."""
        ids = list(person_ids)
        return await self._database.read(lambda conn: {id: duty.find(conn, id).revision for id in ids})


def _found(conn: Connection, ids: set[str]) -> list[Found]:
    found = []
    for id in duty.seen(conn, ids):
        row = duty.come_back(conn, id, f"staff:{id}")
        if row is not None:
            served = [ticket.id for ticket in tickets.held_by(conn, id, Stage.SERVING)]
            found.append(Found(row, duty.skills(conn, id), served))
    return found


def _after(seqs: dict[str, int], ticket_id: str, last_seq: int) -> int:
    # A page that claims more than there is holds another history: it gets everything.
    claimed = seqs.get(ticket_id, 0)
    return claimed if claimed <= last_seq else 0
