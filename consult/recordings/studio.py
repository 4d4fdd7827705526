"""Between the officer's page and the recorder's process: their signals, and what happens when it is gone.

The recorder is asked for a page that is in a call which everybody lets record; what it keeps it checks by
itself, against the rows (decision 16).
"""

import asyncio

from sqlalchemy import Connection

from consult.clock import SystemClock
from consult.consultations.store import tickets
from consult.errors import NotFound, StageForbids
from consult.live.announcer import Announcer
from consult.peers.letters import Candidate, Offered
from consult.people import Caller, Side, staff_address
from consult.recordings.line import RecorderLine
from consult.recordings.recordings import Recordings
from consult.recordings.rules import RecordingStage
from consult.recordings.store import life
from consult.settings import Settings
from consult.signalling.description import check_candidate, check_description
from consult.signalling.ice import ice_servers
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import BeginRecorder, SendRecorderCandidate, SendRecorderOffer
from consult.wire.to_client import RecorderAnswered, RecorderBegun


class Studio:
    def __init__(
        self, database: Database, announcer: Announcer, recordings: Recordings, settings: Settings
    ) -> None:
        self._database = database
        self._announcer = announcer
        self._recordings = recordings
        self._settings = settings
        self._lines: dict[str, tuple[str, str, RecorderLine]] = {}
        self._losing: set[asyncio.Task[None]] = set()

    async def begin(self, caller: Caller, order: BeginRecorder, receipt: Receipt) -> None:
        """Have the recorder wait for this page; without one the recording ends, and everybody is told.

        Raises NotFound for every page but the one that records, StageForbids when nothing is recorded.
        """
        await self._database.write(
            lambda conn: _may_send(conn, caller, order, receipt.stream, self._settings.recording), receipt
        )
        await self._close(order.recording)
        servers = ice_servers(self._settings, SystemClock().now())
        line = await RecorderLine.open(self._settings.data_dir, order.recording, servers)
        if line is None:
            await self._recordings.lose(order.ticket, order.recording)
            return
        await self._close(order.recording)  # the one that was begun meanwhile
        self._lines[order.recording] = (caller.id, order.attempt, line)
        told = (order.ticket, order.recording, order.attempt)
        line.listen(
            lambda sdp: self._announcer.tell([staff_address(caller.id)], RecorderAnswered(*told, sdp)),
            lambda: self._lost(order.ticket, order.recording, line),
        )
        self._announcer.tell([staff_address(caller.id)], RecorderBegun(*told, servers))

    async def offer(self, caller: Caller, frame: SendRecorderOffer) -> None:
        """Raises TooLarge, BadDescription, NotFound when no such line is open here.

        By any path: nobody but the service itself learns the officer's address from it.
        """
        check_description(frame.sdp)
        self._of(caller, frame.recording, frame.attempt).send(Offered(frame.sdp))

    async def candidate(self, caller: Caller, frame: SendRecorderCandidate) -> None:
        check_candidate(frame.candidate)
        line = self._of(caller, frame.recording, frame.attempt)
        line.send(Candidate(frame.candidate, frame.mid, frame.line))

    async def stop(self) -> None:
        """Let go of every line; the recorder goes on without this process."""
        await asyncio.gather(*(self._close(recording) for recording in list(self._lines)))
        if self._losing:
            await asyncio.wait(self._losing)

    def _of(self, caller: Caller, recording: str, attempt: str) -> RecorderLine:
        officer_id, current, line = self._lines.get(recording, ("", "", None))
        if line is None or officer_id != caller.id or current != attempt:
            raise NotFound()
        return line

    async def _close(self, recording: str) -> None:
        found = self._lines.pop(recording, None)
        if found is not None:
            await found[2].close()

    def _lost(self, ticket_id: str, recording: str, line: RecorderLine) -> None:
        if self._lines.get(recording, ("", "", None))[2] is line:
            del self._lines[recording]
            losing = asyncio.create_task(self._recordings.lose(ticket_id, recording), name="recorder lost")
            self._losing.add(losing)
            losing.add_done_callback(self._losing.discard)


def _may_send(conn: Connection, caller: Caller, order: BeginRecorder, stream: str, by: str) -> None:
    tickets.find_for(conn, caller, order.ticket, lock=True)
    row = life.find_of(conn, order.ticket, order.recording)
    if row.officer_id != caller.id or row.people.get(Side.OFFICER.value) != stream:
        raise NotFound()
    if by != "server" or row.stage is not RecordingStage.RECORDING:
        raise StageForbids(stage=row.stage.value, step="recorder")
