"""A durable chat relay: citizens at one process, officers at another, each message acked after its commit.

Full: each conversation sends its next message once the last one was heard and acked. Calm: messages come
at a steady rate; its p50 is what a person feels. Bare echoes in the same rounds tell the machine's worth.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median

from tests.bench.echo import Echoes, echoing
from tests.bench.figures import Figure, percentile, plain
from tests.bench.machine import cpu_seconds
from tests.bench.office import BenchOffice, open_office
from tests.bench.tab import Tab
from tests.support.client import Frame

TEXT = "Selamat pagi, saya ingin bertanya tentang dokumen persyaratan izin usaha saya. Terima kasih banyak."
CONVERSATIONS_OF_AN_OFFICER = 5


@dataclass(frozen=True, slots=True)
class Size:
    conversations: int = 100
    rounds: int = 5
    seconds: float = 2.0
    calm_per_second: int = 100


TINY = Size(conversations=4, rounds=1, seconds=0.3, calm_per_second=20)


@dataclass(slots=True)
class Side:
    """One end of a conversation. `sent_at` until its message was heard at the other end."""

    tab: Tab
    ticket: str
    round: "Round"
    other: "Side | None" = None
    sent_at: float = 0.0
    unsettled: int = 0

    def post(self) -> None:
        self.unsettled = 2
        self.sent_at = time.perf_counter()
        self.tab.order("PostMessage", self._acked, ticket=self.ticket, text=TEXT)

    def _acked(self, answer: Frame) -> None:
        if answer["t"] != "Acked":
            raise RuntimeError(f"a message was refused: {answer}")
        self.round.acked_seconds.append(time.perf_counter() - self.sent_at)
        self._settled()

    def reached_the_other(self) -> None:
        self.round.heard_seconds.append(time.perf_counter() - self.sent_at)
        self._settled()

    def _settled(self) -> None:
        self.unsettled -= 1
        if self.unsettled == 0:
            self.round.settled(self)


@dataclass(slots=True)
class Round:
    """What one round counted. While `going`, whoever was answered has the other end answer."""

    going: bool = False
    open: int = 0
    heard_seconds: list[float] = field(default_factory=list)
    acked_seconds: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, side: Side) -> None:
        self.open += 1
        side.post()

    def settled(self, side: Side) -> None:
        self.open -= 1
        if self.going and side.other is not None:
            self.post(side.other)
        elif not self.open:
            self.done.set()

    def clear(self) -> None:
        self.heard_seconds.clear()
        self.acked_seconds.clear()
        self.done.clear()


class Relay:
    """Conversations under way between the processes of an office."""

    def __init__(self, office: BenchOffice) -> None:
        self.office = office
        self.round = Round()
        self.sides: list[Side] = []
        self._hearing: dict[tuple[str, str], Side] = {}

    async def open(self, conversations: int) -> None:
        """Each citizen is at the first process, each officer at the second."""
        people = self.office.people
        service = await people.service("A")
        capacity = CONVERSATIONS_OF_AN_OFFICER
        officers = await people.officers(-(-conversations // capacity), service, capacity, lambda _: 1)
        applicants = await people.applicants(conversations, service, "A", lambda _: 0)
        for number, applicant in enumerate(applicants):
            await people.serve(officers[number // capacity], applicant)
        desks = [await Tab.enter(officer.page, self._officer_hears) for officer in officers]
        for number, applicant in enumerate(applicants):
            tab = await Tab.enter(applicant.page, self._applicant_hears)
            citizen = Side(tab, applicant.caller.id, self.round)
            officer = Side(desks[number // capacity], applicant.caller.id, self.round, citizen)
            citizen.other = officer
            self._hearing[applicant.caller.id, "applicant"] = citizen
            self._hearing[applicant.caller.id, "officer"] = officer
            self.sides.append(citizen if number % 2 else officer)

    def _officer_hears(self, frame: Frame) -> None:
        self._hears(frame, "applicant")

    def _applicant_hears(self, frame: Frame) -> None:
        self._hears(frame, "officer")

    def _hears(self, frame: Frame, by: str) -> None:
        if frame["t"] == "EntryAdded" and frame["entry"]["by"] == by and frame["entry"]["kind"] == "message":
            self._hearing[frame["ticket"], by].reached_the_other()

    async def full(self, seconds: float) -> None:
        """One message under way in each conversation, for so long; then wait for the last."""
        self.round.clear()
        self.round.going = True
        for side in self.sides:
            self.round.post(side)
        await asyncio.sleep(seconds)
        self.round.going = False
        await self.round.done.wait()

    async def calm(self, seconds: float, per_second: int) -> None:
        """Messages at a steady rate, each conversation in its turn."""
        self.round.clear()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for number in range(round(seconds * per_second)):
            side = self.sides[number % len(self.sides)]
            await asyncio.sleep(begun + number / per_second - loop.time())
            if not side.unsettled:
                self.round.post(side)
        if self.round.open:
            self.round.done.clear()
            await self.round.done.wait()


@dataclass(slots=True)
class Found:
    """What the rounds measured, one value for each round."""

    per_cpu_second: list[float] = field(default_factory=list)
    valkey_us: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    full_p50_ms: list[float] = field(default_factory=list)
    calm_p50_ms: list[float] = field(default_factory=list)
    calm_ack_p50_ms: list[float] = field(default_factory=list)
    calm_cpu_us: list[float] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)


async def run(size: Size = Size()) -> list[Figure]:
    found = Found()
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_office())
        url, echo_pid = stack.enter_context(echoing())
        relay, echoes = Relay(office), Echoes(TEXT)
        await relay.open(size.conversations)
        await echoes.open(url, size.conversations)
        await relay.full(size.seconds)
        await echoes.full(size.seconds / 2)
        for _ in range(size.rounds):
            await _round(relay, echoes, echo_pid, size, found)
    return _figures(found)


async def _round(relay: Relay, echoes: Echoes, echo_pid: int, size: Size, found: Found) -> None:
    cost = await _full(relay, size, found)
    before = cpu_seconds(echo_pid)
    await echoes.full(size.seconds / 2)
    found.echoes.append(cost / ((cpu_seconds(echo_pid) - before) / echoes.count))
    before, _ = relay.office.cpu()
    await relay.calm(size.seconds, size.calm_per_second)
    heard, acked = relay.round.heard_seconds, relay.round.acked_seconds
    found.calm_cpu_us.append((relay.office.cpu()[0] - before) / len(heard) * 1e6)
    found.calm_p50_ms.append(median(heard) * 1e3)
    found.calm_ack_p50_ms.append(median(acked) * 1e3)


async def _full(relay: Relay, size: Size, found: Found) -> float:
    """CPU seconds of the servers for one message."""
    servers, valkey = relay.office.cpu()
    begun = time.perf_counter()
    await relay.full(size.seconds)
    wall = time.perf_counter() - begun
    servers_after, valkey_after = relay.office.cpu()
    heard = relay.round.heard_seconds
    found.per_cpu_second.append(len(heard) / (servers_after - servers))
    found.valkey_us.append((valkey_after - valkey) / len(heard) * 1e6)
    found.per_second.append(len(heard) / wall)
    found.full_p50_ms.append(percentile(heard, 50) * 1e3)
    return (servers_after - servers) / len(heard)


def _figures(found: Found) -> list[Figure]:
    def line(what: str, values: Sequence[float], unit: str) -> Figure:
        return plain("relay", what, values, unit)

    return [
        line("full: messages for a server CPU second", found.per_cpu_second, ""),
        line("full: a message costs as much server CPU as", found.echoes, " bare echoes"),
        line("full: Valkey CPU for a message", found.valkey_us, " us"),
        line("full: messages a second, all of it on this machine", found.per_second, ""),
        line("full: p50 until the other side has it", found.full_p50_ms, " ms"),
        line("calm: p50 until the other side has it", found.calm_p50_ms, " ms"),
        line("calm: p50 until the sender has the ack", found.calm_ack_p50_ms, " ms"),
        line("calm: server CPU for a message", found.calm_cpu_us, " us"),
    ]
