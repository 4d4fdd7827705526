"""Asking, agreeing, withdrawing: SQL decides, by compare-and-set; then everybody in the call is told."""

import asyncio
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from consult.consultations.store import guests, tickets
from consult.errors import ConsultError, NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.people import Caller, Role, Side
from consult.recordings import steps
from consult.recordings.line import tell_end
from consult.recordings.participants import is_among
from consult.recordings.rules import OPEN, SEALED, RecordingStage
from consult.recordings.shown import recording_of
from consult.recordings.steps import Changed
from consult.recordings.store import life
from consult.recordings.store.life import RecordingRow
from consult.settings import Settings
from consult.signalling.steps import served
from consult.signalling.store import CallRow
from consult.signalling.store import find as find_call
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.to_client import EntryAdded, RecordingChanged, RecordingShown


class Recordings:
    """Also the switchboard's witness: a recording does not outlive the people who agreed to it."""

    def __init__(self, database: Database, announcer: Announcer, settings: Settings) -> None:
        self._database = database
        self._announcer = announcer
        self._settings = settings
        self._telling: set[asyncio.Task[None]] = set()

    async def ask(self, caller: Caller, ticket_id: str, call_id: str, receipt: Receipt) -> Changed:
        """The officer asks everybody else in the call. Raises NotFound, StageForbids."""

        def order(conn: Connection) -> Changed:
            served(conn, caller, ticket_id)
            call = find_call(conn, ticket_id, call_id, lock=True)
            if self._settings.recording == "off" or caller.side is not Side.OFFICER:
                raise StageForbids(stage="off", step="record")
            return steps.ask(conn, call, caller, receipt.stream)

        return await self._carry_out(order, receipt)

    async def answer(
        self,
        caller: Caller,
        ticket_id: str,
        recording_id: str,
        yes: bool,
        text_version: int,
        receipt: Receipt,
    ) -> Changed:
        """A participant's yes or no. `text_version`: of the words that were read."""

        def step(conn: Connection, call: CallRow, row: RecordingRow) -> Changed:
            if yes:
                return steps.agree(conn, call, row, caller, receipt.stream, text_version)
            return steps.refuse(conn, call, row, caller)

        return await self._carry_out(partial(_about, caller, ticket_id, recording_id, step), receipt)

    async def withdraw(self, caller: Caller, ticket_id: str, recording_id: str, receipt: Receipt) -> Changed:
        """Anybody's, at any time: nothing is kept from here on."""

        def step(conn: Connection, call: CallRow, row: RecordingRow) -> Changed:
            return steps.withdraw(conn, call, row, caller)

        return await self._carry_out(partial(_about, caller, ticket_id, recording_id, step), receipt)

    async def stop(
        self, caller: Caller, ticket_id: str, recording_id: str, why: str, receipt: Receipt
    ) -> Changed:
        """The officer's; the slice in progress is still taken."""

        def step(conn: Connection, call: CallRow, row: RecordingRow) -> Changed:
            return steps.stop(conn, call, row, caller, why)

        return await self._carry_out(partial(_about, caller, ticket_id, recording_id, step), receipt)

    async def shown(self, caller: Caller, ticket_id: str) -> RecordingShown | None:
        """The newest recording of the consultation's calls, None when none was asked for."""

        def query(conn: Connection) -> RecordingRow | None:
            tickets.find_for(conn, caller, ticket_id)
            return life.last(conn, ticket_id)

        row = await self._database.read(query)
        return None if row is None else recording_of(row, self._settings)

    async def shown_to_guest(self, caller: Caller, ticket_id: str) -> RecordingShown | None:
        """The newest recording, where this guest was asked about it."""
        row = await self._database.read(lambda conn: life.last(conn, ticket_id))
        asked = row is not None and is_among(row.people, caller.id)
        return recording_of(row, self._settings) if row is not None and asked else None

    async def lose(self, ticket_id: str, recording_id: str) -> None:
        """The server's recorder is gone. Nothing happens to a recording that has ended before."""

        def order(conn: Connection) -> Changed | None:
            tickets.find(conn, ticket_id, lock=True)
            call = steps.call_of(conn, life.find_of(conn, ticket_id, recording_id))
            row = life.find_of(conn, ticket_id, recording_id, lock=True)
            if row.stage is not RecordingStage.RECORDING:
                return None
            return steps.lapsed(conn, row, call) or steps.lapse(conn, row, call, "server_lost")

        changed = await self._database.write(order)
        if changed is not None:
            self.tell(changed)

    async def lapse_silent(self) -> int:
        """End recordings whose page sends nothing any more, or whose people changed unseen."""
        ended = 0
        for recording_id in await self._database.read(life.silent):
            try:
                changed = await self._database.write(partial(_silent, recording_id=recording_id))
            except ConsultError:
                continue  # somebody was faster
            if changed is not None:
                self.tell(changed)
                ended += 1
        return ended

    def saw(self, conn: Connection, call: CallRow) -> Changed | None:
        """Part of the transaction that changed the call, or who is in it."""
        row = life.last(conn, call.ticket_id, lock=True)
        if row is None or row.call_id != call.id:
            return None
        return steps.lapsed(conn, row, call) or steps.departed(conn, row, call)

    def tell(self, seen: object) -> None:
        assert isinstance(seen, Changed)  # noqa: S101 - what `saw` returned
        everybody = seen.to if seen.guest is None else (*seen.to, seen.guest)
        self._announcer.tell(everybody, RecordingChanged(recording_of(seen.row, self._settings)))
        for entry in seen.entries:
            self._announcer.tell(seen.to, EntryAdded(seen.row.ticket_id, entry))
        row = seen.row
        if self._settings.recording == "server" and row.started_at is not None and row.stage not in OPEN:
            telling = asyncio.create_task(
                tell_end(self._settings.data_dir, row.id, row.reason in SEALED), name="recorder is told"
            )
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _carry_out(self, order: Callable[[Connection], Changed], receipt: Receipt) -> Changed:
        changed = await self._database.write(order, receipt)
        self.tell(changed)
        return changed


def _about(
    caller: Caller,
    ticket_id: str,
    recording_id: str,
    step: Callable[[Connection, CallRow, RecordingRow], Changed],
    conn: Connection,
) -> Changed:
    """Rows are locked from the ticket down, as every step of a call does. A guest finds what it was asked
    about while it takes part, and nothing else.
    """
    if caller.role is Role.GUEST:
        tickets.find(conn, ticket_id, lock=True)
        guests.find_here(conn, caller.id, ticket_id)
    else:
        tickets.find_for(conn, caller, ticket_id, lock=True)
    row = life.find_of(conn, ticket_id, recording_id)
    if caller.role is Role.GUEST and not is_among(row.people, caller.id):
        raise NotFound()
    call = steps.call_of(conn, row)
    return step(conn, call, life.find_of(conn, ticket_id, recording_id, lock=True))


def _silent(conn: Connection, recording_id: str) -> Changed | None:
    found = life.find(conn, recording_id)
    tickets.find(conn, found.ticket_id, lock=True)
    call = steps.call_of(conn, found)
    row = life.find_of(conn, found.ticket_id, recording_id, lock=True)
    if recording_id not in life.silent(conn):
        raise NotFound()
    return steps.lapsed(conn, row, call) or steps.lapse(conn, row, call, "recorder_lost")
