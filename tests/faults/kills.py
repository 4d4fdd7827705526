"""Messages while servers are killed: each acknowledged one is in the database, once, in one order for all."""

import asyncio
import json
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consult.failpoints import RECORD
from tests.faults.audit import audit, converge
from tests.faults.conversations import Consultations, Speaker, under_way
from tests.faults.servers import Servers, running_servers

SERVERS = 3
FOR_EACH_OFFICER = 4
BACKLOG = 48  # a speaker has no more without an answer
PATIENCE_SECONDS = 60.0

# How a life of a server ends, or what disturbs it; `{}` is when.
KILLED_AT = [
    "before_commit=kill@{}",
    "after_commit=kill@{}",
    "before_ack=kill@{}",
    "after_ack=kill@{}",
    "before_publish=kill@{}",
    "after_publish=kill@{}",
]
DISTURBED_AT = [
    "after_commit=raise*2@{}",
    "before_commit=raise*2@{}",
    "before_publish=raise@{}",
    "before_ack=raise*3@{}",
    "before_commit=pause:0.4@{}",
]


@dataclass
class Run:
    """What is wanted, and how far it is. Messages are released kill by kill, so that each kill meets some."""

    seed: int
    messages: int
    kills: int
    chance: random.Random
    begun: bool = False
    given: int = 0
    answered: int = 0
    killed: int = 0
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)  # text -> ticket, seq
    news: asyncio.Event = field(default_factory=asyncio.Event)
    plans: list[str] = field(default_factory=list)

    @property
    def released(self) -> int:
        if self.killed >= self.kills:
            return self.messages
        return self.messages * (self.killed + 1) // (self.kills + 1)

    def plan(self) -> str:
        """Where the next life of a server fails; every second one only by a signal."""
        if not self.begun:
            return ""
        if not self.plans:
            self.plans = [*KILLED_AT, *DISTURBED_AT, "", "", "", ""]
            self.chance.shuffle(self.plans)
        return self.plans.pop().format(self.chance.randint(0, 8))

    def died(self) -> None:
        self.killed += 1
        self.news.set()


async def kill_servers(
    data_dir: Path, seed: int, messages: int, kills: int, database: str = ""
) -> dict[str, Any]:
    """Post `messages` in twelve consultations while servers are killed `kills` times. Returns the figures.

    Raises AssertionError for anything lost, doubled, out of order, or different at both ends.
    """
    run = Run(seed, messages, kills, random.Random(seed))
    began = time.monotonic()
    async with running_servers(
        data_dir,
        SERVERS,
        run.chance,
        run.plan,
        run.died,
        officer_capacity=FOR_EACH_OFFICER,
        database=database,
    ) as servers:
        async with under_way(servers, run.chance, FOR_EACH_OFFICER) as consultations:
            run.begun = True
            try:
                swallowed = await _speak_under_fire(run, servers, consultations)
                await converge(servers, consultations)
            except (AssertionError, TimeoutError) as error:
                raise AssertionError(
                    f"{error!r}; {standing(run, consultations)}\n{servers.errors}"
                ) from error
            doubled = sum(speaker.tab.given.answered_again for speaker in consultations.all)
        audit(run.messages, run.answers, servers, consultations)
        return {
            "messages": run.answered,
            "kills": run.killed,
            "failpoints": dict(fired(data_dir)),
            "answers_swallowed": swallowed,
            "answered_again": doubled,
            "connections": sum(speaker.tab.connections for speaker in consultations.all),
            "seconds": round(time.monotonic() - began, 1),
            "lost": 0,
            "doubled": 0,
            "disordered": 0,
        }


def fired(data_dir: Path) -> Counter[str]:
    """How often each failpoint was seen to fire: `after_commit=kill` and so on."""
    record = data_dir / RECORD
    lines = record.read_text().splitlines() if record.exists() else []
    return Counter(f"{line['point']}={line['action']}" for line in map(json.loads, lines))


async def _speak_under_fire(run: Run, servers: Servers, consultations: Consultations) -> int:
    async with asyncio.TaskGroup() as group:
        weather = group.create_task(_weather(run, servers))
        killing = group.create_task(_kill(run, servers))
        for speaker in consultations.all:
            group.create_task(speak(run, speaker))
        await killing
        await until_answered(run, run.messages)
        weather.cancel()
    for server in servers.all:
        server.line.swallows, server.line.delay_seconds = None, 0.0
    return sum(server.line.swallowed for server in servers.all)


async def speak(run: Run, speaker: Speaker) -> None:
    """Messages as long as some are released; answers are noted as they come."""
    number = 0
    while run.given < run.messages:
        if run.given >= run.released or len(speaker.tab.given.pending) >= BACKLOG:
            if speaker.tab.fault is not None:
                raise speaker.tab.fault
            await asyncio.sleep(0.01)
            continue
        run.given += 1
        number += 1
        text = f"{speaker.name} {number} {'é' * run.chance.randint(0, 60)}".strip()
        ticket = run.chance.choice(speaker.tickets)
        speaker.tab.give("PostMessage", ticket=ticket, text=text).add_done_callback(
            _noting(run, text, ticket)
        )
        if number % 8 == 0:
            await asyncio.sleep(0)


def _noting(run: Run, text: str, ticket: str) -> Any:
    def note(answer: "asyncio.Future[dict[str, Any]]") -> None:
        if answer.cancelled():
            return
        run.answered += 1
        # A refusal has no seq: the audit finds it.
        run.answers[text] = (ticket, answer.result().get("seq", 0))
        run.news.set()

    return note


async def _kill(run: Run, servers: Servers) -> None:
    """A server a slice: the one whose failpoint fires, or one by a signal in the middle of its slice."""
    while run.killed < run.kills:
        killed = run.killed
        slice_messages = run.messages / (run.kills + 1)
        await until_answered(run, round((killed + run.chance.uniform(0.1, 0.9)) * slice_messages), killed)
        if run.killed == killed:
            chosen = run.chance.choice(servers.all)
            if run.chance.random() < 0.2:
                chosen.line.silence()  # and nobody hears of its end
            if chosen.send(signal.SIGKILL):
                await _until_killed(run, killed)
            else:
                await asyncio.sleep(0)
        elif run.chance.random() < 0.2:
            run.chance.choice(servers.all).line.cut()


async def _until_killed(run: Run, killed: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while run.killed == killed:
            run.news.clear()
            await run.news.wait()


async def until_answered(run: Run, count: int, killed: int | None = None) -> None:
    """Wait for so many answers, or until another server died."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while run.answered < count and killed in (None, run.killed):
            run.news.clear()
            await run.news.wait()


async def _weather(run: Run, servers: Servers) -> None:
    """Three tenths of the run lose three tenths of the answers; then everything is slow for a while."""

    def swallows(text: bytes) -> bool:
        return text.startswith(b'{"t":"Acked"') and run.chance.random() < 0.3

    while True:
        done = run.answered / run.messages
        for server in servers.all:
            server.line.swallows = swallows if 0.2 <= done < 0.5 else None
            server.line.delay_seconds = 0.03 if 0.5 <= done < 0.65 else 0.0
        await asyncio.sleep(0.05)


def standing(run: Run, consultations: Consultations) -> str:
    waiting = {one.name: len(one.tab.given.pending) for one in consultations.all if one.tab.given.pending}
    offline = [one.name for one in consultations.all if not one.tab.live.is_set()]
    return (
        f"seed {run.seed}: {run.given} given, {run.answered} answered, {run.killed} killed; "
        f"without answers {waiting}, offline {offline}"
    )
