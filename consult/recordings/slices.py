"""What was recorded: slices that the officer's page sends, checked, chained, kept as files, and deleted."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from consult.consultations.store import tickets
from consult.errors import (
    BadRequest,
    Busy,
    Conflict,
    ConsultError,
    NotFound,
    OutOfOrder,
    StageForbids,
    StaleAttempt,
)
from consult.people import Caller
from consult.recordings import steps
from consult.recordings.chain import first_link, next_link
from consult.recordings.files import SliceFiles
from consult.recordings.rules import takes_slice
from consult.recordings.store import life, shelf
from consult.recordings.store.life import RecordingRow
from consult.recordings.store.shelf import Kept, SliceRow
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice as the page sent it: `number` counts from 0, `last`: the recorder has stopped."""

    recording_id: str
    number: int
    link: bytes
    content: bytes
    last: bool = False


class Slices:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._files = SliceFiles(settings.recordings_path)

    async def keep(self, caller: Caller, given: Slice) -> int:
        """Keep the next slice; a repeat of a kept one changes nothing. Returns the number of the next.

        Raises NotFound for everybody but the officer who records, StageForbids when nothing may be kept (any
        more), OutOfOrder when an earlier one is missing, Conflict when another stands at its number,
        BadRequest when its link does not fit the one before.
        """
        row, again = await self._database.read(partial(_look, caller=caller, given=given))
        if again:
            return row.slices
        if await asyncio.to_thread(next_link, row.head, given.content) != given.link:
            raise BadRequest(reason="chain")
        # Its link names it: a slice that comes again is one file, however often nothing can be written down.
        file = given.link.hex()
        await asyncio.to_thread(self._files.write, file, given.content)
        kept = SliceRow(given.number, file, len(given.content), given.link)
        try:
            return await self._database.write(partial(_keep, caller=caller, given=given, kept=kept))
        except Busy:
            raise  # perhaps it is kept: a file too many is a stray, a row without its file a hole
        except ConsultError as refused:
            # For instance because somebody withdrew meanwhile: no byte stays, but of what was kept before.
            known = await self._database.read(partial(shelf.files_among, names=[file]))
            await asyncio.to_thread(self._files.remove, {file} - known)
            if isinstance(refused, StaleAttempt):
                raise OutOfOrder() from None  # the same page's other request was faster: it asks again
            raise

    async def play(self, caller: Caller, recording_id: str) -> Iterator[bytes]:
        """The recording as one file. That it was opened is written down first. Raises NotFound."""

        def order(conn: Connection) -> list[SliceRow]:
            row = life.find(conn, recording_id)
            found = shelf.slices(conn, recording_id)
            if not found:
                raise NotFound()
            life.read(conn, row, caller.subject)
            return found

        found = await self._database.write(order)
        return self._files.read(one.file for one in found)

    async def kept(self) -> list[Kept]:
        """What can be played, the newest first."""
        return await self._database.read(lambda conn: shelf.kept(conn, MOST_SHOWN))

    async def verify(self, recording_id: str) -> str | None:
        """None when every slice is there and unchanged, else what is wrong. Raises NotFound."""

        def query(conn: Connection) -> tuple[RecordingRow, list[SliceRow]]:
            return life.find(conn, recording_id), shelf.slices(conn, recording_id)

        row, found = await self._database.read(query)
        return await asyncio.to_thread(self._fault, row, found)

    def _fault(self, row: RecordingRow, found: list[SliceRow]) -> str | None:
        if row.removed_at is not None:
            return "its time is over and it was deleted"
        link = first_link(row.id)
        for number, one in enumerate(found):
            try:
                (content,) = self._files.read([one.file])
            except OSError as error:
                return f"slice {number} cannot be read ({error.strerror})"
            link = next_link(link, content)
            if one.number != number or one.link != link:
                return f"slice {number} is not as it was recorded"
        return None if (len(found), link) == (row.slices, row.head) else "slices are missing at its end"

    async def finish_late(self) -> int:
        """No longer wait for slices of recordings that stopped a while ago."""
        late = await self._database.read(life.late)
        for recording_id in late:
            await self._database.write(partial(life.finish, recording_id=recording_id))
        return len(late)

    async def remove_old(self) -> int:
        """Delete recordings whose time is over, and files that belong to none. Returns how many."""
        days = self._settings.recording_keep_days
        old = await self._database.read(lambda conn: life.outlived(conn, days))
        for recording_id in old:
            files = await self._database.write(partial(shelf.remove, recording_id=recording_id))
            await asyncio.to_thread(self._files.remove, files)
        await self._remove_strays()
        return len(old)

    async def _remove_strays(self) -> None:
        names = await asyncio.to_thread(self._files.old)
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            known = await self._database.read(partial(shelf.files_among, names=some))
            await asyncio.to_thread(self._files.remove, set(some) - known)


def _look(conn: Connection, caller: Caller, given: Slice) -> tuple[RecordingRow, bool]:
    row = life.find(conn, given.recording_id)
    if row.officer_id != caller.id:
        raise NotFound()
    return row, _check(conn, row, given)


def _check(conn: Connection, row: RecordingRow, given: Slice) -> bool:
    """Whether the slice is kept already; raises when it may not come next."""
    if given.number < row.slices:
        there = shelf.slice_at(conn, row.id, given.number)
        if there is not None and there.link == given.link:
            return True
        raise Conflict()
    if row.finished_at is not None or not takes_slice(
        row.stage, row.reason, given.number, row.started_at, row.stopped_at, moments.now(conn)
    ):
        raise StageForbids(stage=row.stage.value, step="slice")
    if given.number > row.slices:
        raise OutOfOrder(next=row.slices)
    return False


def _keep(conn: Connection, caller: Caller, given: Slice, kept: SliceRow) -> int:
    """Once more with the rows locked from the ticket down: a withdrawal comes wholly before this or after."""
    found, _ = _look(conn, caller, given)
    tickets.find(conn, found.ticket_id, lock=True)
    call = steps.call_of(conn, found)
    row = life.find_of(conn, found.ticket_id, found.id, lock=True)
    if _check(conn, row, given):
        raise StaleAttempt()
    if steps.strangers(conn, row, call):
        raise StageForbids(stage=row.stage.value, step="slice")
    shelf.add_slice(conn, row, kept)
    if given.last and row.stopped_at is not None:
        life.finish(conn, row.id)
    return kept.number + 1
