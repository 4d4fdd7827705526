"""The mirror's process: one connection of a server is one check; so many at once, each only so long."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from consult.peers import process
from consult.peers.letters import Answered, Candidate, Letter, Offered, line_of
from consult.peers.private import NoSuchName
from consult.precall import letters
from consult.precall.letters import Count, Counted, Failed, Full, Open, Opened
from consult.settings import Settings

if TYPE_CHECKING:
    from consult.precall.mirror.peer import Peer

log = logging.getLogger("consult.check")

# A peer that reports still has its answer on the way.
SLACK_SECONDS = 1.0


class Mirror:
    """`at_once` checks, each for `seconds`."""

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._ends: dict[object, float] = {}

    async def received(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it is closed, or its time is up."""
        key = object()
        try:
            await self._serve(key, reader, writer)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            log.debug("a connection ended: %s", type(error).__name__)
        finally:
            self._ends.pop(key, None)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, key: object, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opening = await _read(reader)
        if not isinstance(opening, Open):
            return
        now = asyncio.get_running_loop().time()
        if len(self._ends) >= self._at_once:
            first_seconds = max(0.0, min(self._ends.values()) - now)
            await _write(writer, Full(round(first_seconds * 1000) + 500))
            return
        self._ends[key] = now + self._seconds
        # Before the peer is made: the first one of the day has to wait for aiortc.
        await _write(writer, Opened(self._seconds))
        try:
            peer = _peer(opening)
        except Exception:
            log.exception("there can be no device check")
            await _write(writer, Failed("failed"))
            return
        await self._attend(peer, reader, writer)

    async def _attend(self, peer: "Peer", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._seconds + SLACK_SECONDS):
                while await _carried_out(peer, await _read(reader), writer):
                    pass
        except TimeoutError:
            await _write(writer, Failed("time"))
        finally:
            await peer.close()


def _peer(opening: Open) -> "Peer":
    # Only here: aiortc brings FFmpeg, and most days begin without a check.
    from consult.precall.mirror.peer import Peer

    return Peer(opening.ice_servers)


async def _carried_out(peer: "Peer", letter: letters.ToMirror | None, writer: asyncio.StreamWriter) -> bool:
    """Whether there is more to come."""
    match letter:
        case Offered():
            try:
                answer = await peer.answer(letter.sdp)
            except NoSuchName as error:
                log.error("%s", error)
                await _write(writer, Failed("failed"))
                return False
            except Exception as error:
                # Never the description itself: it holds addresses.
                log.warning("an offer could not be answered (%s)", type(error).__name__)
                await _write(writer, Failed("failed"))
                return False
            await _write(writer, Answered(answer))
        case Candidate():
            await peer.candidate(letter.candidate, letter.mid, letter.line)
        case Count():
            await _write(writer, Counted(**msgspec.structs.asdict(peer.counted())))
            return False
        case _:
            return False
    return True


async def _read(reader: asyncio.StreamReader) -> letters.ToMirror | None:
    line = await reader.readline()
    return letters.to_mirror.decode(line) if line else None


async def _write(writer: asyncio.StreamWriter, letter: Letter) -> None:
    writer.write(line_of(letter))
    await writer.drain()


async def run(settings: Settings, ready_fd: int | None = None) -> None:
    """Answer checks until SIGTERM or SIGINT."""
    mirror = Mirror(settings.checks_at_once, settings.check_seconds)
    await process.serve(letters.mirror_path(settings.data_dir), mirror.received, ready_fd)
