"""A server's line to the recorder's process for one recording, and the word that a recording has ended."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from consult.peers.letters import LINE_BYTES, Answered, Letter, line_of
from consult.recordings.letters import Done, End, Open, Opened, Replaced, read_from_recorder, recorder_path

# The recorder may just be started again.
OPEN_SECONDS = 5.0
RETRY_SECONDS = 0.2


class RecorderLine:
    """From `open` to `close`. When the recorder dies its end is heard at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, data_dir: Path, recording: str, ice_servers: list[dict[str, str | list[str]]]
    ) -> "RecorderLine | None":
        """None where no recorder takes this recording, though it was waited for."""
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                reader, writer = await _dialled(recorder_path(data_dir))
                writer.write(line_of(Open(recording, ice_servers)))
                if isinstance(await read_from_recorder(reader), Opened):
                    return cls(reader, writer)
                writer.close()
        except (OSError, ValueError):  # a TimeoutError is the first of these
            return None
        return None

    def listen(self, answered: Callable[[str], None], lost: Callable[[], None]) -> None:
        """Call `answered(sdp)` for each answer, `lost()` once when the recorder records no more, unasked."""
        self._listening = asyncio.create_task(self._listen(answered, lost), name="recorder line")

    def send(self, letter: Letter) -> None:
        self._writer.write(line_of(letter))

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _listen(self, answered: Callable[[str], None], lost: Callable[[], None]) -> None:
        in_order = False
        with suppress(OSError, ValueError):
            while (letter := await read_from_recorder(self._reader)) is not None:
                if isinstance(letter, Answered):
                    answered(letter.sdp)
                    continue
                in_order = isinstance(letter, Done | Replaced)
                break
        self._writer.close()
        if not in_order:
            lost()


async def tell_end(data_dir: Path, recording: str, sealed: bool) -> None:
    """Whoever records it need not wait for its next slice to be refused."""
    with suppress(OSError):
        async with asyncio.timeout(OPEN_SECONDS):
            _, writer = await asyncio.open_unix_connection(recorder_path(data_dir), limit=LINE_BYTES)
            writer.write(line_of(End(recording, sealed)))
            await writer.drain()
            writer.close()
            await writer.wait_closed()


async def _dialled(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        try:
            return await asyncio.open_unix_connection(path, limit=LINE_BYTES)
        except OSError:
            await asyncio.sleep(RETRY_SECONDS)
