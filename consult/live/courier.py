"""Carries what one process has to say to Redis, in one round trip for each journey."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consult import failpoints
from consult.live import keys
from consult.live.link import Command, Link
from consult.live.outgoing import Load
from consult.live.parcels import Arrived, Departed, Item, pack
from consult.live.redis import Live


@dataclass(slots=True)
class Carried:
    """What a journey brought back."""

    found: dict[str, set[str]] = field(default_factory=dict)  # address looked up -> processes that hold it
    unheard: list[str] = field(default_factory=list)  # processes on whose channel nobody listens


@dataclass(frozen=True, slots=True)
class Pulse:
    """`known`: Redis knows this process, otherwise what it holds must be announced.
    `heard`: its subscription stands at this very server; after a failover it may stand at another one."""

    known: bool
    heard: bool


class Courier:
    """Raises what redis-py raises when Redis is away; then part of the load may have arrived."""

    def __init__(self, live: Live, me: str) -> None:
        self._link = Link(live)
        self.me = me

    async def carry(self, load: Load) -> Carried:
        """What is held is written before anybody is told of it, so that who looks it up finds it; and told
        last, so that no word from before, about a frame that found nobody, stands against it."""
        commands = self._changes(load)
        everyone = [*load.everyone, *self._words_about(load.changes)]
        if everyone:
            commands.append(("PUBLISH", keys.EVERYONE, pack(self.me, everyone)))
        plain = len(commands)
        for process, letters in load.direct.items():
            commands.append(("PUBLISH", keys.to_process(process), pack(self.me, letters)))
        for address in load.look_up:
            commands.append(("SMEMBERS", keys.at(address)))
        failpoints.reach("before_publish")
        answers = (await self._link.converse(commands))[plain:] if commands else []
        failpoints.reach("after_publish")
        heard, found = answers[: len(load.direct)], answers[len(load.direct) :]
        return Carried(
            found={
                address: {process.decode() for process in processes}
                for address, processes in zip(load.look_up, found, strict=True)
            },
            unheard=[process for process, ears in zip(load.direct, heard, strict=True) if not ears],
        )

    async def pulse(self) -> Pulse:
        """Show that this process lives, to others and to its own subscription."""
        mark = ("SET", keys.process(self.me), "1", "EX", keys.PROCESS_SECONDS, "GET")
        word = ("PUBLISH", keys.to_process(self.me), pack(self.me, []))
        known, ears = await self._link.converse([mark, word])
        return Pulse(known is not None, ears > 0)

    async def withdraw(self) -> None:
        """This process ends, and says so."""
        await self._link.converse([("DEL", keys.process(self.me))])

    async def close(self) -> None:
        await self._link.close()

    def _changes(self, load: Load) -> list[Command]:
        commands: list[Command] = []
        for address, held in load.changes.items():
            key = keys.at(address)
            if held:
                commands += [("SADD", key, self.me), ("EXPIRE", key, keys.AT_SECONDS)]
            else:
                commands.append(("SREM", key, self.me))
        commands.extend(("SREM", keys.at(address), process) for address, process in load.stale)
        return commands

    def _words_about(self, changes: Mapping[str, bool]) -> list[Item]:
        arrived = [address for address, held in changes.items() if held]
        departed = [address for address, held in changes.items() if not held]
        words: list[Item] = [Arrived(arrived)] if arrived else []
        return [*words, Departed(self.me, departed)] if departed else words
