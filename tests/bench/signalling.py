"""Descriptions and candidates between two server processes, checked on the way, while many calls go on."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count

from tests.bench.figures import Figure, at_most, percentile, plain
from tests.bench.office import open_office
from tests.bench.tab import Tab, encode
from tests.signalling.test_description import OFFER
from tests.support.client import Frame
from tests.support.waiting import until

# As long as a browser's own.
DESCRIPTION = OFFER + "a=rtpmap:96 VP8/90000\r\n" * ((6_600 - len(OFFER)) // 23)
CANDIDATE = "candidate:1 1 udp 2122260223 10.77.1.2 50000 typ host generation 0 ufrag {} network-cost 999"
DESCRIPTION_EVERY = 10
LIMIT = {"CONSULT_SIGNALLING_FRAMES_IN_10_SECONDS": 100_000}


@dataclass(frozen=True, slots=True)
class Size:
    calls: int = 50
    rounds: int = 5
    seconds: float = 4.0
    frames_per_second: int = 100


TINY = Size(calls=2, rounds=1, seconds=0.5, frames_per_second=20)


@dataclass
class Line:
    """A citizen who is in a call with an officer; what is sent from one tab is heard at the other."""

    ticket: str
    citizen: Tab
    officer: Tab
    call: str = ""
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    sent_at: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def hear(self, frame: Frame) -> None:
        if frame["t"] == "CallChanged":
            self.call = frame["call"]["id"]
            if frame["call"]["stage"] == "connecting":
                self.taken.set()
        elif frame["t"] == "CandidateRelayed":
            self._came(frame["candidate"])
        elif frame["t"] == "DescriptionRelayed":
            self._came(frame["sdp"])

    def _came(self, text: str) -> None:
        self.seconds.append(time.perf_counter() - self.sent_at.pop(text))

    async def begin(self) -> None:
        self.citizen.hear = self.officer.hear = self.hear
        await self.citizen.ordered("Ring", ticket=self.ticket, media="video")
        await until(lambda: self.call)
        await self.officer.ordered("AcceptCall", ticket=self.ticket, call=self.call, media="video")
        await asyncio.wait_for(self.taken.wait(), 10)

    def say(self, number: int) -> None:
        head = {"ticket": self.ticket, "call": self.call, "generation": 1}
        if number % DESCRIPTION_EVERY:
            text = CANDIDATE.format(number)
            frame = head | {"t": "SendCandidate", "candidate": text, "mid": "0"}
        else:
            text = f"{DESCRIPTION}a=x:{number}\r\n"
            frame = head | {"t": "SendDescription", "kind": "offer", "sdp": text}
        self.sent_at[text] = time.perf_counter()
        (self.citizen if number % 2 else self.officer).send(encode(frame))


async def run(size: Size = Size()) -> list[Figure]:
    p99, p50 = [], []
    async with open_office(**LIMIT) as office:
        service = await office.people.service("A")
        officers = await office.people.officers(size.calls, service, 3, lambda _: 1)
        applicants = await office.people.applicants(size.calls, service, "A", lambda _: 0)
        lines = []
        for officer, applicant in zip(officers, applicants, strict=True):
            await office.people.serve(officer, applicant)
            tabs = await Tab.enter(applicant.page), await Tab.enter(officer.page)
            lines.append(Line(applicant.caller.id, *tabs))
            await lines[-1].begin()
        numbers = count()
        for _ in range(size.rounds):
            seconds = await _round(lines, numbers, size)
            p99.append(percentile(seconds, 99) * 1e3)
            p50.append(percentile(seconds, 50) * 1e3)
    return [
        at_most("signalling", f"p99 until the other side has it, {size.calls} calls", p99, 5, " ms"),
        plain("signalling", f"p50 until the other side has it, {size.calls} calls", p50, " ms"),
    ]


async def _round(lines: list[Line], numbers: "count[int]", size: Size) -> list[float]:
    """Frames at a steady rate, each call in its turn."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for sent in range(round(size.seconds * size.frames_per_second)):
        await asyncio.sleep(begun + sent / size.frames_per_second - loop.time())
        lines[sent % len(lines)].say(next(numbers))
    await until(lambda: not any(line.sent_at for line in lines))
    found = [one for line in lines for one in line.seconds]
    for line in lines:
        line.seconds.clear()
    return found
