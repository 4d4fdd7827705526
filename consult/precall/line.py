"""A server's line to the mirror for one check."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from consult.errors import Busy, CheckUnavailable
from consult.peers.letters import LINE_BYTES, Answered, Letter, line_of
from consult.precall import letters
from consult.precall.letters import Count, Counted, Failed, Full, Open, Opened

RETRY_MS = 3_000
OPEN_SECONDS = 5.0
COUNT_SECONDS = 2.0


class MirrorLine:
    """From `open` to `count` or `close`. When the mirror dies its end is heard at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
        self.seconds = seconds
        self._reader = reader
        self._writer = writer
        self._counted: asyncio.Future[Counted | None] = asyncio.get_running_loop().create_future()
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, data_dir: Path, ice_servers: list[dict[str, str | list[str]]]) -> "MirrorLine":
        """Raises Busy with a time when the mirror is full, CheckUnavailable when there is none."""
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                path = letters.mirror_path(data_dir)
                reader, writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES)
                writer.write(line_of(Open(ice_servers)))
                answer = await _read(reader)
        except (OSError, TimeoutError):
            raise CheckUnavailable(retry_ms=RETRY_MS) from None
        if isinstance(answer, Opened):
            return cls(reader, writer, answer.seconds)
        writer.close()
        if isinstance(answer, Full):
            raise Busy(retry_ms=answer.retry_ms)
        raise CheckUnavailable(retry_ms=RETRY_MS)

    def listen(self, answered: Callable[[str], None], ended: Callable[[str], None]) -> None:
        """Call `answered(sdp)` once, and `ended(why)` when the mirror goes unasked: lost, time, failed."""
        self._listening = asyncio.create_task(self._listen(answered, ended), name="mirror line")

    def send(self, letter: Letter) -> None:
        self._writer.write(line_of(letter))

    async def count(self) -> Counted | None:
        """What the mirror received; None when it is gone. Ends the check."""
        self.send(Count())
        try:
            return await asyncio.wait_for(asyncio.shield(self._counted), COUNT_SECONDS)
        except TimeoutError:
            return None
        finally:
            await self.close()

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _listen(self, answered: Callable[[str], None], ended: Callable[[str], None]) -> None:
        why = "lost"
        with suppress(OSError):
            while (letter := await _read(self._reader)) is not None:
                match letter:
                    case Answered():
                        answered(letter.sdp)
                    case Counted():
                        self._counted.set_result(letter)
                        return
                    case Failed():
                        why = letter.why
                        break
        self._writer.close()
        if not self._counted.done():
            self._counted.set_result(None)
        ended(why)


async def _read(reader: asyncio.StreamReader) -> letters.FromMirror | None:
    try:
        line = await reader.readline()
        return letters.from_mirror.decode(line) if line else None
    except (ValueError, msgspec.MsgspecError):
        return None
