"""The recorder's process: lines from servers, each about one recording; so many recordings at once."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from consult.errors import ConsultError, NotFound
from consult.peers import process
from consult.peers.letters import Answered, Candidate, Letter, Offered, line_of
from consult.people import Caller, Role
from consult.recorder.take import Take
from consult.recordings.letters import (
    Done,
    End,
    Failed,
    Open,
    Opened,
    Replaced,
    read_to_recorder,
    recorder_path,
)
from consult.recordings.rules import RecordingStage
from consult.recordings.slices import Slices
from consult.recordings.store import life
from consult.settings import Settings
from consult.storage.database import Database

if TYPE_CHECKING:
    from consult.recorder.peer import Peer

log = logging.getLogger("consult.recorder")


class Recorder:
    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._slices = Slices(database, settings)
        self._takes: dict[str, Take] = {}
        self._lines: dict[str, asyncio.StreamWriter] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def received(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one line until it is closed; the recording outlives it."""
        try:
            match await read_to_recorder(reader):
                case End() as letter:
                    if letter.recording in self._takes:
                        self._takes[letter.recording].end(letter.sealed)
                case Open() as letter:
                    await self._serve(letter, reader, writer)
        except (OSError, ValueError) as error:
            log.debug("a line ended: %s", type(error).__name__)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def stop(self) -> None:
        """Keep what came so far and go without a word, which a server takes for what it is."""
        self._stopping = True
        for take in self._takes.values():
            take.end(sealed=False)
        if self._running:
            await asyncio.wait(self._running)

    async def _serve(self, opening: Open, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recording = opening.recording
        try:
            take = self._takes.get(recording) or await self._begun(recording)
        except ConsultError as refusal:
            return await _write(writer, Failed(refusal.code))
        if take is None:
            return await _write(writer, Failed("full"))
        before = self._lines.get(recording)
        self._lines[recording] = writer
        if before is not None:
            await _write(before, Replaced())
            before.close()
        try:
            await self._attend(take, opening, reader, writer)
        finally:
            if self._lines.get(recording) is writer:
                del self._lines[recording]

    async def _begun(self, recording: str) -> Take | None:
        """None when there are too many. Raises NotFound for what is no recording, or has begun elsewhere."""
        row = await self._database.read(lambda conn: _unbegun(conn, recording))
        if recording in self._takes:
            return self._takes[recording]
        if self._stopping or len(self._takes) >= self._settings.recordings_at_once:
            return None
        officer = Caller(Role.OFFICER, row.officer_id, "")
        take = Take(recording, officer, self._slices.keep, self._settings.recording_slice_bytes)
        self._takes[recording] = take
        running = asyncio.create_task(self._run(recording, take), name=f"recording {recording}")
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return take

    async def _run(self, recording: str, take: Take) -> None:
        in_order = False
        try:
            in_order = await take.run()
        except Exception:
            log.exception("a recording ended")
        finally:
            del self._takes[recording]
            line = self._lines.pop(recording, None)
            if line is not None:
                if not self._stopping:
                    await _write(line, Done() if in_order else Failed("failed"))
                line.close()

    async def _attend(
        self, take: Take, opening: Open, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # Only here: aiortc brings FFmpeg, and most days are not recorded.
        from consult.recorder.peer import Peer

        peer = await take.peer(Peer, opening.ice_servers)
        await _write(writer, Opened())
        while (letter := await read_to_recorder(reader)) is not None:
            match letter:
                case Offered():
                    await _write(writer, await _answer(peer, letter.sdp))
                case Candidate():
                    await peer.candidate(letter.candidate, letter.mid, letter.line)
                case _:
                    return


def _unbegun(conn: Connection, recording: str) -> life.RecordingRow:
    row = life.find(conn, recording)
    # What it had of an earlier process's file cannot be gone on with.
    if row.stage is not RecordingStage.RECORDING or row.slices:
        raise NotFound()
    return row


async def _answer(peer: "Peer", sdp: str) -> Answered | Failed:
    try:
        return Answered(await peer.answer(sdp))
    except Exception as error:
        # Never the description itself: it holds addresses. Our own words for it do not.
        words = str(error) if type(error).__module__.startswith("consult.") else "it cannot be read"
        log.warning("a page's offer was refused (%s: %s)", type(error).__name__, words)
        return Failed("offer")


async def _write(writer: asyncio.StreamWriter, letter: Letter) -> None:
    with suppress(OSError):
        writer.write(line_of(letter))
        await writer.drain()


async def run(settings: Settings, ready_fd: int | None = None) -> None:
    """Record until SIGTERM or SIGINT. Raises SettingsWrong when the database cannot be used."""
    database = Database.from_settings(settings)
    await database.start()
    recorder = Recorder(settings, database)
    try:
        await process.serve(recorder_path(settings.data_dir), recorder.received, ready_fd)
    finally:
        await recorder.stop()
        await database.close()
